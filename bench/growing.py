"""How often the test of what grows errs, and what it finds: `python bench/growing.py [requests.csv.gz]`.

Simulated weeks without any change; weeks in which one cell is some times its usual; and, of a file of
Boston's requests (columns open_dt, neighborhood, type), its real weeks, and weeks drawn anew with the
means and the scatter of that file but without any change. Of each count of the week as many letters are
left out as the desk leaves out.
"""

# ruff: noqa: E402 - the settings come before what needs them
import csv
import gzip
import os
import sys
from collections import Counter, defaultdict
from datetime import date

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.config.settings")
os.environ.setdefault("DATABASE_URL", "postgresql://nobody@localhost/none")  # none is asked
django.setup()

from huiying.insight.growing.blurring import MOST, blurred
from huiying.insight.growing.counting import Cell, Grown, grown_in
from huiying.insight.growing.exceedance import POISSON, evenness_of
from huiying.insight.growing.weeks import RECENT, monday, usual
from huiying.kernel import keys

WEEK = date(2026, 3, 2)
ROUNDS = 200
type Weeks = dict[date, dict[Cell, int]]


def drawn(rng: np.random.Generator, means: dict[Cell, float], shapes: dict[int, float]) -> Weeks:
    """A week and its usual ones, without any change between them."""
    cells = list(means)
    mean = np.array([means[cell] for cell in cells])[:, None]
    shape = np.array([shapes[cell[1]] for cell in cells])[:, None]
    days = [WEEK, *usual(WEEK)]
    counts = rng.poisson(mean * rng.gamma(shape, 1 / shape, (len(cells), len(days))))
    return {
        day: {cell: int(counts[row, at]) for row, cell in enumerate(cells) if counts[row, at]}
        for at, day in enumerate(days)
    }


def grown(rng: np.random.Generator, weeks: Weeks) -> list[Grown]:
    """What is called, with one letter to `MOST` taken off each count."""
    off = rng.integers(1, MOST + 1, len(weeks[WEEK]))
    left = {
        cell: count - int(less)
        for (cell, count), less in zip(weeks[WEEK].items(), off, strict=True)
    }
    return grown_in(
        WEEK, weeks | {WEEK: {cell: count for cell, count in left.items() if count > 0}}
    ).grown


def false_alarms(means: dict[Cell, float], shapes: dict[int, float]) -> str:
    rng = np.random.default_rng(1)
    lines = [len(grown(rng, drawn(rng, means, shapes))) for _round in range(ROUNDS)]
    return f"weeks with any {sum(map(bool, lines)) / ROUNDS:.3f}, lines a week {sum(lines) / ROUNDS:.3f}"


def power(means: dict[Cell, float], shapes: dict[int, float], usually: float) -> str:
    """How often one cell that is `usually` so great is called when it is 3, 5 and 10 times that."""
    rng, found = np.random.default_rng(2), []
    cell = next(iter(means))
    for times in (3, 5, 10):
        called = 0
        for _round in range(ROUNDS // 3):
            weeks = drawn(rng, means | {cell: usually}, shapes)
            weeks[WEEK][cell] = int(rng.poisson(usually * times))
            called += any(each.cell == cell for each in grown(rng, weeks))
        found.append(f"{times} times {called / (ROUNDS // 3):.2f}")
    return ", ".join(found)


def simulated() -> None:
    rng = np.random.default_rng(3)
    for shape in (POISSON, 10.0, 3.0, 1.5):
        means = {
            (str(place), kind): float(np.exp(rng.normal(-0.7, 1.2)))
            for place in range(20)
            for kind in range(30)
        }
        shapes = dict.fromkeys(range(30), shape)
        print(f"evenness {shape:g}: {false_alarms(means, shapes)}")
        for usually in (0.5, 2.0, 8.0):
            print(f"  usually {usually:g} a week: {power(means, shapes, usually)}")


def boston(path: str) -> None:
    kinds: dict[str, int] = {}
    counted: dict[date, Counter[Cell]] = defaultdict(Counter)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            kind = kinds.setdefault(row["type"], len(kinds))
            day = monday(date.fromisoformat(row["open_dt"][:10]))
            counted[day][row["neighborhood"], kind] += 1
    weeks = sorted(counted)[1:-1]
    cells = sorted({cell for week in weeks for cell in counted[week]})
    whole: Weeks = {week: dict(counted[week]) for week in weeks}
    names = {number: kind for kind, number in kinds.items()}
    for week in weeks[RECENT + 1 :]:
        now = blurred(week, whole[week], keys.newest())
        lines = grown_in(week, whole | {week: now}).grown
        said = [f"{g.cell[0]}, {names[g.cell[1]]} {g.letters} ({g.usual:.1f})" for g in lines]
        print(week, "; ".join(said) or "nothing")
    by_kind: dict[int, list[list[int]]] = defaultdict(list)
    for cell in cells:
        by_kind[cell[1]].append([counted[week][cell] for week in weeks])
    means = {cell: sum(counted[week][cell] for week in weeks) / len(weeks) for cell in cells}
    shapes = {kind: evenness_of(rows) for kind, rows in by_kind.items()}
    print(f"drawn anew: {false_alarms(means, shapes)}")


if __name__ == "__main__":
    for given in sys.argv[1:]:
        boston(given)
    simulated()
