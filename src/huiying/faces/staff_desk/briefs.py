"""The daily brief: the list by day, one brief, and the cases behind a figure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, register_converter, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from huiying.faces.look import dates
from huiying.insight import policy, reads, wording
from huiying.insight.actions import count_brief
from huiying.insight.cases import CaseLine, CasesBehind, Wanted, cases_behind
from huiying.insight.document import Document, document
from huiying.insight.errors import NoBrief
from huiying.insight.figures import DIMENSIONS
from huiying.insight.models import Brief
from huiying.insight.periods import latest_day, may_count, period, read_hour, usual_hour
from huiying.insight.rendering import as_json, as_text
from huiying.insight.states import Decision
from huiying.kernel import time as clock
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized

type Cell = str | int | dict[str, Any]


class DayConverter:
    """A day in an address: 2026-11-21."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")


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


@dataclass(frozen=True, slots=True)
class BriefCasesPage:
    title: str
    caption: str
    said: str
    hidden: str
    trail: list[tuple[str, str]]
    columns: list[dict[str, Any]]
    rows: list[list[Cell]]
    first_url: str
    next_url: str


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def _hour(request: HttpRequest) -> time:
    given = request.GET.get("until", "")
    return read_hour(given) if given else usual_hour()


def _version(request: HttpRequest) -> int | None:
    given = request.GET.get("version", "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit()) or len(given) > 4:
        raise NoBrief
    return int(given)


def _address(name: str, brief: Brief, **more: Any) -> str:
    known = {"until": f"{brief.until:%H:%M}", "version": brief.version}
    return f"{reverse(name, args=[brief.day])}?{urlencode(known | more)}"


def _before(request: HttpRequest) -> tuple[date, time] | None:
    given = request.GET.get("before", "")
    if not given:
        return None
    day, _at, hour = given.partition("@")
    try:
        return date.fromisoformat(day), read_hour(hour)
    except ValueError:
        raise NoBrief from None


def _trail(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Daily briefs"), reverse("staff_desk:briefs")), *more]


@require_GET
def briefs(request: HttpRequest) -> HttpResponse:
    """The list by day, newest first."""
    actor = _actor(request)
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
    actor, until = _actor(request), _hour(request)
    try:
        found = reads.read_brief(actor, day=day, until=until, version=_version(request))
    except NoBrief:
        return _missing(request, day, until)
    if request.GET.get("format") in {"text", "json"}:
        return _download(request, found)
    head = found.brief
    page = BriefPage(
        document=document(found, _linked(head)),
        trail=_trail((dates.short_day(day), "")),
        versions=[_other_version(each, head) for each in found.versions],
        version=head.version,
        older_than=0 if found.is_newest else found.versions[0].version,
        text_url=_address("staff_desk:brief", head, format="text"),
        json_url=_address("staff_desk:brief", head, format="json"),
        count_again=Countable(day, until) if policy.may_count(actor) else None,
    )
    return render(request, "staff_desk/briefs/brief.html", {"page": page})


def _linked(head: Brief) -> Callable[[str, dict[str, str]], str]:
    """Addresses relative to the brief's own: there are hundreds on a page."""
    known = urlencode({"until": f"{head.until:%H:%M}", "version": head.version})
    return lambda figure, narrowed: f"cases/?{known}&{urlencode({'figure': figure, **narrowed})}"


def _other_version(each: Brief, shown: Brief) -> OtherVersion:
    words = {"version": each.version, "at": dates.at_time(each.computed_at)}
    return OtherVersion(
        _("Version %(version)d, counted %(at)s") % words,
        _address("staff_desk:brief", each),
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
    allowed = policy.may_count(_actor(request)) and not request.GET.get("version")
    countable = allowed and may_count(period(day, until), clock.now())
    page = MissingBriefPage(
        title=dates.on_day(day),
        trail=_trail((dates.short_day(day), "")),
        count_now=Countable(day, until) if countable else None,
    )
    return render(request, "staff_desk/briefs/missing.html", {"page": page}, status=404)


@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Count a brief now; the same figures again change nothing."""
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise NoBrief from None
    until = read_hour(request.POST.get("until", ""))
    before = reads.newest(day, until)
    made = count_brief(actor=_actor(request), day=day, until=until)
    if made == before:
        messages.info(request, _("Counted again: nothing has changed."))
    else:
        messages.success(request, _("The brief is counted."))
    return redirect(_address("staff_desk:brief", made))


@require_GET
def brief_cases(request: HttpRequest, day: date) -> HttpResponse:
    """The cases behind one figure."""
    narrowed = {name: request.GET[name] for name in DIMENSIONS if request.GET.get(name)}
    figure = request.GET.get("figure", "")
    wanted = Wanted(day, _hour(request), _version(request), figure, narrowed)
    after = request.GET.get("after", "")
    found = cases_behind(_actor(request), wanted, after=after)
    first = _address("staff_desk:brief_cases", found.brief, figure=figure, **narrowed)
    page = BriefCasesPage(
        title=" · ".join([wording.label(figure), *_part_names(found, narrowed)]),
        caption=wording.day_in_words(found.brief.ends_at, found.brief.zone),
        said=_said(found),
        hidden=_hidden(found.hidden),
        trail=_trail(
            (dates.short_day(day), _address("staff_desk:brief", found.brief)),
            (wording.label(figure), ""),
        ),
        columns=[
            {"label": label}
            for label in (_("Case"), _("Category"), _("Unit"), _("State then"), _("Due then"))
        ],
        rows=[_case_row(line, found.brief) for line in found.lines],
        first_url=first if after else "",
        next_url=f"{first}&{urlencode({'after': found.next_after})}" if found.next_after else "",
    )
    return render(request, "staff_desk/briefs/cases.html", {"page": page})


def _part_names(found: CasesBehind, narrowed: dict[str, str]) -> list[str]:
    names = []
    for dimension, key in narrowed.items():
        named = found.narrowed_to.get(dimension)
        names.append(localized(named) if named else wording.code_label(dimension, key))
    return names


def _said(found: CasesBehind) -> str:
    if found.figure.of_submissions:
        words = {"letters": wording.amount(found.figure.key, found.number)}
        return _("%(letters)s, in %(cases)s") % (words | {"cases": wording.cases(found.cases)})
    return wording.cases(found.cases)


def _hidden(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(count)d of them is not shown to you: it is with another unit by now, or it is a complaint "
        "that is kept from you.",
        "%(count)d of them are not shown to you: they are with other units by now, or they are "
        "complaints that are kept from you.",
        count,
    ) % {"count": count}


def _case_row(line: CaseLine, head: Brief) -> list[Cell]:
    number: dict[str, Any] = {"text": str(line.number), "note": _note(line)}
    if line.may_open:
        number["url"] = reverse("staff_desk:case", args=[line.number])
    due: dict[str, Any] = {"text": dates.short_day(line.due_at)}
    if line.clock == "late":
        ends, was_due = timezone.localdate(head.ends_at), timezone.localdate(line.due_at)
        days = (ends - was_due).days
        late = ngettext("%(count)d day late", "%(count)d days late", days) % {"count": days}
        due["note"] = late if days else _("late since today")
    unit = localized(line.unit) or wording.code_label("unit", "")
    category = localized(line.category) or wording.code_label("category", "")
    return [number, category, unit, {"state": line.state}, due]


def _note(line: CaseLine) -> str:
    notes = [_("Complaint about conduct")] if line.conduct else []
    if line.decision:
        notes.append(str(Decision(line.decision).label))
    return " · ".join(notes)


urls = [
    path("briefs/", briefs, name="briefs"),
    path("briefs/count/", count, name="brief_count"),
    path("briefs/<day:day>/", brief, name="brief"),
    path("briefs/<day:day>/cases/", brief_cases, name="brief_cases"),
]
