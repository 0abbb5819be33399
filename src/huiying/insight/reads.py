from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time

from django.db.models import IntegerField, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from huiying.agencies.models import Unit
from huiying.insight import policy
from huiying.insight.errors import NoBrief
from huiying.insight.figures import FIGURES
from huiying.insight.models import Brief
from huiying.insight.sheets import Sums, sums_by_unit
from huiying.kernel.actors import Actor
from huiying.routing.models import Category

BRIEFS_PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class BriefHead:
    """Which count of which day this is, and what it was counted from; as `models.Brief`."""

    id: int
    day: date
    until: time
    version: int
    zone: str
    starts_at: datetime
    ends_at: datetime
    computed_at: datetime
    line_count: int
    digest: str


@dataclass(frozen=True, slots=True)
class Named:
    """A unit or a category; `under` is the code of the one above it, `place` how it is ordered."""

    code: str
    name: dict[str, str]
    under: str
    place: str


@dataclass(frozen=True, slots=True)
class DailyBrief:
    """A brief as one person sees it.

    `totals` holds every figure, and leaves nothing out. `parts` and `by_unit` leave out the complaints
    about conduct that are kept from this person, so for them they may add up to less. `parts`:
    {figure: {dimension: {key: number}}}, with the empty key for "none"; categories are leaves. `by_unit`:
    totals by unit code. `scope`: the codes of the units that it covers with all below them, empty for
    the whole agency. `versions`: all counts of this day and hour, newest first; `earlier_totals`: what
    the one before this said (None for the first).
    """

    brief: BriefHead
    versions: tuple[BriefHead, ...]
    scope: tuple[str, ...]
    totals: dict[str, int]
    parts: dict[str, dict[str, dict[str, int]]]
    by_unit: dict[str, dict[str, int]]
    units: dict[str, Named]
    categories: dict[str, Named]
    earlier_totals: dict[str, int] | None

    @property
    def is_newest(self) -> bool:
        return self.versions[0] == self.brief

    def by_category_group(self, figure: str) -> dict[str, int]:
        """The parts of a figure by the group that its categories belong to, as the tree stands today."""
        groups: Counter[str] = Counter()
        for leaf, number in self.parts.get(figure, {}).get("category", {}).items():
            known = self.categories.get(leaf)
            groups[known.under or leaf if known else leaf] += number
        return dict(groups)


@dataclass(frozen=True, slots=True)
class BriefRow:
    """One brief as a line of the list."""

    day: date
    until: time
    ends_at: datetime
    version: int
    late: int
    decision: int
    received: int
    answered: int


@dataclass(frozen=True, slots=True)
class BriefList:
    rows: list[BriefRow]
    next_before: str  # cursor of the next page, empty on the last


def head_of(brief: Brief) -> BriefHead:
    """The head of a brief as it is kept."""
    return BriefHead(**{each.name: getattr(brief, each.name) for each in fields(BriefHead)})


def _versions(day: date, until: time) -> QuerySet[Brief]:
    """All counts of this day and hour, newest first."""
    return Brief.objects.filter(day=day, until=until).order_by("-version")


def newest(day: date, until: time) -> BriefHead | None:
    """The last count of this day and hour."""
    found = _versions(day, until).first()
    return head_of(found) if found else None


def newest_day(until: time) -> date | None:
    """The newest day that has a brief of this hour."""
    return Brief.objects.filter(until=until).order_by("-day").values_list("day", flat=True).first()


def chosen(
    day: date, until: time, version: int | None = None
) -> tuple[BriefHead, tuple[BriefHead, ...]]:
    """The brief of this day, hour and version (the newest where none is named), and all versions.

    Raises NoBrief.
    """
    versions = tuple(head_of(brief) for brief in _versions(day, until))
    for brief in versions:
        if version in {None, brief.version}:
            return brief, versions
    raise NoBrief


def _full(totals: Counter[str]) -> dict[str, int]:
    return {key: totals[key] for key in FIGURES}


def _units() -> dict[str, Named]:
    rows = Unit.objects.order_by("path").values_list("code", "name", "parent__code", "path")
    return {code: Named(code, name, under or "", path) for code, name, under, path in rows}


