"""The letter of whoever is on the line or at the counter: what its writer sees, and their acts for them."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.casework.actions import writing_back
from huiying.casework.actions.calling import on_the_line, open_for_caller, require_clerk
from huiying.casework.following import LetterPage, followed_label, letter_page, said_before
from huiying.casework.splitting.letters import own_part, own_parts
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.calls.forms import (
    OnCallForm,
    OpenForm,
    SaidForm,
    ShowWordsForm,
    VerdictForm,
    WithdrawalForm,
)
from huiying.faces.staff_desk.calls.taking import Link, ways
from huiying.intake.errors import AlreadyReceived, HelpEnded
from huiying.intake.helping import label_of
from huiying.intake.states import Channel
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.limits import count_try
from huiying.kernel.refusals import NotFound, Refusal
from huiying.replies.actions.own_words import decide_own_words
from huiying.replies.reads import answers_for_submission
from huiying.replies.reads.own_words import OwnWordsOffer, offer_beneath
from huiying.replies.shown import AnswerShown

HELD = "caller"  # what the session knows: the letter, by which way, since when it lies idle
IDLE = timedelta(minutes=20)
ACTS_PER_LETTER = 20  # in a quarter of an hour, as on the residents' page

type OnCall = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class OpenPage:
    ways: list[Link]
    form: OpenForm
    lapsed: bool = False
    kept: str = ""


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act that is the caller's now; `url` is where it is sent."""

    name: str
    label: str | Promise
    form: OnCallForm
    submit: str | Promise
    url: str
    kind: str = "secondary"
    reopen_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallerPart:
    """One part of a letter that was split, with the caller's acts on it."""

    place: int
    letter: LetterPage
    answers: tuple[AnswerShown, ...]
    acts: tuple[ActForm, ...]


@dataclass(frozen=True, slots=True)
class CallerPage:
    """`problem` says why an act was refused, `failed` is its form; `kept` what was typed where it fits no
    form of this page. `own_words` is what the writer may say yes to, read out to them first.
    """

    letter: LetterPage
    answers: tuple[AnswerShown, ...]
    acts: tuple[ActForm, ...]
    way: str
    parts: tuple[CallerPart, ...] = ()
    own_words: OwnWordsOffer | None = None
    problem: str = ""
    failed: OnCallForm | None = None
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """An act for the caller: `name` is also the field of `MayDo` that says whether it is theirs now; `show`
    hangs on the answer instead.
    """

    name: str
    label: str | Promise
    form: type[OnCallForm]
    do: Callable[[Actor, dict[str, Any]], None]
    submit: str | Promise
    done: str | Promise
    kind: str = "secondary"


def _saying(verb: Callable[..., object]) -> Callable[[Actor, dict[str, Any]], None]:
    """The act of saying something, by the words of the form."""

    def do(actor: Actor, given: dict[str, Any]) -> None:
        verb(actor=actor, text=given["text"], form_key=given["form_key"])

    return do


ACTS = (
    Act(
        "answer",
        gettext_lazy("Answer the question"),
        SaidForm,
        _saying(writing_back.answer_question),
        gettext_lazy("Send their answer"),
        gettext_lazy("Their answer has arrived, and the clock runs again."),
        "primary",
    ),
    Act(
        "vote",
        gettext_lazy("Their verdict"),
        VerdictForm,
        lambda actor, given: writing_back.vote(actor=actor, verdict=given["verdict"]),
        gettext_lazy("Keep their verdict"),
        gettext_lazy("Their verdict counts. They can change it at any time."),
    ),
    Act(
        "reopen",
        gettext_lazy("Have it taken up again"),
        SaidForm,
        _saying(writing_back.reopen_own),
        gettext_lazy("Take it up again"),
        gettext_lazy("Their letter has been taken up again."),
    ),
    Act(
        "add",
        gettext_lazy("Add words"),
        SaidForm,
        _saying(writing_back.add_words),
        gettext_lazy("Add to their letter"),
        gettext_lazy("The words have been added to their letter."),
    ),
    Act(
        "show",
        gettext_lazy("Their own words beside the answer"),
        ShowWordsForm,
        lambda actor, given: decide_own_words(
            actor=actor, shown=given["shown"] == "yes", seen=given["seen"]
        ),
        gettext_lazy("Keep what they said"),
        gettext_lazy("Done as they said. They can change it at any time."),
    ),
    Act(
        "withdraw",
        gettext_lazy("Withdraw the letter"),
        WithdrawalForm,
        lambda actor, given: writing_back.withdraw(actor=actor, pressed=given["pressed"]),
        gettext_lazy("Withdraw it for them"),
        gettext_lazy("Their letter is withdrawn."),
        "danger",
    ),
)


