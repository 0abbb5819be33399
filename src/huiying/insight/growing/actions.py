"""Counting what grew in a week, and keeping it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection

from huiying.insight import policy
from huiying.insight.growing.blurring import blurred
from huiying.insight.growing.counting import (
    RATE,
    Cell,
    Counted,
    Grown,
    cases_of,
    grown_in,
    letters_by_week,
)
from huiying.insight.growing.models import FEWEST, GrowthCase, GrowthLine, GrowthList
from huiying.insight.growing.weeks import FEWEST_USUAL, season, usual
from huiying.kernel import keys, time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.kernel.verbs import verb
from huiying.record.actions import write

LOCK = 0x67726F77  # "grow"; one count at a time


@verb
def count_growth(*, actor: Actor, week: date) -> bool:
    """Count what grew in the week that begins on this Monday; True where a list was kept.

    The first count is kept. A later one is kept only where a cell newly grew, or where one that is shown
    has `FEWEST` letters more or fewer: any lesser difference between two lists would tell of single letters,
    such as one that turned out to be a complaint about conduct. What did not change so much stays as shown.
    Each is blurred with the key of the first list; where the ring lost that key there is no later one.
    """
    if not policy.may_count(actor):
        raise NotAllowed
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    known = GrowthList.objects.filter(week=week).order_by("-version").first()
    key_number = _key_of(known)
    if key_number is None:
        return False
    by_week = letters_by_week([week, *usual(week), *season(week)])
    by_week[week] = blurred(week, by_week.get(week, {}), key_number)
    counted = grown_in(week, by_week)
    if counted.usual_weeks < FEWEST_USUAL and known is None:
        return False
    shown = {(line.division, line.category_id): line for line in known.lines.all()} if known else {}
    kept, fresh = _settled(shown, counted)
    if known and not fresh and len(kept) == len(shown):
        return False
    version = known.version + 1 if known else 1
    _keep(counted, _Place(version, key_number), kept, fresh)
    data = {"version": version, "lines": len(kept) + len(fresh), "cells": counted.cells}
    write(actor=actor, action="growth.counted", subject=f"growth:{week:%Y-%m-%d}", data=data)
    return True


def _key_of(known: GrowthList | None) -> int | None:
    """The number of the key that blurs a week of which `known` was kept; None where the ring lost it. What
    was kept before the number stood with it was blurred with the only key, or nobody knows with which.
    """
    if known is None:
        return keys.newest()
    only = keys.newest() if len(settings.KEY_RING) == 1 else None
    number = known.drawn_with if known.drawn_with is not None else only
    return number if number in settings.KEY_RING else None


def _settled(
    shown: dict[Cell, GrowthLine], counted: Counted
) -> tuple[list[GrowthLine], list[Grown]]:
    """The lines that stay as they were shown, and those that are new or differ enough."""
    kept = [
        line
        for cell, line in shown.items()
        if abs(counted.letters.get(cell, 0) - line.letters) < FEWEST
    ]
    staying = {(line.division, line.category_id) for line in kept}
    return kept, [each for each in counted.grown if each.cell not in staying]


@dataclass(frozen=True, slots=True)
class _Place:
    """Which list of its week it is, and with which key of the ring it was blurred."""

    version: int
    key_number: int


def _keep(
    counted: Counted, place: _Place, kept: Iterable[GrowthLine], fresh: Iterable[Grown]
) -> None:
    listed = GrowthList.objects.create(
        week=counted.week,
        version=place.version,
        drawn_with=place.key_number,
        zone=settings.TIME_ZONE,
        counted_at=time.now(),
        usual_weeks=counted.usual_weeks,
        season_weeks=counted.season_weeks,
        cells=counted.cells,
        rate=RATE,
    )
    for old in kept:
        cases = list(GrowthCase.objects.filter(line=old).values_list("case_id", flat=True))
        old.pk, old.growth_list = None, listed
        old.save(force_insert=True)
        _attach(old, cases)
    cases_by_cell = cases_of(counted.week)
    for grown in fresh:
        line = GrowthLine.objects.create(
            growth_list=listed,
            division=grown.cell[0],
            category_id=grown.cell[1],
            letters=grown.letters,
            usual=grown.usual,
            season=grown.season,
            chance=grown.chance,
        )
        _attach(line, cases_by_cell[grown.cell])


def _attach(line: GrowthLine, cases: Iterable[int]) -> None:
    GrowthCase.objects.bulk_create([GrowthCase(line=line, case_id=case) for case in cases])
