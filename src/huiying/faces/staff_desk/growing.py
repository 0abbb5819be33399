"""What grows, with its cases. The list itself is the one that residents see."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from huiying.faces.look import dates
from huiying.faces.look.growing import growing_page
from huiying.faces.look.growing_words import letters_of, place_of, week_in_words
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.briefs.cases import Cell
from huiying.faces.staff_desk.trails import Trail
from huiying.insight.growing.reads import Growing, GrowingCase, cases_behind, require_reader
from huiying.kernel.names import localized


@dataclass(frozen=True, slots=True)
class GrowingCasesPage:
    """The cases of one line that this reader may read, newest first."""

    trail: Trail
    title: str
    lead: str
    columns: list[dict[str, object]]
    rows: list[list[Cell]]


def _to_cases(line: Growing) -> str:
    return reverse("staff_desk:growing_cases", args=[line.id])


@require_safe
def growing(request: HttpRequest) -> HttpResponse:
    """The list, each line leading to its cases."""
    require_reader(actor_of(request))
    page = growing_page(request.GET, _to_cases)
    return render(request, "staff_desk/growing/list.html", {"page": page})


def _row(case: GrowingCase) -> list[Cell]:
    url = reverse("staff_desk:case", args=[case.number])
    first: Cell = {"text": str(case.number), "url": url}
    return [first, case.title, {"state": case.state}, dates.short_day(case.received_at)]


@require_safe
def growing_cases(request: HttpRequest, line: int) -> HttpResponse:
    """The cases behind one line."""
    found = cases_behind(actor_of(request), line)
    title = f"{localized(found.line.category)} · {place_of(found.line)}"
    week = f"{reverse('staff_desk:growing')}?week={found.week:%Y-%m-%d}"
    page = GrowingCasesPage(
        trail=[(_("What grows"), week), (title, "")],
        title=title,
        lead=_(
            "Letters from %(week)s: %(letters)s. Here are those of their cases that you may read."
        )
        % {"letters": letters_of(found.line), "week": week_in_words(found.week)},
        columns=[
            {"label": pgettext("column", "Case")},
            {"label": pgettext("column", "Title")},
            {"label": pgettext("column", "State")},
            {"label": pgettext("column", "Received")},
        ],
        rows=[_row(case) for case in found.cases],
    )
    return render(request, "staff_desk/growing/cases.html", {"page": page})


urls = [
    path("growing/", growing, name="growing"),
    path("growing/<int:line>/", growing_cases, name="growing_cases"),
]
