"""Finding published answers by category and unit at any number of them.

A group of categories or a tree of units would make one index scan impossible. So each pair is looked up
in the index that has its order and holds all that is asked, and the newest of all are kept. Which of
those are kept from view (complaints about conduct, few) is asked of the page that was found.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from huiying.agencies.models import Unit
from huiying.casework.places import all_categories
from huiying.replies import policy
from huiying.replies.models import Reply
from huiying.replies.states import State

MOST_COUNTED = 1000
SELECT = "SELECT id, address, answered_at FROM replies_reply WHERE {conditions} ORDER BY {order} LIMIT %s"
SELECT_EACH = (
    "SELECT id, address, answered_at FROM {lists} CROSS JOIN LATERAL ({one}) AS found "
    "ORDER BY {order} LIMIT %s"
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Ids of the categories and of the units to look in; None means all, an empty tuple none."""

    categories: tuple[int, ...] | None = None
    units: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Ids of replies, newest first, and the addresses from which to go on to both sides."""

    ids: list[int]
    older: str
    newer: str


EVERYTHING = Reach()


def _units_below(code: str) -> tuple[int, ...] | None:
    """Ids of the unit with this code and of all below it; None for the whole agency."""
    row = Unit.objects.filter(code=code).values("path", "parent_id").first()
    if row is None:
        return ()
    if row["parent_id"] is None:
        return None
    return tuple(Unit.objects.filter(path__startswith=row["path"]).values_list("pk", flat=True))


def reach(*, category: str = "", unit: str = "") -> Reach:
    """What to look in for these codes, empty for all; a code that is not known reaches nothing."""
    return Reach(
        tuple(all_categories().at_or_below(category)) if category else None,
        _units_below(unit) if unit else None,
    )


def _key(address: str) -> tuple[Any, str] | None:
    """The place of an answer in the list; a correction has that of the first text."""
    row = Reply.objects.filter(address=address, corrects=None, answered_at__isnull=False).first()
    return (row.answered_at, row.address) if row else None


type Row = tuple[int, str, Any]


def _found(reach: Reach, *, key: tuple[Any, str] | None, upwards: bool, most: int) -> list[Row]:
    """(id, address, time) of the answers next to `key`, the nearest first; also those kept from view."""
    lists: list[str] = []
    given: list[Any] = []
    conditions = ["state = 'published'"]
    if reach.categories is not None:
        lists.append("unnest(%s::bigint[]) AS wanted_category")
        conditions.append("category_id = wanted_category")
        given.append(list(reach.categories))
    if reach.units is not None:
        lists.append("unnest(%s::bigint[]) AS wanted_unit")
        conditions.append("unit_id = wanted_unit")
        given.append(list(reach.units))
    if key is not None:
        conditions.append(f"(answered_at, address) {'>' if upwards else '<'} (%s, %s)")
    order = "answered_at, address" if upwards else "answered_at DESC, address DESC"
    statement = SELECT.format(conditions=" AND ".join(conditions), order=order)
    given += [*(key or ()), most]
    if lists:
        statement = SELECT_EACH.format(lists=" CROSS JOIN ".join(lists), one=statement, order=order)
        given.append(most)
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


def _found_on_view(
    reach: Reach, *, key: tuple[Any, str] | None, upwards: bool, most: int
) -> list[Row]:
    """`_found` without those kept from view; further on where a page held any."""
    kept: list[Row] = []
    while True:
        rows = _found(reach, key=key, upwards=upwards, most=most)
        ids = [pk for pk, _address, _at in rows]
        seen = set(policy.published().filter(pk__in=ids).values_list("pk", flat=True))
        kept += [row for row in rows if row[0] in seen]
        if len(rows) < most or len(kept) >= most:
            return kept[:most]
        key = (rows[-1][2], rows[-1][1])


def page(reach: Reach, *, older: str = "", newer: str = "", size: int) -> Page:
    """One page of `size` answers, older or newer than the one at an address, from the newest without."""
    key = _key(older or newer) if older or newer else None
    upwards = bool(newer) and key is not None
    found = _found_on_view(reach, key=key, upwards=upwards, most=size + 1)
    more, kept = len(found) > size, found[:size]
    if upwards:
        kept.reverse()
    if not kept:
        return Page([], "", "")
    goes_down = more if not upwards else True
    goes_up = more if upwards else key is not None
    ids = [pk for pk, _address, _at in kept]
    return Page(ids, kept[-1][1] if goes_down else "", kept[0][1] if goes_up else "")


def count(reach: Reach) -> int:
    """How many there are, at most `MOST_COUNTED` + 1."""
    rows = Reply.objects.filter(state=State.PUBLISHED)
    if reach.categories is not None:
        rows = rows.filter(category_id__in=reach.categories)
    if reach.units is not None:
        rows = rows.filter(unit_id__in=reach.units)
    listed = rows[: MOST_COUNTED + 1]
    # One statement, whose inner list is cut off before the cases are looked at.
    counted = Reply.objects.filter(pk__in=listed.values("pk")).aggregate(
        all=Count("pk"), on_view=Count("pk", filter=Q(case__conduct=False))
    )
    return int(counted["all"] if counted["all"] > MOST_COUNTED else counted["on_view"])
