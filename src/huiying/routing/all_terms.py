"""What was promised for each of many matters: the same as `terms_kept`, read once for all of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings

from huiying.agencies.working_hours import agency_calendar
from huiying.clocks.models import CalendarVersion
from huiying.clocks.reads import laid_out
from huiying.clocks.working_time import Timetable
from huiying.harm.urgency import Need
from huiying.routing.models import Category, PromiseVersion
from huiying.routing.reads import CALENDAR, Reckoning, Terms, reckoned_of

type Versions = list[tuple[datetime, str]]


@dataclass(frozen=True, slots=True)
class AllTerms:
    """`categories` by row id; `calendars` names the calendar of each, by code, None for none; `versions` are
    those of each calendar, since when and its digest, the oldest first. `digest` changes with any of it.
    """

    categories: Mapping[int, Category]
    reckoning: Reckoning
    calendars: Mapping[int | None, str | None]
    versions: Mapping[str, Versions]
    digest: str
    _kept: dict[tuple[object, ...], Terms] = field(default_factory=dict, compare=False)

    def kept(
        self, start: datetime, category: Category | None, *, need: Need, channel: str
    ) -> Terms:
        """What `terms_kept` says; no query, but one for each version of a calendar that is new here."""
        row_id = category.pk if category else None
        terms, by_calendar = self.reckoning.terms(row_id, start, need=need, channel=channel)
        rows = self.versions.get(self.calendars[row_id] or "", []) if by_calendar else []
        if not rows:
            return terms
        first = max((place for place, row in enumerate(rows) if row[0] <= start), default=0)
        key = (id(terms), first)
        if key not in self._kept:
            versions = tuple((since, laid_out(digest)) for since, digest in rows[first:])
            self._kept[key] = replace(terms, timetable=versions[-1][1], versions=versions)
        return self._kept[key]

    def timetable(self, category_id: int | None) -> Timetable | None:
        """That of the calendar in force by which such a matter goes; None where there is none."""
        rows = self.versions.get(self.calendars[category_id] or "", [])
        return laid_out(rows[-1][1]) if rows else None


def all_terms() -> AllTerms:
    """That of every category, and of what has none. Six queries."""
    categories = {row.pk: row for row in Category.objects.annotate(by=CALENDAR)}
    agency = agency_calendar()
    calendars = {row.pk: row.by if row.lead_unit_id else agency for row in categories.values()} | {
        None: agency
    }
    versions: dict[str, Versions] = {}
    rows = CalendarVersion.objects.order_by("number")
    for code, since, digest in rows.values_list("calendar__code", "adopted_at", "digest"):
        versions.setdefault(code, []).append((since, digest))
    reckoning = reckoned_of(categories)
    return AllTerms(
        categories, reckoning, calendars, versions, _digest(reckoning, calendars, versions)
    )


def _digest(
    reckoning: Reckoning,
    calendars: Mapping[int | None, str | None],
    versions: Mapping[str, Versions],
) -> str:
    """SHA-256 of all that a due time of a stage hangs on beside its case."""
    adopted = PromiseVersion.objects.filter(adopted_at__isnull=False).order_by("number")
    said = [
        settings.WAITING_CAP_DAYS,
        list(adopted.values_list("adopted_at", "digest")),
        sorted(versions.items()),
        [
            (row_id, sorted(codes), target.span, calendars[row_id])
            for row_id, (codes, target) in sorted(
                reckoning.leaves.items(), key=lambda each: each[0] or 0
            )
        ],
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()
