"""The stages of one case at the desk: what was promised for each, and how it stands."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiying.casework.stages.standing import case_stages
from huiying.casework.stages.wording import stage_in_words
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.replies.reads.publication import with_publication


@dataclass(frozen=True, slots=True)
class StagesPage:
    """`rows` are a stage and how it stands."""

    number: int
    title: str
    rows: list[tuple[str, str]]

    @property
    def trail(self) -> Trail:
        return from_case(self.number, _("Every stage"))


@require_safe
def stages(request: HttpRequest, number: int) -> HttpResponse:
    """Every clock of the present round."""
    case, found = case_stages(actor_of(request), number)
    rows = [stage_in_words(each) for each in with_publication(found, case)]
    page = StagesPage(case.number, case.title, rows)
    return render(request, "staff_desk/stages.html", {"page": page})


urls = [path("cases/<int:number>/stages/", stages, name="case_stages")]
