"""Paging by place: "after this sort value and id", so that page 30,000 costs what page one does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from huiying.casework.models import CaseFile

# sort: (column, newest first)
ORDERS = {
    "newest": ("received_at", True),
    "oldest": ("received_at", False),
    "due": ("due_at", False),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST = 17  # digits of microseconds, up to the year 4700


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of the list; `newer` and `older` name the places before and after them."""

    rows: list[CaseFile]
    newer: str
    older: str


def place_of(moment: datetime, row_id: int) -> str:
    """A place in a list as text: microseconds since 1970, and the row's id."""
    return f"{(moment - EPOCH) // MICROSECOND}-{row_id}"


def place_in(case: CaseFile, sort: str) -> str:
    """Where `case` stands in a list with this order; empty for an order that is not known."""
    column, _down = ORDERS.get(sort, ("", False))
    return place_of(getattr(case, column), case.pk) if column else ""


def read_place(text: str) -> tuple[datetime, int] | None:
    """The place that `place_of` wrote; None for anything else."""
    first, dash, second = text.partition("-")
    if not (dash and first.isdecimal() and second.isdecimal() and text.isascii()):
        return None
    if len(first) > LONGEST or len(second) > LONGEST:
        return None
    return EPOCH + int(first) * MICROSECOND, int(second)


def _beyond(column: str, place: tuple[datetime, int], *, down: bool) -> Q:
    """Rows past `place`, going down in value or up; the first bound is what an index needs."""
    value, row_id = place
    way = "lt" if down else "gt"
    return Q(**{f"{column}__{way}e": value}) & (
        Q(**{f"{column}__{way}": value}) | Q(**{f"id__{way}": row_id})
    )


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
        beyond = _beyond(column, place, down=down)
        parts = [part.filter(beyond) for part in parts]
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
