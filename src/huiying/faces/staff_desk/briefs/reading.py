"""The daily brief: the list by day, one brief, and having it counted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.briefs.addresses import address, hour_of, trail, version_of
from huiying.faces.staff_desk.briefs.cases import Cell, brief_cases
from huiying.insight import policy, reads, wording
from huiying.insight.actions import count_brief
from huiying.insight.document import Document, document
from huiying.insight.errors import NoBrief, WrongDay
from huiying.insight.periods import latest_day, may_count, period, read_hour, usual_hour
from huiying.insight.reads import BriefHead
from huiying.insight.rendering import as_json, as_text
from huiying.kernel import time as clock
from huiying.kernel.limits import count_try
from huiying.kernel.refusals import NotAllowed

COUNTS_PER_PERSON = 12  # in a quarter of an hour; each goes through the steps of all open cases


@dataclass(frozen=True, slots=True)
class Countable:
    """A brief that this person may have counted now."""

    day: date
    until: time


@dataclass(frozen=True, slots=True)
class BriefsPage:
    columns: list[dict[str, Any]]
    rows: list[list[Cell]]
    count_now: Countable | None
    older_url: str


@dataclass(frozen=True, slots=True)
class OtherVersion:
    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class BriefPage:
    """`older_than` is the number of the newest version where this is not it, else 0."""

    document: Document
    trail: list[tuple[str, str]]
    versions: list[OtherVersion]
    version: int
    older_than: int
    text_url: str
    json_url: str
    count_again: Countable | None


@dataclass(frozen=True, slots=True)
class MissingBriefPage:
    title: str
    trail: list[tuple[str, str]]
    count_now: Countable | None


def _before(request: HttpRequest) -> tuple[date, time] | None:
    given = request.GET.get("before", "")
    if not given:
        return None
    day, _at, hour = given.partition("@")
    try:
        return date.fromisoformat(day), read_hour(hour)
    except ValueError:
        raise NoBrief from None


@require_GET
def briefs(request: HttpRequest) -> HttpResponse:
    """The list by day, newest first."""
    actor = actor_of(request)
    listed = reads.list_briefs(actor, before=_before(request))
    older = f"?{urlencode({'before': listed.next_before})}" if listed.next_before else ""
    until = usual_hour()
    today = latest_day(until, clock.now())
    missing = policy.may_count(actor) and reads.newest(today, until) is None
    page = BriefsPage(
        columns=_columns("late", "decision", "received", "answered"),
        rows=[_list_row(row) for row in listed.rows],
        count_now=Countable(today, until) if missing else None,
        older_url=older,
    )
    return render(request, "staff_desk/briefs/list.html", {"page": page})


def _columns(*figures: str) -> list[dict[str, Any]]:
    numbers = [{"label": wording.label(figure), "numeric": True} for figure in figures]
    return [{"label": _("Day")}, *numbers]


def _list_row(row: reads.BriefRow) -> list[Cell]:
    query = urlencode({"until": f"{row.until:%H:%M}"})
    address = f"{reverse('staff_desk:brief', args=[row.day])}?{query}"
    note = _("until %(hour)s") % {"hour": f"{row.until:%H:%M}"}
    if row.version > 1:
        note += " · " + _("version %(version)d") % {"version": row.version}
    day: Cell = {"text": dates.on_day(row.day), "url": address, "note": note}
    return [day, row.late, row.decision, row.received, row.answered]


@require_GET
def brief(request: HttpRequest, day: date) -> HttpResponse:
    """One brief as a page, or to take away as text or JSON."""
    actor, until = actor_of(request), hour_of(request)
    try:
        found = reads.read_brief(actor, day=day, until=until, version=version_of(request))
    except NoBrief:
        return _missing(request, day, until)
    if request.GET.get("format") in {"text", "json"}:
        return _download(request, found)
    head = found.brief
    page = BriefPage(
        document=document(found, _linked(head)),
        trail=trail((dates.short_day(day), "")),
        versions=[_other_version(each, head) for each in found.versions],
        version=head.version,
        older_than=0 if found.is_newest else found.versions[0].version,
        text_url=address("staff_desk:brief", head, format="text"),
        json_url=address("staff_desk:brief", head, format="json"),
        count_again=Countable(day, until) if policy.may_count(actor) else None,
    )
    return render(request, "staff_desk/briefs/brief.html", {"page": page})


def _linked(head: BriefHead) -> Callable[[str, dict[str, str]], str]:
    """Addresses relative to the brief's own: there are hundreds on a page."""
    known = urlencode({"until": f"{head.until:%H:%M}", "version": head.version})
    return lambda figure, narrowed: f"cases/?{known}&{urlencode({'figure': figure, **narrowed})}"


def _other_version(each: BriefHead, shown: BriefHead) -> OtherVersion:
    words = {"version": each.version, "at": dates.at_time(each.computed_at)}
    return OtherVersion(
        _("Version %(version)d, counted %(at)s") % words,
        address("staff_desk:brief", each),
        each == shown,
    )


def _download(request: HttpRequest, found: reads.DailyBrief) -> HttpResponse:
    as_plain = request.GET["format"] == "text"
    content, kind, ending = (
        (as_text(found), "text/plain", "txt")
        if as_plain
        else (as_json(found), "application/json", "json")
    )
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    name = f"brief-{found.brief.day:%Y-%m-%d}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _missing(request: HttpRequest, day: date, until: time) -> HttpResponse:
    """There is none for this day: say so, and offer to count it where its time has come."""
    allowed = policy.may_count(actor_of(request)) and not request.GET.get("version")
    countable = allowed and may_count(period(day, until), clock.now())
    page = MissingBriefPage(
        title=dates.on_day(day),
        trail=trail((dates.short_day(day), "")),
        count_now=Countable(day, until) if countable else None,
    )
    return render(request, "staff_desk/briefs/missing.html", {"page": page}, status=404)


@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Count a brief now; the same figures again change nothing."""
    actor = actor_of(request)
    if not policy.may_count(actor):
        raise NotAllowed
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise WrongDay(field="day") from None
    count_try("brief", actor.label, most=COUNTS_PER_PERSON)
    until = read_hour(request.POST.get("until", ""))
    before = reads.newest(day, until)
    made = count_brief(actor=actor, day=day, until=until)
    if made == before:
        messages.info(request, _("Counted again: nothing has changed."))
    else:
        messages.success(request, _("The brief is counted."))
    return redirect(address("staff_desk:brief", made))


urls = [
    path("briefs/", briefs, name="briefs"),
    path("briefs/count/", count, name="brief_count"),
    path("briefs/<day:day>/", brief, name="brief"),
    path("briefs/<day:day>/cases/", brief_cases, name="brief_cases"),
]
