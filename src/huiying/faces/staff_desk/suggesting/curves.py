"""The curve of accuracy against coverage: a picture, and a table that says the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huiying.faces.staff_desk.suggesting.aid import percent
from huiying.faces.staff_desk.suggesting.forms import Point, share

WIDTH, HEIGHT, LEFT, TOP = 360, 200, 44, 10


@dataclass(frozen=True, slots=True)
class Curve:
    """`path` is an SVG polyline's points in a box of 376 by 240, `dots` the same; `lines` and
    `marks` its axes' ticks.
    """

    label: str
    path: str
    dots: list[tuple[float, float]]
    lines: list[tuple[float, str]]
    marks: list[tuple[float, str]]
    columns: list[dict[str, Any]]
    rows: list[list[dict[str, Any]]]


def curve_of(points: Sequence[Point]) -> Curve:
    """From everything on the right to the surest letters on the left."""
    lowest = min((accuracy for _threshold, _coverage, accuracy in points), default=0.0)
    floor = max(0.0, int(lowest * 10) / 10 - 0.1)

    def across(coverage: float) -> float:
        return round(LEFT + coverage * (WIDTH - LEFT - TOP), 1)

    def up(accuracy: float) -> float:
        return round(TOP + (1 - accuracy) / (1 - floor) * HEIGHT, 1)

    steps = [floor + (1 - floor) * part / 4 for part in range(5)]
    dots = [(across(coverage), up(accuracy)) for _at, coverage, accuracy in points]
    return Curve(
        label=_(
            "How often it is right, against how often it speaks. The table below says the same."
        ),
        path=" ".join(f"{x},{y}" for x, y in dots),
        dots=dots,
        lines=[(up(step), f"{step:.0%}") for step in steps],
        marks=[(across(part / 4), f"{part / 4:.0%}") for part in range(5)],
        columns=[
            {"label": _("From which likelihood on")},
            {"label": _("Speaks on"), "numeric": True},
            {"label": _("Right where it speaks"), "numeric": True},
        ],
        rows=[
            [{"text": percent(at)}, {"text": share(coverage)}, {"text": share(accuracy)}]
            for at, coverage, accuracy in points
        ],
    )
