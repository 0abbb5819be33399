"""The lists of what grows. Residents and staff read them by the same function, so one instant shows both
the same list.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, Max, OuterRef

from huiying.agencies.models import Division, Role
from huiying.agencies.towns import Town, towns
from huiying.casework.models import CaseFile
from huiying.casework.policy import visible_cases
from huiying.insight import policy
from huiying.insight.growing.blurring import TESTED_STEP, at_least
from huiying.insight.growing.errors import NoGrowthList
from huiying.insight.growing.models import FEWEST, GrowthCase, GrowthLine, GrowthList
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed

MOST_CASES = 200

type Names = dict[str, str]


@dataclass(frozen=True, slots=True)
class Growing:
    """One place and category. `at_least` so many letters came, in steps of five. `usual` and `season` are
    letters a week, rounded; None for fewer than `FEWEST`, and `has_season` tells that from none.
    """

    id: int
    division: str
    place: Names
    category_code: str
    category: Names
    at_least: int
    usual: int | None
    season: int | None
    has_season: bool


@dataclass(frozen=True, slots=True)
class GrowthShown:
    """One list. `versions` counts those of the week; `older` and `newer` are weeks with a list, if any.
    `cells` were tested: so many hundreds, or more.
    """

    week: date
    version: int
    versions: int
    counted_at: datetime
    usual_weeks: int
    season_weeks: int
    cells: int
    rate: float
    lines: tuple[Growing, ...]
    towns: tuple[Town, ...]
    older: date | None
    newer: date | None


@dataclass(frozen=True, slots=True)
class GrowingCase:
    """A case behind a line that this reader may read."""

    number: int
    title: str
    state: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class CasesBehind:
    """`line` as everybody sees it, and its cases in this reader's sight, newest first."""

    week: date
    line: Growing
    cases: tuple[GrowingCase, ...]


def _rounded(letters: float | None) -> int | None:
    """Coarse enough that two weeks' lists do not tell what one week brought."""
    return None if letters is None or letters < FEWEST else round(letters)


def _places() -> dict[str, Names]:
    return dict(Division.objects.values_list("code", "name"))


def _shown(line: GrowthLine, places: dict[str, Names]) -> Growing:
    return Growing(
        id=line.pk,
        division=line.division,
        place=places.get(line.division, {}),
        category_code=line.category.code,
        category=line.category.name,
        at_least=at_least(line.letters),
        usual=_rounded(line.usual),
        season=_rounded(line.season),
        has_season=line.season is not None,
    )


def _chosen(week: date | None, version: int | None) -> GrowthList:
    lists = GrowthList.objects.order_by("-week", "-version")
    if week is not None:
        lists = lists.filter(week=week)
    if version is not None:
        lists = lists.filter(version=version)
    found = lists.first()
    if found is None:
        raise NoGrowthList
    return found


def growing(week: date | None = None, version: int | None = None) -> GrowthShown:
    """The list of the week that begins on this Monday, or the newest; raises NoGrowthList."""
    chosen = _chosen(week, version)
    places = _places()
    rows = chosen.lines.select_related("category").order_by("division", "category")
    lines = sorted((_shown(line, places) for line in rows), key=lambda line: -line.at_least)
    others = GrowthList.objects.values_list("week", flat=True)
    counted = GrowthList.objects.filter(week=chosen.week).aggregate(most=Max("version"))
    return GrowthShown(
        week=chosen.week,
        version=chosen.version,
        versions=counted["most"],
        counted_at=chosen.counted_at,
        usual_weeks=chosen.usual_weeks,
        season_weeks=chosen.season_weeks,
        cells=at_least(chosen.cells, TESTED_STEP),
        rate=chosen.rate,
        lines=tuple(lines),
        towns=towns().listed,
        older=others.filter(week__lt=chosen.week).order_by("-week").first(),
        newer=others.filter(week__gt=chosen.week).order_by("week").first(),
    )


def require_reader(actor: Actor) -> None:
    """Raise NotAllowed for who reads no brief either."""
    policy.scopes(actor)


def cases_behind(actor: Actor, line_id: int) -> CasesBehind:
    """The cases of a line; raises NoGrowthList, and NotAllowed for who reads no letters."""
    if not actor.has(*(set(policy.READERS) - {Role.LEADER})):
        raise NotAllowed
    rows = GrowthLine.objects.select_related("category", "growth_list")
    line = rows.filter(pk=line_id).first()
    if line is None:
        raise NoGrowthList
    behind = GrowthCase.objects.filter(line=line, case=OuterRef("pk"))
    cases = visible_cases(actor).filter(Exists(behind), conduct=False)
    found = cases.order_by("-received_at", "-pk")[:MOST_CASES]
    return CasesBehind(line.growth_list.week, _shown(line, _places()), tuple(map(_case, found)))


def _case(case: CaseFile) -> GrowingCase:
    return GrowingCase(case.number, case.title, case.state, case.received_at)
