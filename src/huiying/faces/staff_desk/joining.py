"""Joining a case to another about the same matter, in two steps, and taking it apart again."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from huiying.casework.actions.joining import join, unjoin
from huiying.casework.beside import CaseBeside, Pair, pair
from huiying.casework.reads import number_of
from huiying.faces.look import dates
from huiying.faces.look.states import shown as state_shown
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, MovedOn

LONGEST = 30


class WhichForm(forms.Form):
    """The other case."""

    into = forms.CharField(
        label=gettext_lazy("Number of the other case"),
        help_text=gettext_lazy("Its case number, or the code of a letter. The other case goes on."),
        max_length=LONGEST,
        error_messages={"required": gettext_lazy("Give the number of the other case.")},
    )


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two cases as it stands."""

    number: int
    title: str
    state: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class JoinPage:
    """First the number is asked; then both cases stand side by side, and a button joins them."""

    case: Side
    seen: int
    form: WhichForm
    into: Side | None
    why_not: str

    @property
    def trail(self) -> Trail:
        return from_case(self.case.number, _("Join to another case"))


def _side(case: CaseBeside) -> Side:
    facts = [
        (_("Category"), localized(case.category) or _("Not sorted yet")),
        (_("Who leads"), localized(case.lead) or _("Nobody yet")),
        (_("Received"), dates.at_time(case.received_at)),
        (_("Due"), dates.at_time(case.clock.due_at)),
        (_("Letters"), str(case.writers)),
        (_("State"), state_shown(case.state).label),
    ]
    return Side(case.number, case.title, case.state, facts)


def _page(request: HttpRequest, found: Pair, form: WhichForm, status: int = 200) -> HttpResponse:
    into = _side(found.into) if found.into else None
    page = JoinPage(_side(found.case), found.case.version, form, into, found.why_not)
    return render(request, "staff_desk/join.html", {"page": page}, status=status)


def _whole(typed: Any) -> int | None:
    """A version that a form carries."""
    text = str(typed)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


@require_http_methods(["GET", "HEAD", "POST"])
def join_case(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for the other case, show both, and join them once somebody says so."""
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    form = WhichForm(given if "into" in given else None)
    into = number_of(actor, form.cleaned_data["into"]) if form.is_valid() else None
    if form.is_bound and form.is_valid() and into is None:
        form.add_error("into", _("There is no case with this number that you may see."))
    found = pair(actor, number, into)
    if request.method != "POST" or into is None:
        return _page(request, found, form, 422 if form.errors else 200)
    try:
        join(actor=actor, number=number, seen=_whole(request.POST.get("seen", "")), into=into)
    except (Invalid, MovedOn) as refusal:
        form.add_error(None, str(refusal))
        return _page(request, pair(actor, number, into), form, refusal.status)
    messages.success(request, _("Joined. Each writer was told, and nobody sees another's letter."))
    return redirect("staff_desk:case", into)


@require_POST
def unjoin_case(request: HttpRequest, number: int) -> HttpResponse:
    """Take a joined case apart again."""
    try:
        seen = _whole(request.POST.get("seen", ""))
        unjoin(actor=actor_of(request), number=number, seen=seen)
    except MovedOn as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Handled apart again, in the state and by the clock it had."))
    return redirect("staff_desk:case", number)


urls = [
    path("cases/<int:number>/join/", join_case, name="case_join"),
    path("cases/<int:number>/unjoin/", unjoin_case, name="case_unjoin"),
]
