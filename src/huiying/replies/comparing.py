"""What changed between two texts: by sentences first, then by characters (Chinese) and words (Latin).

Pure. Joining what stayed and what is gone gives the earlier text, what stayed and what is new the later.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

SAME = "same"
GONE = "gone"
NEW = "new"

# A sentence with what ends it; a run of Latin letters and digits, of white space, or one character.
SENTENCE = re.compile(r"[^。！？；!?;\n.]*[。！？；!?;\n.]|[^。！？；!?;\n.]+")
TOKEN = re.compile(r"[0-9A-Za-z\u00c0-\u024f]+|\s+|.", re.DOTALL)
# Above this many pairs, what occurs very often is no longer looked at: time stays bounded.
MOST_PAIRS = 360_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is `same` in both, `gone` from the earlier or `new` in the later one."""

    kind: str
    text: str


def _steps(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    often = len(before) * len(after) > MOST_PAIRS
    matcher = SequenceMatcher(None, before, after, autojunk=often)
    for step, left, left_end, right, right_end in matcher.get_opcodes():
        yield step, before[left:left_end], after[right:right_end]


def _within(before: str, after: str) -> Iterator[Piece]:
    """The changes inside sentences that took each other's place."""
    for step, gone, new in _steps(TOKEN.findall(before), TOKEN.findall(after)):
        if step == "equal":
            yield Piece(SAME, "".join(gone))
        else:
            yield Piece(GONE, "".join(gone))
            yield Piece(NEW, "".join(new))


def _pieces(before: str, after: str) -> Iterator[Piece]:
    for step, gone, new in _steps(SENTENCE.findall(before), SENTENCE.findall(after)):
        if step == "equal":
            yield Piece(SAME, "".join(gone))
        else:
            yield from _within("".join(gone), "".join(new))


def changes(before: str, after: str) -> tuple[Piece, ...]:
    """The texts as runs in reading order, neighbours of one kind put together."""
    filled = [piece for piece in _pieces(before, after) if piece.text]
    return tuple(
        Piece(kind, "".join(piece.text for piece in run))
        for kind, run in groupby(filled, key=lambda piece: piece.kind)
    )
