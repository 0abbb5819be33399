"""What trying a version of the model on past letters found, as this reader may be told: which unit it would
have named, against what is in use.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from huiying.casework.landing.discretion import Count, coarse, seen_by, settled_long
from huiying.casework.landing.settled import sorted_letters
from huiying.casework.landing_models import MOST_ATTEMPTS, ModelTrial
from huiying.kernel.actors import Actor
from huiying.routing.models import Category

MOST_CASES = 50

type Found = Collection[tuple[int, str, str, bool]]  # as `ModelTrial.found`


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """So many letters would have been named to the unit `after` instead of `before` (codes, empty for
    silence); the case of `ended` of them is led by `after`. Counts as in `Tried`.
    """

    before: str
    after: str
    count: int
    ended: int


@dataclass(frozen=True, slots=True)
class CaseElsewhere:
    """One of them that the reader may read; `ended` is the unit (code) that leads it."""

    number: int
    title: str
    before: str
    after: str
    ended: str


@dataclass(frozen=True, slots=True)
class Tried:
    """`n` letters were tried; from `learned_from` of them the version may have learned, so that it does
    better there than on new ones. It spoke on `spoke` and named the category that stands on `right`; what
    is in use on `spoke_now` and `right_now`. `total` would have gone to another unit.

    `exact` only where the reader may read all of them. Anybody else is told of letters that were answered a
    month ago, and of counts but `n` and `learned_from` what `discretion.coarse` leaves; `cases` are those
    that they may read, newest first.
    """

    n: int
    learned_from: int
    spoke: int
    right: int
    spoke_now: int
    right_now: int
    total: int
    gone: tuple[Elsewhere, ...]
    cases: tuple[CaseElsewhere, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """The newest trial of a version. `against` is the version that was in use, 0 for none. `tried` is None
    where it is not finished, and `failed` where it will not be.
    """

    threshold: float
    against: int
    against_threshold: float
    asked_at: datetime
    done: int
    of: int
    failed: bool
    tried: Tried | None


@dataclass(frozen=True, slots=True)
class _Row:
    """One letter: categories said now and then and the one that stands, and the units they lead to."""

    report: int
    case: int
    number: int
    title: str
    said: tuple[str, str]
    units: tuple[str, str]
    stands: str
    ended: str


def newest_trial(actor: Actor, number: int) -> Trial | None:
    """The newest of version `number`, None where there is none."""
    rows = ModelTrial.objects.filter(learned__number=number).select_related("against__learned")
    trial = rows.defer("against__learned__packed").order_by("-pk").first()
    if trial is None:
        return None
    use = trial.against if trial.against is not None and trial.against.learned else None
    return Trial(
        threshold=trial.threshold,
        against=use.learned.number if use and use.learned else 0,
        against_threshold=use.threshold if use else 1.0,
        asked_at=trial.asked_at,
        done=trial.done,
        of=trial.of,
        failed=trial.finished_at is None and trial.attempts >= MOST_ATTEMPTS,
        tried=told(actor, trial.found) if trial.finished_at else None,
    )


def told(actor: Actor, found: Found) -> Tried:
    """What this reader is told of what was found."""
    learned_from = {pk for pk, _before, _after, known in found if known}
    rows = _rows(found, Q())
    seen = seen_by(actor, (row.case for row in rows))
    exact = seen >= {row.case for row in rows}
    if not exact:
        rows = _rows(found, settled_long())
    count: Count = len if exact else coarse
    moved = [row for row in rows if row.units[0] != row.units[1]]
    return Tried(
        n=len(rows),
        learned_from=len(learned_from & {row.report for row in rows}),
        spoke=count([row.report for row in rows if row.said[1]]),
        right=count([row.report for row in rows if row.said[1] == row.stands]),
        spoke_now=count([row.report for row in rows if row.said[0]]),
        right_now=count([row.report for row in rows if row.said[0] == row.stands]),
        total=count([row.report for row in moved]),
        gone=_gone(moved, count),
        cases=tuple(_case(row) for row in moved if row.case in seen)[:MOST_CASES],
        exact=exact,
    )


def _rows(found: Found, among: Q) -> list[_Row]:
    """What was found, newest first, without what is no longer told: letters that became a complaint about
    conduct, or whose words are erased.
    """
    leads = dict(Category.objects.values_list("code", "lead_unit__code"))
    letters = {
        row[0]: row[1:]
        for row in sorted_letters()
        .filter(among, pk__in=[pk for pk, _before, _after, _known in found])
        .values_list(
            "pk",
            "case",
            "case__number",
            "case__title",
            "case__category__code",
            "case__lead_unit__code",
        )
    }
    return [
        _Row(
            report=pk,
            case=letters[pk][0],
            number=letters[pk][1],
            title=letters[pk][2],
            said=(before, after),
            units=(leads.get(before) or "", leads.get(after) or ""),
            stands=letters[pk][3],
            ended=letters[pk][4] or "",
        )
        for pk, before, after, _known in found
        if pk in letters
    ]


def _gone(moved: Collection[_Row], count: Count) -> tuple[Elsewhere, ...]:
    pairs: dict[tuple[str, str], list[_Row]] = {}
    for row in moved:
        pairs.setdefault(row.units, []).append(row)
    lines = [
        Elsewhere(
            before=before,
            after=after,
            count=count([row.report for row in rows]),
            ended=count([row.report for row in rows if row.ended == after != ""]),
        )
        for (before, after), rows in pairs.items()
    ]
    shown = [line for line in lines if line.count]
    return tuple(sorted(shown, key=lambda line: (-line.count, line.before, line.after)))


def _case(row: _Row) -> CaseElsewhere:
    return CaseElsewhere(row.number, row.title, *row.units, row.ended)
