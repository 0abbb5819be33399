"""One joint session: in full, as a guest sees it, and its minutes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from huiying.casework.states import State as CaseState
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import resumed, words_kept
from huiying.faces.staff_desk.begun import sent as words_sent
from huiying.faces.staff_desk.erasure_forms import RefusableForm
from huiying.faces.staff_desk.joint_sessions.forms import (
    CallOffForm,
    ConcludeForm,
    SummaryForm,
    TaskForm,
    colleague_options,
)
from huiying.faces.staff_desk.joint_sessions.listing import STATE_TONES, TaskRow, task_row, trail
from huiying.faces.staff_desk.joint_sessions.words import (
    beside,
    count_refusal,
    look_of,
    tell_written,
    text_of,
)
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel import time
from huiying.kernel.days import day_in_words
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, NotFound
from huiying.supervision.joint_sessions.actions.calling import answer_call, call_off
from huiying.supervision.joint_sessions.actions.looking import look_at
from huiying.supervision.joint_sessions.actions.tasks import give_task
from huiying.supervision.joint_sessions.actions.writing import conclude, write_summary
from huiying.supervision.joint_sessions.reads import SessionShown, SummaryShown, session_shown
from huiying.supervision.joint_sessions.states import Look, Part, Seat, State
from huiying.supervision.joint_sessions.waiting import Waiting

type Offer = tuple[str, str, str, RefusableForm]


@dataclass(frozen=True, slots=True)
class Called:
    """Who was called: name, in what way, and whether they said that they cannot come."""

    name: str
    way: str
    away: str


@dataclass(frozen=True, slots=True)
class SummaryPart:
    """A summary with who wrote it and until when guests see it; `gone` in words."""

    text: str
    by: str
    until: str
    gone: str


@dataclass(frozen=True, slots=True)
class WaitingWords:
    """Words that wait for this reader's look: which, by whom and when, and what they repeat of a letter."""

    number: int
    what: str
    by: str
    text: str
    repeats: str


@dataclass(frozen=True, slots=True)
class JointSessionPage:
    """One session. `offers` are the forms that the reader may send: which, heading, button, form;
    `answer` what they may say of their coming: word and value.
    """

    trail: Trail
    topic: str
    topic_look: str
    state: str
    tone: str
    full: bool
    facts: list[tuple[str, str]]
    parts: list[Called]
    cases: list[tuple[str, str, str]]
    summary: SummaryPart | None
    earlier: list[SummaryPart]
    end: tuple[str, str] | None
    tasks: list[TaskRow]
    answer: tuple[str, str] | None
    offers: list[Offer] = field(default_factory=list)
    wrong: RefusableForm | None = None
    minutes_url: str = ""
    waiting: list[WaitingWords] = field(default_factory=list)
    colleagues: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MinutesPage:
    """A session for paper; `at` is when it was made."""

    session: JointSessionPage
    at: datetime


DOES: dict[str, tuple[type[RefusableForm], Callable[..., Any]]] = {
    "summary": (SummaryForm, write_summary),
    "conclude": (ConcludeForm, conclude),
    "task": (TaskForm, give_task),
    "off": (CallOffForm, call_off),
}


def _said(do: str) -> str:
    return {
        "summary": _("Written. Those who take part see it now."),
        "conclude": _("Written down. Now give the tasks."),
        "task": _("Given. The unit and the person are told."),
        "off": _("Called off. Those who were called are told."),
    }[do]


def _part(shown: SummaryShown) -> SummaryPart:
    until = day_in_words(shown.shown_until, weekday=True)
    gone = _("Guests do not see it any more.") if shown.gone else ""
    return SummaryPart(
        text=text_of(shown.text),
        by=beside(f"{localized(shown.who)} · {dates.at_time(shown.at)}", shown.text),
        until=_("For guests until %(day)s") % {"day": until},
        gone=gone,
    )


def _waiting(shown: Waiting) -> WaitingWords:
    by = f"{localized(shown.who)} · {dates.at_time(shown.at)}"
    what = str(Part(shown.part).label)
    return WaitingWords(shown.number, what, by, shown.text, shown.repeats)


def _end(shown: SessionShown) -> tuple[str, str] | None:
    """Heading and words of how it ended."""
    if shown.state == State.CALLED or not (shown.full or shown.state == State.CALLED_OFF):
        return None
    held = shown.state == State.HELD
    heading = _("What came of it") if held else _("Why it was called off")
    return beside(heading, shown.words), text_of(shown.words)


def _facts(shown: SessionShown) -> list[tuple[str, str]]:
    facts = [
        (pgettext("joint session", "When"), dates.day_and_time(shown.starts_at)),
        (pgettext("joint session", "Where"), shown.place),
        (_("Called by"), f"{localized(shown.called_by)} · {dates.at_time(shown.called_at)}"),
    ]
    if shown.full and shown.settled_at:
        by = f"{localized(shown.settled_by)} · {dates.at_time(shown.settled_at)}"
        facts.append((_("Written down by"), by))
    return [(name, value) for name, value in facts if value]


