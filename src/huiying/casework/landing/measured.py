"""How a version of the model does at the desk. Counts of cases; never who wrote, never who chose."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from huiying.agencies.models import Division
from huiying.casework.landing_models import Lesson, Suggestion
from huiying.casework.models import Report
from huiying.casework.states import State
from huiying.intake.models import Submission
from huiying.intake.opening import each_readable

NEWEST = 5000
LEAST = 5  # a smaller group says nothing, and might say it of somebody
MOST_LESSONS = 20


@dataclass(frozen=True, slots=True)
class Case:
    """One case of which the model was asked, sorted by now; `said` is empty where it kept silent."""

    at: datetime
    channel: str
    language: str
    place: str
    said: str
    stood: str


@dataclass(frozen=True, slots=True)
class Group:
    """`n` cases, the model spoke on `spoke` of them and was right on `right`. `name` is a code, or empty
    for those in groups too small to show, or without a district.
    """

    name: str
    n: int
    spoke: int
    right: int


@dataclass(frozen=True, slots=True)
class Override:
    """So often somebody chose another category than the suggested one."""

    suggested: str
    chosen: str
    count: int


@dataclass(frozen=True, slots=True)
class Measured:
    """All of it for one version; `by_month` is in the order of time, the others largest first."""

    whole: Group
    by_month: tuple[Group, ...]
    by_channel: tuple[Group, ...]
    by_language: tuple[Group, ...]
    by_district: tuple[Group, ...]
    overrides: tuple[Override, ...]


def measured(number: int) -> Measured:
    """Version `number` on the newest 5,000 cases that were sorted since. Four queries."""
    cases = list(_cases(number))
    districts = _districts()
    months = _grouped(cases, lambda case: f"{timezone.localtime(case.at):%Y-%m}")
    return Measured(
        whole=_group("", cases),
        by_month=tuple(sorted(months, key=lambda group: group.name)),
        by_channel=_grouped(cases, lambda case: case.channel),
        by_language=_grouped(cases, lambda case: case.language),
        by_district=_grouped(cases, lambda case: _district(case.place, districts)),
        overrides=_overrides(number),
    )


def _cases(number: int) -> Iterable[Case]:
    own = Q(own_case=OuterRef("case")) | Q(case=OuterRef("case"), own_case=None)
    first = Report.objects.filter(own).order_by("pk")  # what was read, wherever it stands now
    rows = (
        Suggestion.objects.filter(
            use__learned__number=number, case__conduct=False, case__category__isnull=False
        )
        .exclude(case__state=State.RECEIVED)
        .annotate(
            language=Subquery(first.values("submission__language")[:1]),
            letter=Subquery(first.values("submission")[:1]),
        )
        .order_by("-pk")
        .values_list("at", "case__channel", "language", "letter", "first", "case__category__code")
    )
    newest = list(rows[:NEWEST])
    letters = Submission.objects.filter(pk__in={row[3] for row in newest})
    places = {letter.pk: words.place for letter, words in each_readable(letters)}
    for at, channel, language, letter, said, stood in newest:
        yield Case(at, channel, language or "", places.get(letter, ""), said, stood or "")


def _districts() -> list[str]:
    """The names of the territory's divisions in use: a village before its town, a town before its county."""
    rows = Division.objects.filter(active=True).values_list("code", "name")
    found = {(len(code), text) for code, name in rows for text in name.values() if text}
    return [text for _length, text in sorted(found, key=lambda each: (-each[0], each[1]))]


def _district(place: str, districts: Iterable[str]) -> str:
    return next((name for name in districts if name in place), "")


def _grouped(cases: Iterable[Case], name_of: Callable[[Case], str]) -> tuple[Group, ...]:
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(name_of(case), []).append(case)
    small = [name for name, each in groups.items() if len(each) < LEAST]
    for name in small:
        if name:
            groups.setdefault("", []).extend(groups.pop(name))
    found = [_group(name, each) for name, each in groups.items()]
    return tuple(sorted(found, key=lambda group: (-group.n, group.name)))


def _group(name: str, cases: list[Case]) -> Group:
    spoke = [case for case in cases if case.said]
    return Group(name, len(cases), len(spoke), sum(case.said == case.stood for case in spoke))


def _overrides(number: int) -> tuple[Override, ...]:
    rows = (
        Lesson.objects.filter(
            suggestion__use__learned__number=number, suggestion__case__conduct=False
        )
        .values("suggested", "chosen")
        .annotate(count=Count("pk"))
        .order_by("-count", "suggested", "chosen")[:MOST_LESSONS]
    )
    return tuple(Override(row["suggested"], row["chosen"], row["count"]) for row in rows)