def _categories() -> dict[str, Named]:
    rows = Category.objects.order_by("place").values_list("code", "name", "parent__code", "place")
    return {
        code: Named(code, name, under or "", f"{place:06}") for code, name, under, place in rows
    }


NOTHING_KEPT = Sums({})


@dataclass(frozen=True, slots=True)
class _Split:
    """The parts of the figures, unit by unit, without what is kept from the reader."""

    by_unit: dict[str, dict[str, int]] = field(default_factory=dict)
    parts: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)

    def add(self, unit: str, sheet: Sums, kept: Sums) -> None:
        shown = Counter(sheet.totals)
        shown.subtract(kept.totals)
        self.by_unit[unit] = _full(shown)
        for figure, dimensions in sheet.parts.items():
            for dimension, keys in dimensions.items():
                counted = self.parts.setdefault(figure, {}).setdefault(dimension, Counter())
                counted.update(keys)
                counted.subtract(kept.parts.get(figure, {}).get(dimension, {}))

    def shown_parts(self) -> dict[str, dict[str, dict[str, int]]]:
        return {
            figure: {
                dimension: {key: number for key, number in keys.items() if number}
                for dimension, keys in dimensions.items()
            }
            for figure, dimensions in self.parts.items()
        }


def read_brief(actor: Actor, *, day: date, until: time, version: int | None = None) -> DailyBrief:
    """The brief of this day as far as the actor's role reaches; raises NoBrief or NotAllowed."""
    paths = policy.scopes(actor)
    brief, versions = chosen(day, until, version)
    earlier = next((each for each in versions if each.version < brief.version), None)
    totals: dict[int, Counter[str]] = {each.id: Counter() for each in (brief, earlier) if each}
    kept = sums_by_unit(policy.kept_lines(actor, brief.id))
    split = _Split()
    sheets = policy.sheets_of(actor, list(totals)).values_list(
        "brief_id", "unit_id", "unit__code", "totals", "parts"
    )
    for brief_id, unit_id, unit, numbers, parts in sheets:
        totals[brief_id].update(numbers)
        if brief_id == brief.id:
            split.add(unit or "", Sums(numbers, parts), kept.get(unit_id, NOTHING_KEPT))
    units = _units()
    covered = [unit.code for unit in units.values() if unit.place in paths]
    return DailyBrief(
        brief=brief,
        versions=versions,
        scope=tuple(covered),
        totals=_full(totals[brief.id]),
        parts=split.shown_parts(),
        by_unit=split.by_unit,
        units=units,
        categories=_categories(),
        earlier_totals=_full(totals[earlier.id]) if earlier else None,
    )


LISTED = ("late", "decision", "received", "answered")


def _listed_sums(actor: Actor, briefs: list[Brief]) -> dict[int, tuple[int, ...]]:
    """The figures `LISTED` of each brief, in that order."""
    sums = {key: Sum(Cast(KeyTextTransform(key, "totals"), IntegerField())) for key in LISTED}
    rows = (
        policy.sheets_of(actor, [brief.pk for brief in briefs])
        .values("brief_id")
        .annotate(**sums)
        .order_by()
        .values_list("brief_id", *LISTED)
    )
    return {brief_id: tuple(number or 0 for number in numbers) for brief_id, *numbers in rows}


def list_briefs(actor: Actor, *, before: tuple[date, time] | None = None) -> BriefList:
    """The newest version of each brief, newest day first, with four of its figures."""
    policy.scopes(actor)
    rows = Brief.objects.order_by("-day", "-until", "-version").distinct("day", "until")
    if before:
        day, until = before
        rows = rows.filter(Q(day__lt=day) | Q(day=day, until__lt=until))
    found = list(rows[: BRIEFS_PER_PAGE + 1])
    shown = found[:BRIEFS_PER_PAGE]
    sums = _listed_sums(actor, shown)
    listed = [
        BriefRow(
            brief.day,
            brief.until,
            brief.ends_at,
            brief.version,
            *sums.get(brief.pk, (0,) * len(LISTED)),
        )
        for brief in shown
    ]
    last = shown[-1] if len(found) > BRIEFS_PER_PAGE else None
    return BriefList(listed, f"{last.day:%Y-%m-%d}@{last.until:%H:%M}" if last else "")
