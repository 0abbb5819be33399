"""Adding up the lines of a brief: one sheet for each unit, read by the pages instead of the lines."""

from collections import defaultdict
from typing import Any

from huiying.insight.figures import DIMENSIONS, FIGURES, SPLITS
from huiying.insight.models import BriefLine, BriefSheet

_PREFIX = "n_"  # an aggregate may not be called like a column


def _sums(brief_id: int, keys: list[str], *columns: str) -> list[dict[str, Any]]:
    totals = {_PREFIX + key: FIGURES[key].total() for key in keys}
    rows = BriefLine.objects.filter(brief_id=brief_id).values("unit_id", *columns)
    return list(rows.annotate(**totals).order_by())


def _nonzero(row: dict[str, Any]) -> dict[str, int]:
    return {
        name.removeprefix(_PREFIX): number
        for name, number in row.items()
        if name.startswith(_PREFIX) and number
    }


def write_sheets(brief_id: int) -> None:
    """Count every figure, and its parts, over the lines of this brief by unit: a query a dimension."""
    totals = {row["unit_id"]: _nonzero(row) for row in _sums(brief_id, list(FIGURES))}
    parts: dict[int | None, dict[str, dict[str, dict[str, int]]]] = {unit: {} for unit in totals}
    split_by = defaultdict(list)
    for key, dimensions in SPLITS.items():
        for dimension in dimensions:
            split_by[dimension].append(key)
    for dimension, keys in split_by.items():
        column = DIMENSIONS[dimension]
        for row in _sums(brief_id, keys, column):
            for key, number in _nonzero(row).items():
                of_figure = parts[row["unit_id"]].setdefault(key, {})
                of_figure.setdefault(dimension, {})[row[column] or ""] = number
    BriefSheet.objects.bulk_create(
        [
            BriefSheet(brief_id=brief_id, unit_id=unit, totals=numbers, parts=parts[unit])
            for unit, numbers in totals.items()
        ]
    )
