"""Paging by place: "after this moment and number", so that page 30,000 costs what page one does. Short lists
that are not in the order of time have numbered pages.
"""

from datetime import UTC, datetime, timedelta

from django.db.models import Model, Q, QuerySet

type Place = tuple[datetime, int]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST = 17  # digits of microseconds, up to the year 4700


def place_of(moment: datetime, number: int) -> str:
    """A place in a list as text: microseconds since 1970, and the number that parts equal moments."""
    return f"{(moment - EPOCH) // MICROSECOND}-{number}"


def read_place(text: str) -> Place | None:
    """The place that `place_of` wrote; None for anything else."""
    first, dash, second = text.partition("-")
    if not (dash and first.isdecimal() and second.isdecimal() and text.isascii()):
        return None
    if len(first) > LONGEST or len(second) > LONGEST:
        return None
    return EPOCH + int(first) * MICROSECOND, int(second)


def beyond(column: str, place: Place, *, down: bool = False, number: str = "id") -> Q:
    """Rows past `place` in the order of `column` and `number`, going down or up; the first bound is what
    an index needs.
    """
    moment, ties = place
    way = "lt" if down else "gt"
    return Q(**{f"{column}__{way}e": moment}) & (
        Q(**{f"{column}__{way}": moment}) | Q(**{f"{number}__{way}": ties})
    )


LAST_PAGE = 1000


def read_page(text: str) -> int:
    """The number of a page, from 1 on; the first for anything else."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST else 1
    return min(max(number, 1), LAST_PAGE)


def page_of[Row: Model](rows: QuerySet[Row], number: int, most: int) -> tuple[list[Row], bool]:
    """The rows of a numbered page of so many, and whether more follow."""
    found = list(rows[(number - 1) * most : number * most + 1])
    return found[:most], len(found) > most
