"""A list of what grows in words, the same for residents and staff."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from huiying.insight.growing.blurring import TESTED_STEP
from huiying.insight.growing.exceedance import LEVEL
from huiying.insight.growing.models import FEWEST
from huiying.insight.growing.reads import Growing, GrowthShown
from huiying.kernel.days import day_in_words
from huiying.kernel.names import localized


@dataclass(frozen=True, slots=True)
class Tile:
    """A town on the schematic map: what grows there in a line each, none where nothing does."""

    name: str
    matters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What both pages show. `tiles` are all towns, `elsewhere` what grows without a known place."""

    week: str
    said: str
    columns: list[dict[str, Any]]
    rows: list[list[Any]]
    tiles: tuple[Tile, ...]
    map_label: str
    notes: tuple[str, ...]


def week_in_words(week: date) -> str:
    """2026年11月16日至11月22日 and the like."""
    last = week + timedelta(days=6)
    return _("%(first)s to %(last)s") % {
        "first": day_in_words(week),
        "last": day_in_words(last),
    }


def place_of(line: Growing) -> str:
    """The town, or that the letters do not say."""
    return localized(line.place) or line.division or _("Place not told")


def _a_week(number: int | None) -> str:
    return f"{number:,}" if number is not None else _("fewer than %(few)d") % {"few": FEWEST}


def letters_of(line: Growing) -> str:
    """How many letters came: never the exact number."""
    return pgettext("letters", "%(few)s or more") % {"few": f"{line.at_least:,}"}


def _said(count: int) -> str:
    if not count:
        return _("Nothing grew more than usual in this week.")
    return ngettext(
        "%(count)d matter grew more than usual in this week.",
        "%(count)d matters grew more than usual in this week.",
        count,
    ) % {"count": count}


def _row(line: Growing, link: Callable[[Growing], str] | None, *, season: bool) -> list[Any]:
    name = localized(line.category)
    first: Any = {"text": name, "url": link(line)} if link else name
    cells = [first, place_of(line), letters_of(line), _a_week(line.usual)]
    if season:
        cells.append(_a_week(line.season) if line.has_season else "–")
    return cells


def _tiles(shown: GrowthShown, lines: tuple[Growing, ...]) -> tuple[Tile, ...]:
    return tuple(
        Tile(
            localized(town.name),
            tuple(
                f"{localized(line.category)} {line.at_least:,}+"
                for line in lines
                if line.division == town.code
            ),
        )
        for town in shown.towns
    )


def _tested(cells: int) -> str:
    if not cells:
        return _("fewer than %(few)d") % {"few": TESTED_STEP}
    return pgettext("places", "%(few)s or more") % {"few": f"{cells:,}"}


def _notes(shown: GrowthShown) -> tuple[str, ...]:
    """What the list is, how it is tested, and how often it errs."""
    usual = _(
        "Usual is the mean of %(weeks)d weeks of the same place and category; the week just before is left"
        " out of it, and so are weeks in which no letter came at all."
    ) % {"weeks": shown.usual_weeks}
    if shown.season_weeks:
        usual += " " + _(
            "What grew is also more than in %(weeks)d weeks around the same time last year."
        ) % {"weeks": shown.season_weeks}
    test = _(
        "Letters also come in bunches by chance. A matter is listed only where chance alone would hardly"
        " bring so many: as long as nothing grows, all but %(rate)s of the weeks have an empty list."
    ) % {"rate": f"{shown.rate:.0%}"}
    exact = _(
        "For statisticians: an exact conditional test of negative binomial counts, the scatter estimated by"
        " moments, of every place and category with five letters or more in all (%(cells)s of them), by the"
        " procedure of Benjamini and Hochberg at a false discovery rate of %(level)s."
    ) % {"cells": _tested(shown.cells), "level": f"{LEVEL:.0%}"}
    spared = _(
        "So that nobody can tell a single letter from a count, a few letters are left out of each before"
        " anything is reckoned, how many is up to chance, and what remains is rounded down to fives. Fewer"
        " than %(few)d are never shown."
    ) % {"few": FEWEST}
    counted = _(
        "Letters are counted, not people; complaints about conduct are not counted. The list changes no"
        " urgency and no unit's turn, and residents and staff see the same one at the same time."
    )
    return usual, test, spared, counted, exact


def told(
    shown: GrowthShown,
    lines: tuple[Growing, ...],
    link: Callable[[Growing], str] | None = None,
) -> Told:
    """The list in words, narrowed to `lines`; `link` leads from a line to its cases."""
    season = any(line.has_season for line in lines)
    columns: list[dict[str, Any]] = [
        {"label": pgettext("column", "What it is about")},
        {"label": pgettext("column", "Place")},
        {"label": _("Letters in the week"), "numeric": True},
        {"label": _("Usual a week"), "numeric": True},
    ]
    if season:
        columns.append({"label": _("This time last year, a week"), "numeric": True})
    return Told(
        week=week_in_words(shown.week),
        said=_said(len(shown.lines)),
        columns=columns,
        rows=[_row(line, link, season=season) for line in lines],
        tiles=_tiles(shown, lines),
        map_label=_("Towns and what grows in them. The table says the same."),
        notes=_notes(shown),
    )
