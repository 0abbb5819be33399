"""The pages of a list of cases, whose rows may come from several queries."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from huiying.casework.models import CaseFile
from huiying.kernel.paging import beyond, place_of, read_place

# sort: (column, newest first)
ORDERS = {
    "newest": ("received_at", True),
    "oldest": ("received_at", False),
    "due": ("due_at", False),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of the list; `newer` and `older` name the places before and after them."""

    rows: list[CaseFile]
    newer: str
    older: str


def place_in(case: CaseFile, sort: str) -> str:
    """Where `case` stands in a list with this order; empty for an order that is not known."""
    column, _down = ORDERS.get(sort, ("", False))
    return place_of(getattr(case, column), case.pk) if column else ""


def _first(parts: Sequence[QuerySet[CaseFile]], order: Sequence[str], most: int) -> list[CaseFile]:
    """The first `most` rows of all parts together, each part read no further than that."""
    ends = [part.order_by(*order)[:most] for part in parts]
    if len(ends) < 2:
        return [row for end in ends for row in end]
    return list(ends[0].union(*ends[1:], all=True).order_by(*order)[:most])


def page_of(
    parts: Sequence[QuerySet[CaseFile]], sort: str, after: str, before: str, size: int
) -> Page:
    """`size` rows of `sort` (a key of ORDERS) after or before a place; the first page without one.

    `parts` share no row; one query.
    """
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
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    ends = [place_of(getattr(row, column), row.pk) for row in (found[:1] + found[-1:])]
    first, last = (ends[0], ends[-1]) if ends else ("", "")
    return Page(
        rows=found,
        newer=first if (more if back else place is not None) else "",
        older=last if (place is not None if back else more) else "",
    )
