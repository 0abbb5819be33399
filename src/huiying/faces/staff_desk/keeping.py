"""Unfinished words of the case page: kept by a button, or while one types."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huiying.casework.actions.keeping import keep_words
from huiying.casework.unfinished import FIELDS
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.lists import query_of, wanted_of
from huiying.kernel.refusals import Invalid

WHILE_TYPING = "X-While-Typing"


def keep_address(number: int, act: str) -> str:
    """Where the words of this act are kept; empty for an act without words."""
    return reverse("staff_desk:case_keep", args=[number, act]) if act in FIELDS else ""


@require_POST
def keep(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Keep what was typed so far, or forget it."""
    forget = bool(request.POST.get("forget"))
    words = {field: "" if forget else request.POST.get(field, "") for field in FIELDS.get(name, ())}
    said, level = _("There is nothing to keep."), messages.INFO
    try:
        if keep_words(actor=actor_of(request), number=number, act=name, words=words):
            said = _("Kept for seven days. It stands here when you come back; only you see it.")
            level = messages.SUCCESS
        elif forget:
            said = _("Thrown away.")
    except Invalid as refusal:
        said, level = str(refusal), messages.WARNING
    if WHILE_TYPING in request.headers:
        return HttpResponse(status=422 if level == messages.WARNING else 204)
    messages.add_message(request, level, said)
    url = reverse("staff_desk:case", args=[number])
    return redirect(url + query_of(wanted_of(request.GET)))


urls = [path("cases/<int:number>/keep/<slug:name>/", keep, name="case_keep")]