def _offers(shown: SessionShown, sent: dict[str, RefusableForm]) -> list[Offer]:
    found: list[Offer] = []
    called, held = shown.state == State.CALLED, shown.state == State.HELD
    if shown.may_write and shown.state != State.CALLED_OFF:
        heading = _("Write a new summary") if shown.summaries else _("Write the summary")
        found.append(("summary", heading, _("Show it to those who take part"), SummaryForm()))
    if shown.may_keep and called and shown.begun:
        found.append(
            (
                "conclude",
                _("Write down what came of it"),
                _("Write down the conclusions"),
                ConcludeForm(),
            )
        )
    if shown.may_keep and held:
        found.append(("task", _("Give a task"), _("Give it"), TaskForm()))
    if shown.may_keep and called:
        found.append(("off", _("Call it off"), _("Call it off"), CallOffForm()))
    return [(do, heading, button, sent.get(do, form)) for do, heading, button, form in found]


def _answer(shown: SessionShown) -> tuple[str, str] | None:
    if shown.comes is None or shown.state != State.CALLED:
        return None
    if shown.comes:
        return _("Say that you cannot come"), "cannot"
    return _("Say that you can come after all"), "comes"


def _page(shown: SessionShown, sent: dict[str, RefusableForm]) -> JointSessionPage:
    summaries = [_part(each) for each in shown.summaries]
    state = State(shown.state)
    gives = shown.may_keep and state == State.HELD
    minutes = reverse("staff_desk:joint_minutes", args=[shown.label])
    return JointSessionPage(
        trail=trail(_("Joint session")),
        topic=text_of(shown.topic),
        topic_look=look_of(shown.topic),
        state=str(state.label),
        tone=STATE_TONES[state],
        full=shown.full,
        facts=_facts(shown),
        parts=[
            Called(
                localized(each.name),
                str(Seat(each.seat).label),
                pgettext("joint session", "Cannot come") if each.declined_at else "",
            )
            for each in shown.seats
        ],
        cases=[
            (
                _("Case %(number)s") % {"number": each.number},
                reverse("staff_desk:case", args=[each.number]) if each.may_open else "",
                f"{CaseState(each.state).label} · "
                f"{localized(each.unit) or _('Not given to a unit yet')}",
            )
            for each in shown.cases
        ],
        summary=summaries[0] if summaries else None,
        earlier=summaries[1:],
        end=_end(shown),
        tasks=[task_row(each) for each in shown.tasks],
        answer=_answer(shown),
        offers=_offers(shown, sent),
        wrong=next(iter(sent.values()), None),
        minutes_url=minutes if shown.full else "",
        waiting=[_waiting(each) for each in shown.waiting],
        colleagues=colleague_options() if gives else [],
    )


def _do(request: HttpRequest, shown: SessionShown, do: str, form: RefusableForm) -> bool:
    """Whether what was sent was done; else the form says why not. Raises NotAllowed, MovedOn."""
    if not (shown.may_write if do == "summary" else shown.may_keep):
        raise NotAllowed
    if not form.is_valid():
        return False
    given = dict(form.cleaned_data)
    if do == "off":
        given = {"reason": given["words"]}
    try:
        DOES[do][1](actor=actor_of(request), label=shown.label, **given)
    except Invalid as refusal:
        form.refuse(refusal)
        count_refusal(request, refusal)
        return False
    return True


def _look(request: HttpRequest, label: str) -> HttpResponse:
    """Show words that waited, or keep them back."""
    look, _colon, number = request.POST.get("look", "").partition(":")
    if look not in (Look.SHOWN, Look.KEPT_BACK) or not (number.isascii() and number.isdecimal()):
        raise NotFound
    show = look == Look.SHOWN
    look_at(actor=actor_of(request), label=label, number=int(number[:18]), show=show)
    said = (
        _("Those who take part see it now.")
        if show
        else _("Kept back. Only its author and the desk see it.")
    )
    messages.success(request, said)
    return redirect("staff_desk:joint_session", label)


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("text", "words", "shown_until", "username", "due_on")
def session(request: HttpRequest, label: str) -> HttpResponse:
    """One session; by POST what `do` names."""
    actor = actor_of(request)
    shown, sent = session_shown(actor, label), {}
    do = request.POST.get("do", "") if request.method == "POST" else ""
    try:
        if do in ("cannot", "comes"):
            answer_call(actor=actor, label=label, comes=do == "comes")
            messages.success(request, _("Noted. Who called the session is told."))
            return redirect("staff_desk:joint_session", label)
        if do == "look":
            return _look(request, label)
        if do in DOES:
            form = DOES[do][0](request.POST)
            if _do(request, shown, do, form):
                words_sent(request)
                tell_written(request, label, _said(do))
                return redirect("staff_desk:joint_session", label)
            sent = {do: form}
        elif request.method == "POST":
            raise NotFound
    except MovedOn as refusal:
        messages.warning(request, str(refusal))
        return redirect("staff_desk:joint_session", label)
    page = _page(shown, sent)
    for do, _heading, _button, form in page.offers:
        resumed(request, form, do)
    status = 422 if sent else 200
    return render(request, "staff_desk/joint_sessions/session.html", {"page": page}, status=status)


@require_safe
def minutes(request: HttpRequest, label: str) -> HttpResponse:
    """The minutes for paper; for who reads the session in full."""
    shown = session_shown(actor_of(request), label)
    if not shown.full:
        raise NotFound
    page = MinutesPage(_page(shown, {}), time.now())
    return render(request, "staff_desk/joint_sessions/minutes.html", {"page": page})


urls = [
    path("supervision/sessions/<slug:label>/", session, name="joint_session"),
    path("supervision/sessions/<slug:label>/minutes/", minutes, name="joint_minutes"),
]
