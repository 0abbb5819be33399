"""Pairs of neighbouring characters as numbers: by them texts are compared, and found in the index.

A number of its own for every rare pair would make the index of few texts four times as large as they are. So
the first texts of the index have few numbers, and many pairs share one; those that come after have so many
that hardly two pairs do. A search compares the text itself, too. The function in the database
(`finding_pairs`, made by a migration) and `few`, `many` agree; a test holds them together.
"""

from itertools import pairwise
from struct import unpack_from

CODE = 0xFFFF
FIRST_TEXTS = 65_536  # up to this row of the index a pair has one of the few numbers
FEW = 0xFFFF
MANY = 0x3FFFFF
ABOVE = 0x400000  # where the many begin, past all of the few


def grams_of(text: str) -> set[int]:
    """The pairs of a text by numbers that no two pairs share; none for a single character."""
    raw = text.encode("utf-16-be", "surrogatepass")
    if len(raw) != 2 * len(text):  # characters past the first 65,536 take four bytes
        codes = [ord(character) & CODE for character in text]
        return {first << 16 | second for first, second in pairwise(codes)}
    if len(text) < 2:
        return set()
    # Every pair that begins at an even place, then at an odd one: read at once, not character by character.
    even, odd = f">{len(text) // 2}I", f">{(len(text) - 1) // 2}I"
    return {*unpack_from(even, raw), *unpack_from(odd, raw, 2)}


def few(gram: int) -> int:
    """The number of one of `grams_of` in the first texts; others may have the same."""
    return _mixed(gram) & FEW


def many(gram: int) -> int:
    """Its number in those after them."""
    return ABOVE + (_mixed(gram) & MANY)


def _mixed(gram: int) -> int:
    return (gram >> 16) * 769 + (gram & CODE) * 24593


NUMBERINGS = (few, many)
