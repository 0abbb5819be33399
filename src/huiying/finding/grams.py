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


class SharesPairs(Func):
    """Whether a column may hold at least one of these pairs; the index answers."""

    template = "(finding_pairs(%(expressions)s))"
    arg_joiner = ") && ("
    output_field = BooleanField()

    def __init__(self, column: str, pairs: Iterable[int]) -> None:
        super().__init__(F(column), Value(sorted(set(pairs)), output_field=PAIRS))


def pairs_of(text: str) -> set[int]:
    """The numbers of the pairs of a text, as the index has them; none for a single character."""
    codes = [ord(character) & BITS for character in text]
    return {_few(first, second) for first, second in pairwise(codes)}


def _few(first: int, second: int) -> int:
    return (first * 769 + second * 24593) & BITS


def grams_of(text: str) -> set[int]:
    """The pairs of a text by numbers that no two pairs share; none for a single character."""
    codes = [ord(character) & BITS for character in text]
    return {first << 16 | second for first, second in pairwise(codes)}


def in_index(gram: int) -> int:
    """The number that the index has for one of `grams_of`; others may have the same."""
    return _few(gram >> 16, gram & BITS)
