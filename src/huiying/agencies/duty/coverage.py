"""What nobody covers and what several cover, in spans of instants (UTC), each without its end."""

from collections.abc import Iterable
from datetime import datetime

type Span = tuple[datetime, datetime]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as possible, in order; empty spans fall away."""
    found: list[Span] = []
    for starts, ends in sorted(spans):
        if starts >= ends:
            continue
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found


def missing(wanted: Iterable[Span], covered: Iterable[Span]) -> list[Span]:
    """What of `wanted` lies outside of `covered`."""
    left: list[Span] = []
    held = merged(covered)
    first = 0
    for starts, ends in merged(wanted):
        while first < len(held) and held[first][1] <= starts:
            first += 1
        place, reached = first, starts
        while place < len(held) and held[place][0] < ends:
            left.append((reached, held[place][0]))
            reached = held[place][1]
            place += 1
        left.append((reached, ends))
    return merged(left)


def doubled(spans: Iterable[Span]) -> list[Span]:
    """The time that lies in two spans or more."""
    found: list[Span] = []
    reached: datetime | None = None
    for starts, ends in sorted(spans):
        if reached is not None and starts < min(reached, ends):
            found.append((starts, min(reached, ends)))
        reached = ends if reached is None else max(reached, ends)
    return merged(found)


def within(spans: Iterable[Span], window: Span) -> list[Span]:
    """The part of each span that lies in `window`."""
    cut = ((max(starts, window[0]), min(ends, window[1])) for starts, ends in spans)
    return [(starts, ends) for starts, ends in cut if starts < ends]
