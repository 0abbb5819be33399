"""Adding up the lines of a brief: one sheet for each unit, read by the pages instead of the lines."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from huiying.insight.figures import DIMENSIONS, FIGURES, SPLITS
from huiying.insight.models import BriefLine, BriefSheet

_PREFIX = "n_"  # an aggregate may not be called like a column


@dataclass(frozen=True, slots=True)
class Sums:
    """`totals`: {figure: number}. `parts`: {figure: {dimension: {key: number}}}. Zeros are left out."""

    totals: dict[str, int]
    parts: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)


def _sums(lines: QuerySet[BriefLine], keys: list[str], *columns: str) -> list[dict[str, Any]]:
    totals = {_PREFIX + key: FIGURES[key].total() for key in keys}
    return list(lines.values("unit_id", *columns).annotate(**totals).order_by())


def _nonzero(row: dict[str, Any]) -> dict[str, int]:
    return {
        name.removeprefix(_PREFIX): number
        for name, number in row.items()
        if name.startswith(_PREFIX) and number
    }


def sums_by_unit(lines: QuerySet[BriefLine]) -> dict[int | None, Sums]:
    """Every figure, and its parts, over these lines by the id of their unit: a query a dimension."""
    found = {row["unit_id"]: Sums(_nonzero(row)) for row in _sums(lines, list(FIGURES))}
    if not found:
        return {}
    split_by = defaultdict(list)
    for key, dimensions in SPLITS.items():
        for dimension in dimensions:
            split_by[dimension].append(key)
    for dimension, keys in split_by.items():
        column = DIMENSIONS[dimension]
        for row in _sums(lines, keys, column):
            for key, number in _nonzero(row).items():
                of_figure = found[row["unit_id"]].parts.setdefault(key, {})
                of_figure.setdefault(dimension, {})[row[column] or ""] = number
    return found


def write_sheets(brief_id: int) -> None:
    """Keep the sums of this brief."""
    lines = BriefLine.objects.filter(brief_id=brief_id)
    BriefSheet.objects.bulk_create(
        [
            BriefSheet(brief_id=brief_id, unit_id=unit, totals=sums.totals, parts=sums.parts)
            for unit, sums in sums_by_unit(lines).items()
        ]
    )
