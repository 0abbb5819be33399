"""The phone and counter desk: taking a letter while its writer speaks, and sending a lost code."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huiying.agencies.divisions import place_names
from huiying.agencies.reads import unit_choices
from huiying.casework.actions.calling import Sending, require_clerk, send_lost_code
from huiying.faces.look.dates import at_time, on_day
from huiying.faces.look.helping import HelperShown, helper_shown
from huiying.faces.staff_desk.alike import CallAlike, alike_in_call, whole_number
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import begun, sent, words_kept
from huiying.faces.staff_desk.calls.forms import CallForm, LostForm, chosen_topic, typed
from huiying.intake.receipts import grouped
from huiying.intake.states import Channel
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Refusal
from huiying.replies.actions.in_call import Taken, take_call
from huiying.replies.reads.standards import StandardLine, on_offer
from huiying.replies.shown import AnswerShown
from huiying.routing.reads import category_groups

type Link = tuple[str, str, bool]

# What a caller said and nobody kept goes sooner than what staff write themselves.
SET_ASIDE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CallPage:
    """The screen of a call. `standards` is None until they were looked for; `danger` asks to call help
    first, before the letter is kept. `alike` is None until somebody asked what may be the same.
    `begun_at` says that a letter was set aside unfinished, and `keep_url` sets this one aside.
    """

    ways: list[Link]
    form: CallForm
    places: list[str]
    standards: tuple[StandardLine, ...] | None = None
    danger: bool = False
    alike: CallAlike | None = None
    begun_at: datetime | None = None
    keep_url: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """The receipt in the language of whoever takes it away; all in words."""

    language: str
    code: str
    pin: str
    secret: str
    received: str
    due_day: str
    url: str
    helper: HelperShown | None = None


@dataclass(frozen=True, slots=True)
class CallReceiptPage:
    """`number` is 0 where the case is not for the clerk's eyes; `problem` says why it was not answered."""

    paper: Paper
    spoken: str
    again: bool
    number: int
    answers: tuple[AnswerShown, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class LostPage:
    ways: list[Link]
    form: LostForm
    places: list[str]
    said: str = ""
    tone: str = "info"


def ways(request: HttpRequest) -> list[Link]:
    """The three things to do for a caller."""
    listed = (
        (_("Take a letter"), "call"),
        (_("Open their letter by PIN"), "call_open"),
        (_("They lost the code"), "call_lost"),
    )
    here = request.resolver_match.url_name if request.resolver_match else ""
    return [(label, reverse(f"staff_desk:{name}"), name == here) for label, name in listed]


def _form(data: Any = None, initial: dict[str, Any] | None = None) -> CallForm:
    language = {"language": get_language() or ""}
    return CallForm(
        data,
        groups=category_groups(),
        units=unit_choices(leave_out_root=True),
        initial=language | (initial or {}),
    )


def _screen(request: HttpRequest, form: CallForm, status: int = 200, **more: Any) -> HttpResponse:
    keep_url = begun(request).keep_url
    page = CallPage(ways(request), form, place_names(), keep_url=keep_url, **more)
    return render(request, "staff_desk/call/call.html", {"page": page}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("body", "title", "place", "topic", kept_for=SET_ASIDE)
def call(request: HttpRequest) -> HttpResponse:
    """The screen; on POST standard answers to choose from, the emergency numbers, or the receipt."""
    actor = actor_of(request)
    require_clerk(actor, Channel.PHONE)
    if request.method != "POST":
        return _opened(request)
    if "look" in request.POST or "alike" in request.POST:
        return _look(request, _form(initial=typed(request.POST)), actor)
    form = _form(request.POST)
    if not form.is_valid():
        return _screen(request, form, 422)
    if form.cleaned_data["danger"] and "sure" not in request.POST:
        return _screen(request, _form(initial=typed(request.POST)), danger=True)
    standard = request.POST.get("standard", "").replace("\0", "")
    try:
        taken = take_call(
            actor=actor,
            letter=form.letter(),
            form_key=form.key(),
            standard=standard,
            same_as=whole_number(request.POST.get("same_as", "")),
        )
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _screen(request, form, refusal.status)
    sent(request)
    return _receipt(request, taken, form)


def _opened(request: HttpRequest) -> HttpResponse:
    """An empty screen: another caller may be on the line. A letter that was set aside is offered, and
    stands there again where that was asked for.
    """
    here = begun(request)
    if "resume" in request.GET:
        return _screen(request, _form(initial=here.words()))
    return _screen(request, _form(), begun_at=here.kept_at())


def _look(request: HttpRequest, form: CallForm, actor: Actor) -> HttpResponse:
    """The screen as it was, with the standard answers that fit, or the cases that may be the same."""
    given = request.POST
    if "alike" in given:
        return _screen(request, form, alike=alike_in_call(actor, typed(given)))
    try:
        topic = chosen_topic(form.topics, given.get("topic", ""))
    except ValidationError:
        topic = ""
    found = on_offer(
        actor,
        category_code=topic,
        words=given.get("find", ""),
        language=given.get("language", "") or get_language() or "",
    )
    return _screen(request, form, standards=found)


def _receipt(request: HttpRequest, taken: Taken, form: CallForm) -> HttpResponse:
    page = CallReceiptPage(
        paper=_paper(request, taken, form.cleaned_data["language"], form.cleaned_data["via"]),
        spoken=" ".join(taken.receipt.pin),
        again=taken.receipt.again,
        number=taken.number,
        answers=taken.answers,
        problem=str(taken.refusal) if taken.refusal else "",
    )
    return render(request, "staff_desk/call/receipt.html", {"page": page})


def _paper(request: HttpRequest, taken: Taken, language: str, via: str) -> Paper:
    """The secret, which opens the letter on the site, is for paper handed over the counter alone."""
    receipt = taken.receipt
    with override(language):
        return Paper(
            language=language,
            code=grouped(receipt.code),
            pin=grouped(receipt.pin),
            secret=grouped(receipt.secret) if via == Channel.COUNTER else "",
            received=at_time(receipt.received_at),
            due_day="" if taken.answers else on_day(receipt.due_at),
            url=request.build_absolute_uri(reverse("public_site:follow")),
            helper=helper_shown(receipt.helper) if receipt.helper else None,
        )


@require_http_methods(["GET", "HEAD", "POST"])
def lost(request: HttpRequest) -> HttpResponse:
    """Have a lost code sent to the contact that was left, without seeing either."""
    actor = actor_of(request)
    require_clerk(actor, Channel.PHONE)
    if request.method != "POST":
        return _lost(request, LostForm())
    form = LostForm(request.POST)
    if not form.is_valid():
        return _lost(request, form, 422)
    given = form.cleaned_data
    try:
        came = send_lost_code(actor=actor, day=given["day"], place=given["place"], via=given["via"])
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _lost(request, form, refusal.status)
    return _lost(request, form, said=_told(came), tone="success" if came == "one" else "warning")


def _lost(request: HttpRequest, form: LostForm, status: int = 200, **more: str) -> HttpResponse:
    page = LostPage(ways(request), form, place_names(), **more)
    return render(request, "staff_desk/call/lost.html", {"page": page}, status=status)


def _told(came: Sending) -> str:
    return {
        Sending.NONE: _("No letter of that day fits. Ask for another word, or another day."),
        Sending.SEVERAL: _("Several letters fit. Ask for more words of the place."),
        Sending.ONE: _(
            "One letter fits. If its writer is reached by e-mail or text message, code and PIN are on "
            "their way. Whether they are, you are not told."
        ),
    }[came]


urls = [path("call/", call, name="call"), path("call/lost/", lost, name="call_lost")]
