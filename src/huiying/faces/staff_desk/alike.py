"""Which other cases may be about the same: beside a case, and on the call desk while the clerk types."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.casework.actions.calling import require_clerk
from huiying.casework.actions.likening import say_apart, take_back_apart
from huiying.casework.alike.candidates import Alike, Asked, likely_same
from huiying.casework.alike.reads import AlikeShown, Proposed, alike_to
from huiying.casework.reads import CaseShown
from huiying.casework.states import OPEN
from huiying.faces.look import dates
from huiying.faces.look.alike import why_in_words
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.calls.forms import chosen_topic, topics_in
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.intake.states import Channel
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, MovedOn
from huiying.routing.reads import category_groups

PART = "HX-Request"  # sent by the script that asks for the list alone
LONGEST = 16
FEWEST = 6  # characters: fewer say nothing
SAID = {
    "writer": gettext_lazy("The writer says that it is about the same."),
    "desk": gettext_lazy("The clerk who took the letter says that it is about the same."),
}


@dataclass(frozen=True, slots=True)
class AlikeLine:
    """One case that may be the same. `join_url` leads to both side by side; empty where it cannot be done."""

    number: int
    title: str
    state: str
    day: str
    why: str
    join_url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AlikePage:
    """`url` is where it is said that one is not the same, empty for who may not; `said` for who hears it."""

    number: int
    title: str
    lines: list[AlikeLine]
    apart: list[tuple[int, str]]
    url: str
    said: str

    @property
    def trail(self) -> Trail:
        return from_case(self.number, _("The same matter?"))


def whole_number(typed: str) -> int:
    """The number of a case that a form carries; 0 for anything else."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < LONGEST else 0


def _join_url(shown: AlikeShown, number: int) -> str:
    if not shown.may_join:
        return ""
    return f"{reverse('staff_desk:case_join', args=[shown.number])}?into={number}"


def _line(each: Alike, join_url: str = "") -> AlikeLine:
    return AlikeLine(
        number=each.number,
        title=each.title,
        state=each.state,
        day=dates.on_day(each.received_at),
        why=why_in_words(each.why),
        join_url=join_url,
    )


def _proposed(shown: AlikeShown, each: Proposed) -> AlikeLine:
    return AlikeLine(
        number=each.number,
        title=each.title,
        state=each.state,
        day="",
        why=str(SAID[each.said]),
        join_url="" if each.why_not else _join_url(shown, each.number),
        note=each.why_not if shown.may_join else "",
    )


def _said(count: int) -> str:
    """What a screen reader hears once the list is there."""
    return _("Cases that may be about the same: %(count)d.") % {"count": count} if count else ""


def alike_url(shown: CaseShown) -> str:
    """Where the cases stand that may be the same as an open one; empty for a complaint about conduct."""
    if shown.conduct or shown.state not in OPEN:
        return ""
    return reverse("staff_desk:case_alike", args=[shown.number])


@require_safe
def alike(request: HttpRequest, number: int) -> HttpResponse:
    """The cases that may be the same as this one; the list alone for the case page's script."""
    shown = alike_to(actor_of(request), number)
    lines = [_proposed(shown, each) for each in shown.proposed]
    lines += [_line(each, _join_url(shown, each.number)) for each in shown.lines]
    page = AlikePage(
        number=number,
        title=shown.title,
        lines=lines,
        apart=list(shown.apart),
        url=reverse("staff_desk:case_not_same", args=[number]) if shown.may_join else "",
        said=_said(len(lines)),
    )
    name = "_alike.html" if request.headers.get(PART) else "alike.html"
    return render(request, f"staff_desk/{name}", {"page": page})


@require_POST
def not_same(request: HttpRequest, number: int) -> HttpResponse:
    """Say that another case is not the same, or take that back."""
    other = whole_number(request.POST.get("other", ""))
    back = "back" in request.POST
    try:
        act = take_back_apart if back else say_apart
        act(actor=actor_of(request), number=number, other=other)
    except (Invalid, MovedOn) as refusal:
        messages.warning(request, str(refusal))
    else:
        words = {"number": other}
        said = (
            _("Case %(number)d may be shown beside this one again.")
            if back
            else _("Remembered: case %(number)d is not about the same. It is not shown here again.")
        )
        messages.success(request, said % words)
    return redirect("staff_desk:case_alike", number)


@dataclass(frozen=True, slots=True)
class CallAlike:
    """What the clerk sees while typing; each can be named as the same when the letter is kept."""

    lines: list[AlikeLine]
    said: str


def alike_in_call(actor: Actor, given: dict[str, str]) -> CallAlike:
    """What may be the same as that which a clerk has typed so far; nothing of a complaint about conduct."""
    text = f"{given.get('title', '')}\n{given.get('body', '')}"
    units = any(value for name, value in given.items() if name.startswith("unit_"))
    if given.get("conduct") or units or len("".join(text.split())) < FEWEST:
        return CallAlike([], "")
    try:
        topic = chosen_topic(topics_in(category_groups()), given.get("topic", ""))
    except ValidationError:
        topic = ""
    found = likely_same(actor, Asked(text, given.get("place", ""), topic))
    return CallAlike([_line(each) for each in found], _said(len(found)))


@require_http_methods(["POST"])
def call_alike(request: HttpRequest) -> HttpResponse:
    """The list beside the call form, while the clerk types."""
    actor = actor_of(request)
    require_clerk(actor, Channel.PHONE)
    given = {name: str(value).replace("\0", " ") for name, value in request.POST.items()}
    page = alike_in_call(actor, given)
    return render(request, "staff_desk/call/_alike.html", {"page": page})


urls = [
    path("cases/<int:number>/alike/", alike, name="case_alike"),
    path("cases/<int:number>/not-same/", not_same, name="case_not_same"),
    path("call/alike/", call_alike, name="call_alike"),
]
