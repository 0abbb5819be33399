"""What grows, as residents and the desk see it: one list, narrowed by what stands in the address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from huiying.faces.look import dates
from huiying.faces.look.growing_words import Told, place_of, told
from huiying.insight.growing.errors import NoGrowthList
from huiying.insight.growing.reads import Growing, GrowthShown, growing
from huiying.kernel.names import localized

NOWHERE = "none"  # in an address: letters that tell no place


class GrowingFilter(forms.Form):
    """What the list is narrowed to, from what stands in it."""

    place = forms.ChoiceField(required=False, label=gettext_lazy("Place"))
    category = forms.ChoiceField(required=False, label=pgettext_lazy("filter of answers", "About"))

    def __init__(self, data: Any, lines: tuple[Growing, ...]) -> None:
        super().__init__(data)
        places = {line.division or NOWHERE: place_of(line) for line in lines}
        categories = {line.category_code: localized(line.category) for line in lines}
        for name, found in (("place", places), ("category", categories)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = [("", _("All")), *found.items()]

    def narrowed(self, lines: tuple[Growing, ...]) -> tuple[Growing, ...]:
        """The lines that fit; all where what is asked is not in the list."""
        asked = self.cleaned_data if self.is_valid() else {}
        place, category = asked.get("place"), asked.get("category")
        return tuple(
            line
            for line in lines
            if place in {None, "", line.division or NOWHERE}
            and category in {None, "", line.category_code}
        )


@dataclass(frozen=True, slots=True)
class GrowingPage:
    """`told` is None where there is no list yet. `form` is None where a list is too short to narrow."""

    told: Told | None
    form: GrowingFilter | None
    clear_url: str
    counted: str
    others: tuple[tuple[str, str], ...]
    older_url: str
    newer_url: str


EMPTY = GrowingPage(None, None, "", "", (), "", "")


def _week(query: QueryDict) -> date | None:
    if not query.get("week"):
        return None
    try:
        return date.fromisoformat(str(query["week"]))
    except ValueError:
        raise NoGrowthList from None


def _version(query: QueryDict) -> int | None:
    typed = query.get("version", "")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 5):
        raise NoGrowthList
    return int(typed)


def _at(week: date | None, **more: object) -> str:
    return f"?{urlencode({'week': week, **more})}" if week else ""


def _others(shown: GrowthShown) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_("Version %(number)d") % {"number": number}, _at(shown.week, version=number))
        for number in range(shown.versions, 0, -1)
        if number != shown.version
    )


def growing_page(query: QueryDict, link: Callable[[Growing], str] | None = None) -> GrowingPage:
    """The list that the address asks for, the newest by itself; raises NoGrowthList."""
    week = _week(query)
    try:
        shown = growing(week, _version(query))
    except NoGrowthList:
        if week is not None:
            raise
        return EMPTY
    form = GrowingFilter(query, shown.lines)
    counted = _("Version %(number)d, counted %(at)s") % {
        "number": shown.version,
        "at": dates.at_time(shown.counted_at),
    }
    narrowed = any(query.get(name) for name in ("place", "category"))
    return GrowingPage(
        told=told(shown, form.narrowed(shown.lines), link),
        form=form if len(shown.lines) > 1 else None,
        clear_url=_at(shown.week) if narrowed else "",
        counted=counted,
        others=_others(shown),
        older_url=_at(shown.older),
        newer_url=_at(shown.newer),
    )