# What a caller can do on one part of a letter, as on their own page; the rest belongs to the whole.
ON_PART = tuple(act for act in ACTS if act.name not in {"show", "withdraw"})


@require_http_methods(["GET", "HEAD", "POST"])
def open_letter(request: HttpRequest) -> HttpResponse:
    """Ask for code and PIN; open the letter where they fit."""
    actor = actor_of(request)
    require_clerk(actor, Channel.PHONE)
    if request.method != "POST":
        return _opening(request, OpenForm())
    form = OpenForm(request.POST)
    if not form.is_valid():
        return _opening(request, form, 422)
    given = form.cleaned_data
    try:
        acting = open_for_caller(
            actor=actor, code=given["code"], pin=given["pin"], via=given["via"]
        )
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _opening(request, form, refusal.status)
    _hold(request, acting)
    return redirect("staff_desk:call_letter")


def _opening(request: HttpRequest, form: OpenForm, status: int = 200, **more: Any) -> HttpResponse:
    page = OpenPage(ways(request), form, **more)
    return render(request, "staff_desk/call/open.html", {"page": page}, status=status)


def _hold(request: HttpRequest, acting: Actor) -> None:
    at = int(time.now().timestamp())
    held = {"letter": followed_label(acting), "via": acting.via, "at": at}
    request.session[HELD] = held | {"helper": label_of(acting)}


def _acting(request: HttpRequest) -> Actor | None:
    """The clerk as who acts for the caller, while the call lasts."""
    held: Mapping[str, Any] | None = request.session.get(HELD)
    if not held or time.now().timestamp() - held["at"] > IDLE.total_seconds():
        return None
    try:
        return on_the_line(
            actor_of(request),
            label=held["letter"],
            via=held["via"],
            helper=held.get("helper", ""),
        )
    except NotFound:
        return None


def on_call(view: OnCall) -> OnCall:
    """For the letter that this clerk has open with its writer; each page keeps it open."""

    @functools.wraps(view)
    def found(request: HttpRequest, **of: Any) -> HttpResponse:
        require_clerk(actor_of(request), Channel.PHONE)
        acting = _acting(request)
        if acting is None:
            request.session.pop(HELD, None)
            if request.method != "POST":
                return redirect("staff_desk:call_open")
            kept = request.POST.get("text", "")
            return _opening(request, OpenForm(), 403, lapsed=True, kept=kept)
        _hold(request, acting)
        return view(request, acting, **of)

    return found


def _page(acting: Actor) -> CallerPage:
    letter = letter_page(acting)
    answers = tuple(answers_for_submission(letter.submission_id))
    parts = tuple(_part(place, part) for place, part in own_parts(acting)) if letter.parted else ()
    way, offer = str(Channel(acting.via).label), offer_beneath(answers, letter)
    return CallerPage(letter, answers, _acts(letter, offer=offer), way, parts, offer)


def _part(place: int, acting: Actor) -> CallerPart:
    letter = letter_page(acting)
    answers = tuple(answers_for_submission(letter.submission_id))
    return CallerPart(place, letter, answers, _acts(letter, place))


def _acts(
    letter: LetterPage, place: int = 0, offer: OwnWordsOffer | None = None
) -> tuple[ActForm, ...]:
    """What the caller may do on the letter, or on its part at this place."""
    may_show = offer is not None and offer.is_open
    return tuple(
        ActForm(
            act.name,
            act.label,
            _blank(act, letter, place, offer),
            act.submit,
            reverse(f"staff_desk:call_part_{act.name}", args=[place])
            if place
            else reverse(f"staff_desk:call_{act.name}"),
            act.kind,
            letter.may.reopen_until if act.name == "reopen" else None,
        )
        for act in (ON_PART if place else ACTS)
        if (may_show if act.name == "show" else getattr(letter.may, act.name))
    )


