"""The pages of a list of cases, whose rows may come from several queries."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from huiying.casework.models import CaseFile
from huiying.kernel.paging import Place, beyond, place_of, read_place

# sort: (column, newest first)
ORDERS = {
    "newest": ("received_at", True),
    "oldest": ("received_at", False),
    "due": ("due_at", False),
}
# What is most urgent first, and of that what is due first: places carry the urgency before a dot.
URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of the list; `newer` and `older` name the places before and after them."""

    rows: list[CaseFile]
    newer: str
    older: str


def place_in(case: CaseFile, sort: str) -> str:
    """Where `case` stands in a list with this order; empty for an order that is not known."""
    if sort == URGENT:
        return _urgent_place(case)
    column, _down = ORDERS.get(sort, ("", False))
    return place_of(getattr(case, column), case.pk) if column else ""


def _first(parts: Sequence[QuerySet[CaseFile]], order: Sequence[str], most: int) -> list[CaseFile]:
    """The first `most` rows of all parts together, each part read no further than that."""
    ends = [part.order_by(*order)[:most] for part in parts]
    if len(ends) < 2:
        return [row for end in ends for row in end]
    return list(ends[0].union(*ends[1:], all=True).order_by(*order)[:most])


def most_urgent(parts: Sequence[QuerySet[CaseFile]], level: int, most: int) -> list[CaseFile]:
    """The first of those that are at least so urgent: what is most urgent first, then what is due first."""
    urgent = [part.filter(urgency__gte=level) for part in parts]
    return _first(urgent, ("-urgency", "due_at", "id"), most)


def page_of(
    parts: Sequence[QuerySet[CaseFile]], sort: str, after: str, before: str, size: int
) -> Page:
    """`size` rows of `sort` (a key of ORDERS) after or before a place; the first page without one.

    `parts` share no row; one query.
    """
    if sort == URGENT:
        return _urgent_page(parts, after, before, size)
    column, down = ORDERS[sort]
    behind, ahead = read_place(after), read_place(before)
    back = ahead is not None and behind is None
    if back:
        down = not down
    place = ahead if back else behind
    if place is not None:
        rest = beyond(column, place, down=down)
        parts = [part.filter(rest) for part in parts]
    sign = "-" if down else ""
    found = _first(parts, (f"{sign}{column}", f"{sign}id"), size + 1)
    return _cut(found, size, sort, back=back, begun=place is not None)


def _cut(found: list[CaseFile], size: int, sort: str, *, back: bool, begun: bool) -> Page:
    """The page of what was found, of which one more than `size` was asked for; `begun` at a place."""
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    first, last = (place_in(found[0], sort), place_in(found[-1], sort)) if found else ("", "")
    return Page(
        rows=found,
        newer=first if (more if back else begun) else "",
        older=last if (begun if back else more) else "",
    )


def _urgent_place(case: CaseFile) -> str:
    return f"{case.urgency}.{place_of(case.due_at, case.pk)}"


def _urgent_page(parts: Sequence[QuerySet[CaseFile]], after: str, before: str, size: int) -> Page:
    """The page in the order of urgency. What is urgent and what is not are parts of their own: each has its
    index, and none over all is needed.
    """
    behind, ahead = _read_urgent(after), _read_urgent(before)
    back = ahead is not None and behind is None
    place = ahead if back else behind
    halves = [(part.filter(urgency__gt=0), True) for part in parts]
    halves += [(part.filter(urgency=0), False) for part in parts]
    rest = [half.filter(_past(place, urgent, back)) for half, urgent in halves]
    order = ("urgency", "-due_at", "-id") if back else ("-urgency", "due_at", "id")
    found = _first(rest, order, size + 1)
    return _cut(found, size, URGENT, back=back, begun=place is not None)


def _read_urgent(text: str) -> tuple[int, Place] | None:
    level, _dot, rest = text.partition(".")
    place = read_place(rest)
    return (int(level), place) if place is not None and level in {"0", "1", "2", "3"} else None


def _past(place: tuple[int, Place] | None, urgent: bool, back: bool) -> Q:
    """What of one half comes after the place, or before it going back."""
    if place is None:
        return Q()
    level, within = place
    same = beyond("due_at", within, down=back)
    if not urgent:
        return same if level == 0 else Q() if not back else Q(pk=None)
    if level == 0:
        return Q() if back else Q(pk=None)
    return (Q(urgency=level) & same) | Q(**{f"urgency__{'gt' if back else 'lt'}": level})
