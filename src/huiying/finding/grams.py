"""Pairs of neighbouring characters as numbers: what the index holds of a text, and asks of a search.

The function in the database (`finding_grams`, made by the first migration) and `grams_of` agree; a test
holds them together. Characters beyond the basic plane may share a number: a search looks at the text too.
"""

from collections.abc import Iterable
from itertools import pairwise

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, IntegerField, Value

GRAMS = ArrayField(IntegerField())


class HoldsGrams(Func):
    """Whether a column holds all of these grams; the index answers."""

    template = "(finding_grams(%(expressions)s))"
    arg_joiner = ") @> ("
    output_field = BooleanField()

    def __init__(self, column: str, grams: Iterable[int]) -> None:
        super().__init__(F(column), Value(sorted(set(grams)), output_field=GRAMS))


def _number(first: str, second: str) -> int:
    """32 bits as PostgreSQL's signed integer."""
    bits = (ord(first) & 0xFFFF) << 16 | (ord(second) & 0xFFFF)
    return bits - (1 << 32) if bits >= 1 << 31 else bits


def grams_of(text: str) -> set[int]:
    """The grams of a text; none for a single character."""
    return {_number(first, second) for first, second in pairwise(text)}
