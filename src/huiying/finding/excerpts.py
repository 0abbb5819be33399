"""The part of a text that shows why it was found, masked, with the words that were searched for marked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from huiying.finding.clauses import pattern_of
from huiying.finding.folding import folded_at_once, folded_characters

LENGTH = 120
BEFORE = 30


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an excerpt; `found` where it is what was searched for."""

    text: str
    found: bool = False


def _places(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where in `text` the folded words stand, in order, none overlapping."""
    plain = folded_at_once(text)
    words = [word for word in words if word in plain]
    if not words:
        return []
    characters = folded_characters(text)
    owners = [place for place, folded in enumerate(characters) for _each in folded]
    folded = "".join(characters)
    spans = []
    for word in words:
        wanted = re.compile(pattern_of(word) or re.escape(word))
        for match in wanted.finditer(folded):
            start = folded.index(word, match.start())
            spans.append((owners[start], owners[start + len(word) - 1] + 1))
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept


def excerpt(text: str, words: Sequence[str], *, length: int = LENGTH) -> tuple[Piece, ...]:
    """About `length` characters of the text around the first word that was found. What is not to be shown
    is masked before.
    """
    line = " ".join(text.split())
    places = _places(line, words)
    start = max(0, places[0][0] - BEFORE) if places and places[0][1] > length else 0
    end = min(len(line), start + length)
    pieces = [Piece("…")] if start else []
    at = start
    for first, last in places:
        if last > end:
            break
        pieces += [Piece(line[at:first]), Piece(line[first:last], found=True)]
        at = last
    pieces.append(Piece(line[at:end] + ("…" if end < len(line) else "")))
    return tuple(piece for piece in pieces if piece.text)
