"""Pairs of neighbouring characters as numbers: by them texts are compared, and found in the index.

A number of its own for every rare pair would make the index of few texts four times as large as they are. So
the first texts of the index have few numbers, and many pairs share one; those that come after have so many
that hardly two pairs do. A search compares the text itself, too. The function in the database
(`finding_pairs`, made by a migration) and `few`, `many` agree; a test holds them together.
"""

from collections.abc import Iterable
from itertools import pairwise

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, IntegerField, Value

PAIRS = ArrayField(IntegerField())
CODE = 0xFFFF
FIRST_TEXTS = 65_536  # up to this row of the index a pair has one of the few numbers
FEW = 0xFFFF
MANY = 0x3FFFFF
ABOVE = 0x400000  # where the many begin, past all of the few


class SharesPairs(Func):
    """Whether a text has at least one of these numbers; the index answers."""

    template = "(%(expressions)s)"
    arg_joiner = " && "
    output_field = BooleanField()

    def __init__(self, column: str, numbers: Iterable[int]) -> None:
        wanted = Value(sorted(set(numbers)), output_field=PAIRS)
        super().__init__(Func(F(column), F("id"), function="finding_pairs"), wanted)


def grams_of(text: str) -> set[int]:
    """The pairs of a text by numbers that no two pairs share; none for a single character."""
    codes = [ord(character) & CODE for character in text]
    return {first << 16 | second for first, second in pairwise(codes)}


def few(gram: int) -> int:
    """The number of one of `grams_of` in the first texts; others may have the same."""
    return _mixed(gram) & FEW


def many(gram: int) -> int:
    """Its number in those after them."""
    return ABOVE + (_mixed(gram) & MANY)


def _mixed(gram: int) -> int:
    return (gram >> 16) * 769 + (gram & CODE) * 24593


NUMBERINGS = (few, many)
