"""How good suggestions were: figures over letters whose category is known."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 10
POINTS = 20


@dataclass(frozen=True, slots=True)
class OfCategory:
    """`n` letters were of it, `suggested` times it came first."""

    category: str
    n: int
    suggested: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares between 0 and 1. `coverage`: of the letters on which something was said.

    `macro_f1`: the mean over every category that was true or suggested. `ece`: expected calibration
    error of the first suggestion, ten bins of equal width (Naeini, Cooper and Hauskrecht 2015).
    """

    n: int
    accuracy: float
    macro_f1: float
    coverage: float
    accuracy_covered: float
    ece: float
    threshold: float
    per_class: tuple[OfCategory, ...]

    def as_json(self) -> dict[str, Any]:
        """For a machine."""
        return asdict(self)


def figures(
    true: Sequence[str],
    categories: Sequence[str],
    likely: NDArray[np.float32],
    threshold: float,
) -> Figures:
    """The figures of `likely` (letter × category) against what was true. Of no letters: zeroes."""
    if not len(true):
        return Figures(0, 0.0, 0.0, 0.0, 0.0, 0.0, threshold, ())
    first = [categories[at] for at in likely.argmax(axis=1)]
    sure = likely.max(axis=1).astype(np.float64)
    right = np.array([a == b for a, b in zip(true, first, strict=True)])
    covered = sure >= threshold
    per_class = tuple(_of_category(each, true, first) for each in sorted(set(true) | set(first)))
    return Figures(
        n=len(true),
        accuracy=float(right.mean()),
        macro_f1=float(np.mean([each.f1 for each in per_class])),
        coverage=float(covered.mean()),
        accuracy_covered=float(right[covered].mean()) if covered.any() else 0.0,
        ece=calibration_error(sure, right),
        threshold=threshold,
        per_class=per_class,
    )


def _of_category(category: str, true: Sequence[str], first: Sequence[str]) -> OfCategory:
    n, suggested = true.count(category), first.count(category)
    both = sum(a == category == b for a, b in zip(true, first, strict=True))
    return OfCategory(
        category=category,
        n=n,
        suggested=suggested,
        precision=both / suggested if suggested else 0.0,
        recall=both / n if n else 0.0,
        f1=2 * both / (n + suggested),
    )


def calibration_error(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The mean gap between how sure and how often right, weighed by the letters of each bin."""
    bins = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(bins, weights=sure - right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(sure))


def curve(
    sure: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[tuple[float, float, float], ...]:
    """(threshold, coverage, accuracy of what is covered), from everything down to one in twenty."""
    order = np.argsort(-sure, kind="stable")
    hits = np.cumsum(right[order])
    points = []
    for step in range(POINTS, 0, -1):
        count = max(1, len(sure) * step // POINTS)
        points.append(
            (float(sure[order[count - 1]]), count / len(sure), float(hits[count - 1] / count))
        )
    return tuple(points)


def threshold_for(sure: NDArray[np.float64], right: NDArray[np.bool_], aim: float) -> float:
    """The lowest threshold above which the share that is right is at least `aim`; 1 where none is.

    The share is the mean of what was seen and of what the likelihoods say: what was seen alone jumps
    with a few letters.
    """
    order = np.argsort(-sure, kind="stable")
    share = (np.cumsum(right[order]) + np.cumsum(sure[order])) / np.arange(2, 2 * len(order) + 1, 2)
    good = np.flatnonzero(share >= aim)
    return float(sure[order[good[-1]]]) if len(good) else 1.0
