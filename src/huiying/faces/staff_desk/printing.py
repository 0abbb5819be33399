"""A case on paper: what its page tells this reader, without acts and without any contact."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiying.casework.actions.looking import record_opening
from huiying.casework.queues import Wanted
from huiying.casework.reads import case_shown
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.case_parts import case_page
from huiying.faces.staff_desk.notes import NotesPart, notes_part
from huiying.faces.staff_desk.pages import CasePage
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.kernel import time
from huiying.replies.reads import replies_on_case


@dataclass(frozen=True, slots=True)
class CasePrintPage:
    """A case for paper; `at` is when it was made."""

    case: CasePage
    notes: NotesPart
    at: datetime

    @property
    def trail(self) -> Trail:
        return from_case(self.case.number, _("For printing"))


@require_safe
def case_print(request: HttpRequest, number: int) -> HttpResponse:
    """The case for paper; counts as an opening of its letters."""
    actor = actor_of(request)
    shown = case_shown(actor, number)
    record_opening(actor=actor, number=number)
    found = case_page(shown, replies_on_case(actor, shown.case), Wanted())
    elsewhere = ((each.system, each.number) for each in shown.elsewhere)
    found = replace(found, facts=[*found.facts, *elsewhere])
    page = CasePrintPage(found, notes_part(actor, number, shown.notes), time.now())
    return render(request, "staff_desk/case_print.html", {"page": page})


urls = [path("cases/<int:number>/print/", case_print, name="case_print")]
