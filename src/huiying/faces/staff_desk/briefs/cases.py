"""The cases behind a figure of a brief."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.briefs.addresses import address, hour_of, trail, version_of
from huiying.insight import policy, wording
from huiying.insight.cases import CaseLine, CasesBehind, Wanted, cases_behind
from huiying.insight.figures import DIMENSIONS
from huiying.insight.reads import BriefHead
from huiying.insight.states import Decision
from huiying.kernel.names import localized

type Cell = str | int | dict[str, Any]


@dataclass(frozen=True, slots=True)
class BriefCasesPage:
    title: str
    caption: str
    said: str
    trail: list[tuple[str, str]]
    columns: list[dict[str, Any]]
    rows: list[list[Cell]]
    first_url: str
    next_url: str


@require_GET
def brief_cases(request: HttpRequest, day: date) -> HttpResponse:
    """The cases behind one figure; without one, the way back to the brief."""
    actor = actor_of(request)
    policy.scopes(actor)
    if "figure" not in request.GET:
        return redirect("staff_desk:brief", day)
    narrowed = {name: request.GET[name] for name in DIMENSIONS if request.GET.get(name)}
    figure = request.GET.get("figure", "")
    wanted = Wanted(day, hour_of(request), version_of(request), figure, narrowed)
    after = request.GET.get("after", "")
    found = cases_behind(actor, wanted, after=after)
    first = address("staff_desk:brief_cases", found.brief, figure=figure, **narrowed)
    page = BriefCasesPage(
        title=" · ".join([wording.label(figure), *_part_names(found, narrowed)]),
        caption=wording.day_of(found.brief),
        said=_said(found),
        trail=trail(
            (dates.short_day(day), address("staff_desk:brief", found.brief)),
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


def _case_row(line: CaseLine, head: BriefHead) -> list[Cell]:
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
