"""The room of the duty roster: who is on duty now, one's own next shifts, what waits, every roster."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.agencies.duty import reads
from huiying.agencies.duty.actions import feeds as feed_actions
from huiying.agencies.duty.actions.changing import report_absence
from huiying.agencies.duty.feeds import own_feed, token_of
from huiying.agencies.duty.reads import ShiftShown
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of, person_of
from huiying.faces.staff_desk.duty import words
from huiying.faces.staff_desk.duty.forms import AbsenceForm
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel import time
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid

MOST_OWN = 8


@dataclass(frozen=True, slots=True)
class DutyPage:
    """`now` are roster, who, until when and address; `mine` words and address of one's next shifts;
    `rosters` name, unit and address; `handovers` name and address of logs with something to take over.
    """

    now: list[tuple[str, str, str, str]]
    mine: list[tuple[str, str]]
    handovers: list[tuple[str, str]]
    rosters: list[tuple[str, str, str]]
    waiting: int
    may_make: bool
    feed_since: str


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One's own calendar link, shown when it is asked for."""

    address: str
    since: str

    @property
    def trail(self) -> Trail:
        return trail(_("Calendar link"))


@dataclass(frozen=True, slots=True)
class AbsencePage:
    form: AbsenceForm

    @property
    def trail(self) -> Trail:
        return trail(_("Absence"))


def trail(here: str, *between: tuple[str, str]) -> Trail:
    """The way back to the duty room."""
    return [(_("Duty"), reverse("staff_desk:duty")), *between, (here, "")]


@require_safe
def duty(request: HttpRequest) -> HttpResponse:
    """The room."""
    actor, own = actor_of(request), person_of(request).account_id
    feed = own_feed(own)
    shifts = reads.own_shifts(own, since=time.now(), most=MOST_OWN)
    page = DutyPage(
        now=[_running(shift) for shift in reads.on_duty()],
        mine=[(_own(shift), reverse("staff_desk:duty_shift", args=[shift.label])) for shift in shifts],
        handovers=[
            (localized(name), reverse("staff_desk:duty_log", args=[code]))
            for code, name in reads.open_handovers(own)
        ],
        rosters=[
            (localized(each.name), localized(each.unit_name),
             reverse("staff_desk:duty_roster", args=[each.code]))
            for each in reads.rosters(actor)
        ],
        waiting=reads.waiting_for(actor),
        may_make=actor.has("supervisor"),
        feed_since=dates.short_day(feed.made_at) if feed else "",
    )  # fmt: skip
    return render(request, "staff_desk/duty/overview.html", {"page": page})


def _running(shift: ShiftShown) -> tuple[str, str, str, str]:
    until = words.wall(shift.ends_at, shift.zone)
    said = _("until %(time)s") % {"time": f"{until:%H:%M}"}
    address = reverse("staff_desk:duty_shift", args=[shift.label])
    return localized(shift.roster_name), localized(shift.who), said, address


def _own(shift: ShiftShown) -> str:
    return f"{words.shift_in_words(shift)} · {localized(shift.roster_name)}"


@require_safe
def on_duty_now(_request: HttpRequest) -> HttpResponse:
    """Who is on duty, for a machine that a colleague has signed in. Names and hours only."""
    moment = time.now()
    found = [
        {
            "roster": shift.roster_name,
            "unit": shift.unit_name,
            "shift": shift.name,
            "who": shift.who or None,
            "starts_at": shift.starts_at.isoformat(),
            "ends_at": shift.ends_at.isoformat(),
        }
        for shift in reads.on_duty(moment)
    ]
    return JsonResponse({"at": moment.isoformat(), "on_duty": found})


@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: HttpRequest) -> HttpResponse:
    """Say that somebody cannot come."""
    posted = request.method == "POST"
    usual = {"username": person_of(request).username}
    form = AbsenceForm(request.POST) if posted else AbsenceForm(initial=usual)
    if posted and form.is_valid():
        try:
            count = report_absence(actor=actor_of(request), **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, _("Noted. Shifts without anybody now: %(count)d.") % {"count": count}
            )
            return redirect("staff_desk:duty")
    page = AbsencePage(form)
    status = 422 if form.errors else 200
    return render(request, "staff_desk/duty/absence.html", {"page": page}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def feed(request: HttpRequest) -> HttpResponse:
    """One's own calendar link: with POST a new one is made."""
    if request.method == "POST":
        feed_actions.make_feed(actor=actor_of(request))
        return redirect("staff_desk:duty_feed")
    held = own_feed(person_of(request).account_id)
    address = ""
    if held is not None:
        here = reverse("staff_desk:duty_calendar", args=[token_of(held)])
        address = f"{settings.SITE_URL}{here}"
    page = FeedPage(address, dates.short_day(held.made_at) if held else "")
    return render(request, "staff_desk/duty/feed.html", {"page": page})


@require_POST
def end_feed(request: HttpRequest) -> HttpResponse:
    """The link leads nowhere from now on."""
    feed_actions.end_feed(actor=actor_of(request))
    messages.success(request, _("The link leads nowhere any more."))
    return redirect("staff_desk:duty_feed")


urls = [
    path("duty/", duty, name="duty"),
    path("duty/now.json", on_duty_now, name="duty_now"),
    path("duty/absence/", absence, name="duty_absence"),
    path("duty/link/", feed, name="duty_feed"),
    path("duty/link/end/", end_feed, name="duty_feed_end"),
]
