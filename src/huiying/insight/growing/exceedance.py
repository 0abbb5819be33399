"""Whether a week brought more letters than the weeks that are usual for it, by chance alone. Pure.

Weeks of one cell (a place and a category) scatter more than a Poisson count; they are taken as negative
binomial with one mean and the shape `evenness`. Given the sum of all weeks, one of them follows a negative
hypergeometric law (beta-binomial) in which the unknown mean no longer stands: the test is exact once the
evenness is known, also with three letters in a quarter. Without scatter it is the binomial test of
Przyborowski and Wilenski (1940). Which cells of a list are called is decided by Benjamini and Hochberg
(1995) over all of them.
"""

import math
from collections.abc import Iterable, Sequence

POISSON = 1e6  # an evenness with which the scatter is that of a Poisson count
LEAST = 0.05
NEGLIGIBLE = 1e-15
LEVEL = 0.03  # of the test: the scatter is estimated, and the measured rate shall keep below the stated one


def chance_of(count: int, before: int, weeks: float, evenness: float) -> float:
    """How likely a week of `count` letters or more is, where `weeks` usual ones had `before` together."""
    if count <= 0:
        return 1.0
    whole, others = count + before, weeks * evenness
    term = math.exp(
        math.lgamma(whole + 1)
        - math.lgamma(count + 1)
        - math.lgamma(before + 1)
        + math.lgamma(count + evenness)
        + math.lgamma(before + others)
        - math.lgamma(whole + evenness + others)
        + math.lgamma(evenness + others)
        - math.lgamma(evenness)
        - math.lgamma(others)
    )
    tail = term
    for now in range(count, whole):
        left = whole - now
        term *= left / (now + 1) * (now + evenness) / (left - 1 + others)
        tail += term
        if term < tail * NEGLIGIBLE:
            break
    return min(tail, 1.0)


def evenness_of(cells: Iterable[Sequence[int]]) -> float:
    """How evenly the usual weeks of these cells are filled, by moments given each cell's sum; each cell
    has the same number of weeks. `POISSON` where they scatter no more than chance does, or are too few.
    """
    scatter = sums = squares = 0.0
    weeks = 0
    for cell in cells:
        weeks, whole = len(cell), sum(cell)
        scatter += sum(count * count for count in cell) - whole * whole / weeks
        sums += whole
        squares += whole * whole
    if weeks < 2 or not sums:
        return POISSON
    spread = scatter / (1 - 1 / weeks)
    if spread <= sums:
        return POISSON
    return min(max((squares - spread) / (spread - sums) / weeks, LEAST), POISSON)


def called(chances: Sequence[float], rate: float) -> float:
    """The greatest chance that is still called among these, so that of the called ones at most `rate` are
    called wrongly on average, and where nothing grows a list has any at most that often; 0 for none.
    """
    ordered = sorted(chances)
    for place in range(len(ordered), 0, -1):
        if ordered[place - 1] <= rate * place / len(ordered):
            return ordered[place - 1]
    return 0.0