def _named(act: Act, place: int) -> str:
    """By which the form of an act is known on the page."""
    return f"{act.name}-part{place}" if place else act.name


def _blank(act: Act, letter: LetterPage, place: int, offer: OwnWordsOffer | None) -> OnCallForm:
    known = {"verdict": letter.vote} if act.name == "vote" else {}
    if act.name == "show" and offer is not None:
        known = offer.said
    return act.form(label=letter.label, name=_named(act, place), initial=known)


def _show(request: HttpRequest, page: CallerPage, status: int = 200) -> HttpResponse:
    return render(request, "staff_desk/call/letter.html", {"page": page}, status=status)


@require_safe
@on_call
def letter(request: HttpRequest, acting: Actor) -> HttpResponse:
    """What the writer sees of their letter, for the clerk who reads it out."""
    return _show(request, _page(acting))


def _view_of(act: Act) -> OnCall:
    def view(request: HttpRequest, acting: Actor, place: int = 0) -> HttpResponse:
        if request.method != "POST":
            return redirect("staff_desk:call_letter")
        doing = own_part(acting, place) if place else acting
        form = act.form(request.POST, label=followed_label(doing), name=_named(act, place))
        if not form.is_valid():
            return _again(request, acting, (act, place), form, 422)
        try:
            count_try("letter", followed_label(acting), most=ACTS_PER_LETTER)
            act.do(doing, form.cleaned_data)
        except HelpEnded:
            raise  # and no page of the letter
        except Refusal as refusal:
            if not _was_done_before(doing, form, refusal):
                form.add_error(None, str(refusal))
                return _again(request, acting, (act, place), form, refusal.status)
        messages.success(request, str(act.done))
        return redirect("staff_desk:call_letter")

    view.__name__, view.__doc__ = act.name, f"An act for the caller: {act.name}."
    return require_http_methods(["GET", "HEAD", "POST"])(on_call(view))


def _was_done_before(acting: Actor, form: OnCallForm, refusal: Refusal) -> bool:
    """Whether the refusal only means that the same form was sent twice."""
    given = form.cleaned_data
    text = given.get("text", "").strip()
    return isinstance(refusal, AlreadyReceived) or (
        bool(text) and said_before(acting, text=text, form_key=given["form_key"])
    )


def _again(
    request: HttpRequest,
    acting: Actor,
    tried: tuple[Act, int],
    form: OnCallForm,
    status: int,
) -> HttpResponse:
    """The page with what was typed, at its act or, where that is no longer theirs, above. `tried`: the act,
    and the place of the part that it was on.
    """
    (act, place), page = tried, _page(acting)
    problem = " ".join(str(error) for error in form.non_field_errors())
    concerned = next((part.acts for part in page.parts if part.place == place), page.acts)
    if form.of_other_letter or act.name not in {each.name for each in concerned}:
        kept = str(form.data.get("text", ""))
        return _show(request, replace(page, problem=problem or str(Refusal()), kept=kept), status)
    acts = tuple(replace(each, form=form) if each.name == act.name else each for each in concerned)
    if place:
        parts = (replace(each, acts=acts) if each.place == place else each for each in page.parts)
        return _show(request, replace(page, parts=tuple(parts), failed=form), status)
    return _show(request, replace(page, acts=acts, failed=form), status)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """The call is over: close the letter."""
    require_clerk(actor_of(request), Channel.PHONE)
    request.session.pop(HELD, None)
    messages.success(request, _("The letter is closed."))
    return redirect("staff_desk:call")


urls = [
    path("call/open/", open_letter, name="call_open"),
    path("call/letter/", letter, name="call_letter"),
    *(path(f"call/letter/{act.name}/", _view_of(act), name=f"call_{act.name}") for act in ACTS),
    *(
        path(
            f"call/letter/part/<int:place>/{act.name}/",
            _view_of(act),
            name=f"call_part_{act.name}",
        )
        for act in ON_PART
    ),
    path("call/leave/", leave, name="call_leave"),
]
