"""One roster: its month or week, its check, its pattern."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.agencies.duty import reads
from huiying.agencies.duty.actions import rosters as actions
from huiying.agencies.duty.checking import Checked, check
from huiying.agencies.duty.patterns import kinds_of
from huiying.agencies.duty.planning import definition_at
from huiying.agencies.duty.reads import RosterLine, VersionShown
from huiying.agencies.duty.states import Cover
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of, person_of
from huiying.faces.staff_desk.duty import words
from huiying.faces.staff_desk.duty.forms import PatternForm, RosterForm, TurnForm, both
from huiying.faces.staff_desk.duty.grid import DayCell, asked, cells
from huiying.faces.staff_desk.duty.overview import trail
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel import time
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, NotAllowed

MOST_SAID, TURNS = 40, 4


@dataclass(frozen=True, slots=True)
class RosterPage:
    """One roster in a month or a week; `planned`: there are shifts in it."""

    trail: Trail
    code: str
    name: str
    unit: str
    title: str
    kind: str
    days: list[DayCell]
    tabs: list[tuple[str, str, bool]]
    before: str
    after: str
    may_keep: bool
    planned: bool


@dataclass(frozen=True, slots=True)
class CheckPage:
    """`found` are kinds of what is amiss with their lines; `cut` where there are more."""

    trail: Trail
    name: str
    sound: bool
    found: list[tuple[str, list[str]]]
    cut: bool
    until: str
    provisional: str


@dataclass(frozen=True, slots=True)
class PatternPage:
    trail: Trail
    code: str
    name: str
    form: PatternForm
    turns: list[TurnForm]
    colleagues: list[tuple[str, str]]
    versions: list[tuple[str, list[tuple[str, str]]]]
    may_keep: bool


@dataclass(frozen=True, slots=True)
class NewRosterPage:
    form: RosterForm

    @property
    def trail(self) -> Trail:
        return trail(_("New roster"))


def here(line: RosterLine, what: str) -> Trail:
    """The way back from a page of a roster."""
    return trail(what, (localized(line.name), reverse("staff_desk:duty_roster", args=[line.code])))


@require_safe
def roster(request: HttpRequest, code: str) -> HttpResponse:
    """Its month, or with `?week=2026-11-23` its week."""
    line = reads.roster(actor_of(request), code)
    today = time.now().astimezone(ZoneInfo(line.zone)).date()
    view = asked(request.GET.get("month", ""), request.GET.get("week", ""), today)
    before, after = view.beside()
    shifts = reads.shifts_between(code, *view.window(line.zone))
    page = RosterPage(
        trail=trail(localized(line.name)),
        code=code,
        name=localized(line.name),
        unit=localized(line.unit_name),
        title=view.title,
        kind=view.kind,
        days=cells(
            view,
            shifts,
            zone=line.zone,
            own=person_of(request).account_id,
            kind=kinds_of(definition_at(code)),
            now=time.now(),
        ),
        tabs=view.links(today),
        before=before,
        after=after,
        may_keep=line.may_keep,
        planned=bool(shifts),
    )
    return render(request, "staff_desk/duty/roster.html", {"page": page})


@require_safe
def roster_check(request: HttpRequest, code: str) -> HttpResponse:
    """What the coming 52 weeks lack."""
    line = reads.roster(actor_of(request), code)
    found = check(code)
    said = _said(found, line.zone)
    since = found.provisional_from
    page = CheckPage(
        trail=here(line, _("Check")),
        name=localized(line.name),
        sound=found.sound,
        found=[(kind, lines[:MOST_SAID]) for kind, lines in said if lines],
        cut=any(len(lines) > MOST_SAID for _kind, lines in said),
        until=dates.short_day(words.wall(found.ends, line.zone).date()),
        provisional=dates.short_day(since) if since and since < found.ends.date() else "",
    )
    return render(request, "staff_desk/duty/check.html", {"page": page})


def _said(found: Checked, zone: str) -> list[tuple[str, list[str]]]:
    return [
        (_("Nobody is on duty"), words.stretches(found.gaps, zone)),
        (_("Two shifts at once"), words.stretches(found.overlaps, zone)),
        (
            _("One person in two places"),
            [
                f"{words.stretch(each.starts, each.ends, zone)} · {localized(each.person)}, "
                f"{localized(each.roster)}"
                for each in found.clashes
            ],
        ),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def new_roster(request: HttpRequest) -> HttpResponse:
    """Make one."""
    actor = actor_of(request)
    units = reads.units_kept(actor)
    if not units:
        raise NotAllowed
    form = RosterForm(request.POST if request.method == "POST" else None, units)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.make_roster(
                actor=actor, unit_code=given["unit_code"], name=both(given), zone=given["zone"]
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect("staff_desk:duty_pattern", code=made.code)
    page = NewRosterPage(form)
    status = 422 if form.errors else 200
    return render(request, "staff_desk/duty/new.html", {"page": page}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def pattern(request: HttpRequest, code: str) -> HttpResponse:
    """Its pattern, and the form that adopts a new version."""
    actor, data = actor_of(request), request.POST if request.method == "POST" else None
    line, versions, known = reads.roster(actor, code), reads.versions(code), reads.user_names()
    if data is not None and not line.may_keep:
        raise NotAllowed
    tomorrow = time.now().astimezone(ZoneInfo(line.zone)).date() + timedelta(days=1)
    form = PatternForm(data, initial={"starts_on": tomorrow, "cover": _cover(versions)})
    turns = _turn_forms(data, versions, known)
    if data is not None and _adopted(request, code, form, turns):
        return redirect("staff_desk:duty_check", code=code)
    page = PatternPage(
        trail=here(line, _("Pattern")),
        code=code,
        name=localized(line.name),
        form=form,
        turns=turns,
        colleagues=[(user, localized(name)) for user, name in reads.colleagues(code)],
        versions=_versions(versions),
        may_keep=line.may_keep,
    )
    status = 422 if data is not None else 200
    return render(request, "staff_desk/duty/pattern.html", {"page": page}, status=status)


def _cover(versions: list[VersionShown]) -> str:
    return versions[0].cover if versions else Cover.ALWAYS.value


def _turn_forms(data: Any, versions: list[VersionShown], known: dict[str, int]) -> list[TurnForm]:
    shown = versions[0].turns if versions else ()
    count = max(TURNS, len(shown))
    return [
        TurnForm(data, place + 1, shown[place] if place < len(shown) else None, known)
        for place in range(count)
    ]


def _adopted(request: HttpRequest, code: str, form: PatternForm, turns: list[TurnForm]) -> bool:
    """Whether what was entered is in force now; else the forms say why not."""
    if not all([form.is_valid(), *(each.is_valid() for each in turns)]):
        return False
    filled = [each for each in turns if not each.empty]
    try:
        number = actions.adopt_pattern(
            actor=actor_of(request),
            code=code,
            starts_on=form.cleaned_data["starts_on"],
            cover=form.cleaned_data["cover"],
            turns=[each.turn() for each in filled],
        )
    except Invalid as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, _("Version %(number)s is planned.") % {"number": number})
    return True


def _versions(versions: list[VersionShown]) -> list[tuple[str, list[tuple[str, str]]]]:
    people = reads.names_of(
        person for version in versions for turn in version.turns for person in turn.people
    )
    return [
        (
            _("Version %(number)s, from %(day)s")
            % {"number": version.number, "day": dates.short_day(version.starts_on)},
            [
                (
                    localized(turn.name),
                    words.turn_in_words(
                        turn, [localized(people.get(each)) for each in turn.people]
                    ),
                )
                for turn in version.turns
            ],
        )
        for version in versions
    ]


@require_POST
def end_roster(request: HttpRequest, code: str) -> HttpResponse:
    """Keep it no longer."""
    actions.end_roster(actor=actor_of(request), code=code)
    messages.success(request, _("This roster is kept no longer. Its past stays in the record."))
    return redirect("staff_desk:duty")


urls = [
    path("duty/new/", new_roster, name="duty_new"),
    path("duty/rosters/<slug:code>/", roster, name="duty_roster"),
    path("duty/rosters/<slug:code>/check/", roster_check, name="duty_check"),
    path("duty/rosters/<slug:code>/pattern/", pattern, name="duty_pattern"),
    path("duty/rosters/<slug:code>/end/", end_roster, name="duty_end"),
]
