"""Taking back what one did a moment ago, from the page of the case."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from huiying.casework.actions.undoing import undo
from huiying.casework.reads import CaseShown
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.lists import query_of, wanted_of
from huiying.kernel.refusals import MovedOn

DONE = {
    "triage": gettext_lazy("You have just sorted this."),
    "assign": gettext_lazy("You have just assigned this."),
    "accept": gettext_lazy("You have just taken this on."),
}


@dataclass(frozen=True, slots=True)
class UndoPart:
    """What one has just done, and where to take it back."""

    words: str
    url: str
    seen: int


def undo_part(shown: CaseShown) -> UndoPart | None:
    """The way to take back one's last step, as long as there is one."""
    if not shown.undoable:
        return None
    url = reverse("staff_desk:case_undo", args=[shown.number])
    return UndoPart(str(DONE[shown.undoable]), url, shown.version)


@require_POST
def undo_last(request: HttpRequest, number: int) -> HttpResponse:
    """Take back one's last step on a case, or say why it cannot be."""
    seen = request.POST.get("seen", "")
    known = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0
    try:
        undo(actor=actor_of(request), number=number, seen=known)
    except MovedOn as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Taken back. The record keeps that it was done and undone."))
    url = reverse("staff_desk:case", args=[number])
    return redirect(url + query_of(wanted_of(request.GET)))


urls = [path("cases/<int:number>/undo/", undo_last, name="case_undo")]
