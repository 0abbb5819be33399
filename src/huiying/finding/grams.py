"""Pairs of neighbouring characters as numbers: by them texts are compared, and found in the index.

The index has few numbers and many pairs share one: a number of its own for every rare pair made it twice
as large. A search compares the text itself, too. The function in the database (`finding_pairs`, made by
a migration) and `pairs_of` agree; a test holds them together.
"""

from collections.abc import Iterable
from itertools import pairwise

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, IntegerField, Value

PAIRS = ArrayField(IntegerField())
BITS = 0xFFFF


class HoldsPairs(Func):
    """Whether a column may hold all of these pairs; the index answers."""

    template = "(finding_pairs(%(expressions)s))"
    arg_joiner = ") @> ("
    output_field = BooleanField()

    def __init__(self, column: str, pairs: Iterable[int]) -> None:
        super().__init__(F(column), Value(sorted(set(pairs)), output_field=PAIRS))


def pairs_of(text: str) -> set[int]:
    """The numbers of the pairs of a text, as the index has them; none for a single character."""
    codes = [ord(character) & BITS for character in text]
    return {(first * 769 + second * 24593) & BITS for first, second in pairwise(codes)}


class SharesGrams(HoldsGrams):
    """Whether a column holds at least one of these grams; the index answers."""

    arg_joiner = ") && ("


def _number(first: str, second: str) -> int:
    """32 bits as PostgreSQL's signed integer."""
    bits = (ord(first) & 0xFFFF) << 16 | (ord(second) & 0xFFFF)
    return bits - (1 << 32) if bits >= 1 << 31 else bits


def grams_of(text: str) -> set[int]:
    """The grams of a text; none for a single character."""
    return {_number(first, second) for first, second in pairwise(text)}
