"""The form that proposes a model: from which likelihood on it speaks, by what that would have meant."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.faces.staff_desk.erasure_forms import RefusableForm
from huiying.faces.staff_desk.suggesting.aid import percent

type Point = tuple[float, float, float]  # threshold, share spoken on, share right of that


def points_of(figures: dict[str, Any]) -> list[Point]:
    """The curve of a version, from everything down; points that say the same once."""
    found: dict[float, Point] = {}
    for threshold, coverage, accuracy in figures.get("curve", ()):
        found.setdefault(round(threshold, 4), (threshold, coverage, accuracy))
    return list(found.values())


def value_of(threshold: float) -> str:
    """A threshold as a choice of the form; rounded down, so that the letter it was found at is spoken on."""
    return f"{int(threshold * 10_000) / 10_000:.4f}"


class ProposeForm(RefusableForm):
    threshold = forms.TypedChoiceField(
        label=gettext_lazy("From which likelihood on it suggests"),
        help_text=gettext_lazy("Below it the model keeps silent, and somebody sorts unaided."),
        coerce=float,
        error_messages={
            "required": gettext_lazy("Choose a line of the table."),
            "invalid_choice": gettext_lazy("Choose a line of the table."),
        },
    )

    def __init__(self, data: Any = None, *, points: Iterable[Point], usual: float) -> None:
        points = list(points)
        below = [each for each in points if each[0] >= usual] or points
        nearest = min(below, key=lambda each: each[0], default=None)
        super().__init__(data, initial={"threshold": value_of(nearest[0]) if nearest else ""})
        field: Any = self.fields["threshold"]
        field.choices = [(value_of(each[0]), _said(each)) for each in points]


def _said(point: Point) -> str:
    threshold, coverage, accuracy = point
    return _(
        "from %(likely)s: speaks on %(coverage)s of letters, right on %(accuracy)s of these"
    ) % {
        "likely": percent(threshold),
        "coverage": share(coverage),
        "accuracy": share(accuracy),
    }


def share(value: float) -> str:
    """A measured share as a percentage, to a tenth."""
    return f"{value:.1%}"
