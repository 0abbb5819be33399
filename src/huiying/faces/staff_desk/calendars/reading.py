"""Calendars at the desk: by which hours and holidays deadlines are reckoned, and a try at reckoning."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from huiying.agencies.reads import staff_names
from huiying.agencies.working_hours import UnitAtCalendar, units_by_calendar
from huiying.clocks import reads
from huiying.clocks.definitions import Definition, Kind
from huiying.clocks.policy import require_reader
from huiying.clocks.reads import CalendarLine, CalendarShown, Stretch, VersionLine
from huiying.clocks.working_time import Due
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.calendars.forms import TryForm
from huiying.faces.staff_desk.calendars.words import hours_said, week_said, with_weekday
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel import time
from huiying.kernel.days import day_in_words
from huiying.kernel.names import chinese, listed, localized

type Cell = Any
EARLIEST, LATEST = 1990, 2100
COMING = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class CalendarsPage:
    """`lines` are name, address, the units that work by it, and how far its holidays are known."""

    lines: list[tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """One calendar; `answer` is what the try came to, `by` with which version, or that it is provisional."""

    trail: Trail
    name: str
    about: str
    warning: str
    week: list[tuple[str, str]]
    years: list[tuple[str, str, bool, str]]
    columns: list[dict[str, Any]]
    rows: list[list[Cell]]
    year: int
    form: TryForm
    answer: str
    by: str
    rehearsal_url: str
    versions: list[tuple[str, str, list[str]]]


@require_safe
def calendars(request: HttpRequest) -> HttpResponse:
    """Every calendar with the units that work by it."""
    require_reader(actor_of(request))
    given = units_by_calendar()
    page = CalendarsPage([_line(line, given.get(line.code, [])) for line in reads.calendars()])
    return render(request, "staff_desk/calendars/list.html", {"page": page})


@require_safe
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """One calendar: its week, a year's special days, a try, its versions."""
    require_reader(actor_of(request))
    shown = reads.calendar(code)
    asked = "amount" in request.GET
    form = TryForm(request.GET if asked else None, zone=shown.definition.timetable().zone)
    due = form.due(shown.definition.timetable()) if asked and form.is_valid() else None
    year = _year(request.GET.get("year", ""))
    today = timezone.localdate(time.now())
    coming = shown.stretches_between(today, today + COMING)
    page = CalendarPage(
        trail=[(_("Calendars"), reverse("staff_desk:calendars")), (localized(shown.name), "")],
        name=localized(shown.name),
        about=_units(units_by_calendar().get(code, [])),
        warning=_warning(shown.definition),
        week=week_said(shown.definition),
        years=_tabs(year),
        columns=[{"label": _("Occasion")}, {"label": _("Days")}, {"label": _("Hours")}],
        rows=[
            _row(shown.definition, stretch)
            for stretch in (shown.stretches(year) if year else coming)
        ],
        year=year,
        form=form,
        answer=_answer(due, shown) if due else "",
        by=_by(due, shown) if due else "",
        rehearsal_url=reverse("staff_desk:calendar_rehearsal", args=[code]),
        versions=_versions(shown.versions),
    )
    return render(request, "staff_desk/calendars/calendar.html", {"page": page})


def _year(text: str) -> int:
    """The year that was asked for; 0 for the coming twelve months."""
    typed = int(text[:5]) if text.isascii() and text.isdecimal() else 0
    return typed if EARLIEST <= typed <= LATEST else 0


def _tabs(chosen: int) -> list[tuple[str, str, bool, str]]:
    """The coming months, then the chosen year and its neighbours."""
    middle = chosen or timezone.localdate(time.now()).year
    years = [each for each in range(middle - 1, middle + 2) if EARLIEST <= each <= LATEST]
    coming = (_("The coming 12 months"), "?", not chosen, "")
    return [coming, *((str(each), f"?year={each}", each == chosen, "") for each in years)]


def _line(line: CalendarLine, units: list[UnitAtCalendar]) -> tuple[str, str, str, str]:
    address = reverse("staff_desk:calendar", args=[line.code])
    return localized(line.name), address, _units(units), _known(line.known_years)


def _units(units: Iterable[UnitAtCalendar]) -> str:
    names = listed(localized(unit.name) for unit in units)
    if not names:
        return _("No unit works by it yet.")
    return _("%(units)s, and what is below") % {"units": names}


def _known(years: tuple[int, ...] | None) -> str:
    if years is None:
        return _("Works through holidays.")
    if not years:
        return _("No holidays yet: due times are provisional.")
    return _("Holidays are known to the end of %(year)s.") % {"year": years[-1]}


def _warning(definition: Definition) -> str:
    """Where the holidays of this year or the next are not known."""
    known, this = definition.known_years, timezone.localdate(time.now()).year
    if known is None or {this, this + 1} <= set(known):
        return ""
    return f"{_known(known)} {_provisional()}" if not chinese() else _known(known) + _provisional()


def _provisional() -> str:
    return _("Beyond that the plain week counts, and a due time is provisional.")


def _row(definition: Definition, stretch: Stretch) -> list[Cell]:
    days: dict[str, str] = {"text": with_weekday(stretch.first)}
    if stretch.last != stretch.first:
        ends = {"first": days["text"], "last": with_weekday(stretch.last)}
        count = (stretch.last - stretch.first).days + 1
        days = {
            "text": _("%(first)s to %(last)s") % ends,
            "note": ngettext("%(count)d day", "%(count)d days", count) % {"count": count},
        }
    hours = hours_said(definition.hours_of(stretch.special))
    name = {"text": localized(stretch.special.name) or _("Own day")}
    if stretch.special.kind == Kind.MAKEUP:
        name["note"] = _("worked in exchange")
    return [name, days, {"text": hours}]


def _answer(due: Due, shown: CalendarShown) -> str:
    local = shown.definition.timetable().local(due.at)
    day = day_in_words(local.date(), weekday=True)
    return _("Due %(day)s, %(time)s.") % {"day": day, "time": f"{local:%H:%M}"}


def _by(due: Due, shown: CalendarShown) -> str:
    if due.provisional:
        return _("This is provisional: holidays of one of these years are not known yet.")
    return _("Reckoned with version %(number)s.") % {"number": shown.versions[0].number}


def _versions(versions: tuple[VersionLine, ...]) -> list[tuple[str, str, list[str]]]:
    """Number, when and by whom, and what was said to it: a note, and where holidays come from."""
    names = staff_names(version.adopted_by for version in versions)
    return [
        (
            _("Version %(number)s") % {"number": version.number},
            _("since %(when)s, by %(who)s")
            % {
                "when": dates.at_time(version.adopted_at),
                "who": localized(names.get(version.adopted_by)) or _("the command line"),
            },
            [text for text in (version.note, version.source) if text],
        )
        for version in versions
    ]


urls = [
    path("calendars/", calendars, name="calendars"),
    path("calendars/<slug:code>/", calendar, name="calendar"),
]
