"""Counting letters by place, category and week, and finding the cells that grew.

A letter counts in one cell alone, and only lists of cells are kept, no sums above them: so nothing that is
shown can be taken from another number to tell of fewer than `FEWEST`. Complaints about conduct, and letters
of which a part is one, are not counted, here or in what is usual. Joined letters count each for itself,
withdrawn ones stay, and the parts of a split letter are no letters.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db import connection

from huiying.insight.growing.exceedance import LEVEL, called, chance_of, evenness_of
from huiying.insight.growing.models import FEWEST
from huiying.insight.growing.weeks import FEWEST_SEASON, FEWEST_USUAL, season, usual

RATE = 0.05  # of weeks with a false alarm, as stated

OWN_SCATTER = 100  # letters of a category from which on its own scatter is known well enough

type Cell = tuple[str, int]  # a division's code and a category's id

_COUNTED = """
  FROM intake_submission letter
  JOIN intake_whereabouts placed ON placed.submission_id = letter.id
  JOIN casework_report report ON report.submission_id = letter.id
  JOIN casework_casefile held ON held.id = report.case_id
  LEFT JOIN casework_casefile own ON own.id = report.own_case_id
 WHERE NOT letter.part AND NOT letter.conduct AND NOT held.conduct
   AND own.conduct IS NOT TRUE AND held.category_id IS NOT NULL
   AND NOT EXISTS (
     SELECT FROM casework_part part JOIN casework_report of_part ON of_part.id = part.report_id
       JOIN casework_casefile apart ON apart.id = of_part.case_id
      WHERE part.letter_id = report.id AND part.taken_back_at IS NULL AND apart.conduct)
   AND date_trunc('week', letter.received_at AT TIME ZONE %(zone)s)::date = ANY(%(weeks)s)
"""
_BY_WEEK = (
    "SELECT placed.division, held.category_id, count(*),"
    " date_trunc('week', letter.received_at AT TIME ZONE %(zone)s)::date"
    f"{_COUNTED} GROUP BY 1, 2, 4"
)
_CASES = f"SELECT DISTINCT placed.division, held.category_id, held.id {_COUNTED} ORDER BY 3"


@dataclass(frozen=True, slots=True)
class Grown:
    """A cell that grew; as `models.GrowthLine`."""

    cell: Cell
    letters: int
    usual: float
    season: float | None
    chance: float


@dataclass(frozen=True, slots=True)
class Counted:
    """One week. `usual_weeks` is below `FEWEST_USUAL` where it is too early to tell; then nothing grew."""

    week: date
    letters: dict[Cell, int]
    grown: list[Grown] = field(default_factory=list)
    usual_weeks: int = 0
    season_weeks: int = 0
    cells: int = 0


def letters_by_week(weeks: Sequence[date]) -> dict[date, dict[Cell, int]]:
    """How many letters came in each cell in these weeks; weeks without any are left out."""
    found: dict[date, dict[Cell, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_BY_WEEK, {"zone": settings.TIME_ZONE, "weeks": list(weeks)})
        for division, category, count, week in cursor.fetchall():
            found[week][division, category] = count
    return dict(found)


def cases_of(week: date) -> dict[Cell, list[int]]:
    """The ids of the cases with letters of this week, by cell."""
    found: dict[Cell, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_CASES, {"zone": settings.TIME_ZONE, "weeks": [week]})
        for division, category, case in cursor.fetchall():
            found[division, category].append(case)
    return found


@dataclass(frozen=True, slots=True)
class _Before:
    """What was usual: in each of the weeks, the letters by cell."""

    weeks: list[dict[Cell, int]]

    def counts(self, cell: Cell) -> list[int]:
        return [week.get(cell, 0) for week in self.weeks]

    def a_week(self, cell: Cell) -> float:
        return sum(self.counts(cell)) / len(self.weeks)


def _evenness(recent: _Before) -> dict[int, float]:
    """By category, over its places: its own or that of all letters, whichever scatters more. Categories with
    few letters come in bursts that a quarter of one of them does not show: they share theirs besides.
    """
    by_category: dict[int, list[list[int]]] = defaultdict(list)
    for cell in {cell for week in recent.weeks for cell in week}:
        by_category[cell[1]].append(recent.counts(cell))
    whole = evenness_of([counts for cells in by_category.values() for counts in cells])
    few = {kind for kind, cells in by_category.items() if sum(map(sum, cells)) < OWN_SCATTER}
    seldom = min(whole, evenness_of([each for kind in few for each in by_category[kind]]))
    return {0: seldom} | {
        kind: min(evenness_of(cells), seldom if kind in few else whole)
        for kind, cells in by_category.items()
    }


def _chance(count: int, cell: Cell, befores: list[_Before], evenness: float) -> float:
    """Of both tests the greater: what grew has to be unusual now and for the season."""
    if count < FEWEST:
        return 1.0
    return max(
        chance_of(count, sum(before.counts(cell)), len(before.weeks), evenness)
        for before in befores
    )


def grown_in(week: date, by_week: dict[date, dict[Cell, int]]) -> Counted:
    """What grew in `week`. Weeks in which no letter came at all are not usual ones: the desk stood still."""
    now = by_week.get(week, {})
    recent = _Before([by_week[each] for each in usual(week) if each in by_week])
    if len(recent.weeks) < FEWEST_USUAL:
        return Counted(week, now, usual_weeks=len(recent.weeks))
    year = _Before([by_week[each] for each in season(week) if each in by_week])
    with_season = len(year.weeks) >= FEWEST_SEASON
    befores = [recent, year] if with_season else [recent]
    cells = {cell for each in recent.weeks for cell in each} | set(now)
    tested = sorted(cell for cell in cells if now.get(cell, 0) + sum(recent.counts(cell)) >= FEWEST)
    even = _evenness(recent)
    chances = [
        _chance(now.get(cell, 0), cell, befores, even.get(cell[1], even[0])) for cell in tested
    ]
    most = called(chances, LEVEL)
    grown = [
        Grown(
            cell, now[cell], recent.a_week(cell), year.a_week(cell) if with_season else None, chance
        )
        for cell, chance in zip(tested, chances, strict=True)
        if chance <= most and now.get(cell, 0) >= FEWEST
    ]
    season_weeks = len(year.weeks) if with_season else 0
    return Counted(week, now, grown, len(recent.weeks), season_weeks, len(tested))
