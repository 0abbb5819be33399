"""One shift, and what may be asked about it; the requests; the log."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.agencies.duty import reads
from huiying.agencies.duty.actions import changing, logbook
from huiying.agencies.duty.errors import Begun, OnDutyThen
from huiying.agencies.duty.reads import LogShown, RequestShown, ShiftShown
from huiying.agencies.duty.states import ChangeState, Kind
from huiying.faces.staff_desk.asking import actor_of, person_of
from huiying.faces.staff_desk.begun import resumed, words_kept
from huiying.faces.staff_desk.begun import sent as words_sent
from huiying.faces.staff_desk.duty import words
from huiying.faces.staff_desk.duty.forms import LogForm, PutForm, SubstituteForm, SwapForm
from huiying.faces.staff_desk.duty.overview import trail
from huiying.faces.staff_desk.duty.rosters import here
from huiying.faces.staff_desk.erasure_forms import RefusableForm
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel import time
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound

SWAP, SUBSTITUTE, PUT = "swap", "substitute", "put"
VERBS = {
    "agree": changing.agree,
    "refuse": changing.refuse,
    "withdraw": changing.withdraw,
    "approve": changing.approve,
}
BUTTONS = {
    "agree": gettext_lazy("Agree"),
    "refuse": gettext_lazy("Say no"),
    "withdraw": gettext_lazy("Take it back"),
    "approve": pgettext_lazy("duty", "Approve"),
}


@dataclass(frozen=True, slots=True)
class ShiftPage:
    """`forms` are those that this person may send: which, heading, button, form."""

    trail: Trail
    label: str
    title: str
    facts: list[tuple[str, str]]
    forms: list[tuple[str, str, str, RefusableForm]]
    wrong: RefusableForm | None


@dataclass(frozen=True, slots=True)
class RequestCard:
    """One request; `buttons` are verb, words and whether it is the main one."""

    label: str
    title: str
    lines: list[str]
    state: str
    open: bool
    at: Any
    buttons: list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class RequestsPage:
    trail: Trail
    open: list[RequestCard]
    past: list[RequestCard]


@dataclass(frozen=True, slots=True)
class LogPage:
    trail: Trail
    code: str
    name: str
    lines: list[LogShown]
    form: LogForm | None


@require_http_methods(["GET", "HEAD", "POST"])
def shift(request: HttpRequest, label: str) -> HttpResponse:
    """One shift; with POST one of its forms, by `do`."""
    actor, shown = actor_of(request), reads.shift(label)
    line = reads.roster(actor, shown.roster)
    mine = shown.account == person_of(request).account_id
    do = request.POST.get("do", "") if request.method == "POST" else ""
    forms = _forms(request, shown, do, mine=mine, may_keep=line.may_keep)
    sent = next((form for which, _title, _button, form in forms if which == do), None)
    if do and sent is None:
        raise Begun if shown.starts_at <= time.now() else NotAllowed
    if sent is not None and sent.is_valid():
        try:
            _do(request, label, do, sent.cleaned_data)
        except (Invalid, OnDutyThen) as refusal:
            sent.refuse(refusal)
        else:
            return redirect("staff_desk:duty_requests" if do != PUT else "staff_desk:duty")
    page = ShiftPage(
        trail=here(line, words.day(shown)),
        label=label,
        title=f"{words.day(shown)} · {localized(shown.name)}",
        facts=_facts(shown),
        forms=forms,
        wrong=sent,
    )
    status = 422 if sent is not None else 200
    return render(request, "staff_desk/duty/shift.html", {"page": page}, status=status)


def _facts(shown: ShiftShown) -> list[tuple[str, str]]:
    facts = [
        (_("Who"), words.who(shown)),
        (_("From when to when"), words.stretch(shown.starts_at, shown.ends_at, shown.zone)),
        (_("Roster"), f"{localized(shown.roster_name)} · {localized(shown.unit_name)}"),
        (_("Time zone"), shown.zone),
    ]
    if shown.instead_of:
        facts.insert(1, (_("In place of"), localized(shown.instead_of)))
    return facts


def _forms(
    request: HttpRequest, shown: ShiftShown, do: str, *, mine: bool, may_keep: bool
) -> list[tuple[str, str, str, RefusableForm]]:
    def data(which: str) -> Any:
        return request.POST if do == which else None

    found: list[tuple[str, str, str, RefusableForm]] = []
    colleagues = reads.colleagues(shown.roster) if mine or may_keep else []
    if mine and shown.starts_at > time.now():
        swap = SwapForm(data(SWAP), reads.to_swap_for(shown))
        found.append((SWAP, _("Swap it"), _("Ask for the swap"), swap))
        own = person_of(request).username
        others = [(user, name) for user, name in colleagues if user != own]
        substitute = SubstituteForm(data(SUBSTITUTE), others)
        found.append((SUBSTITUTE, _("Find a substitute"), _("Ask this person"), substitute))
    if may_keep and shown.ends_at > time.now():
        found.append(
            (PUT, _("Put somebody in"), _("Put in, at once"), PutForm(data(PUT), colleagues))
        )
    return found


def _do(request: HttpRequest, label: str, do: str, given: dict[str, Any]) -> None:
    actor = actor_of(request)
    if do == SWAP:
        changing.ask_swap(actor=actor, label=label, other_label=given["other"])
    elif do == SUBSTITUTE:
        changing.ask_substitute(actor=actor, label=label, username=given["username"])
    else:
        changing.put_in(actor=actor, label=label, username=given["username"])
        messages.success(request, _("Put in."))
        return
    messages.success(request, _("Asked. When the other person agrees, a supervisor approves it."))


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """The requests that concern this person."""
    cards = [_card(each) for each in reads.requests(actor_of(request))]
    page = RequestsPage(
        trail=trail(_("Swaps and substitutes")),
        open=[card for card in cards if card.open],
        past=[card for card in cards if not card.open],
    )
    return render(request, "staff_desk/duty/requests.html", {"page": page})


def _card(shown: RequestShown) -> RequestCard:
    giver, taker = localized(shown.giver) or _("nobody"), localized(shown.taker) or _("nobody")
    people = {"giver": giver, "taker": taker}
    lines = [f"{localized(shown.shift.roster_name)} · {words.shift_in_words(shown.shift)}"]
    title = str(Kind(shown.kind).label)
    if shown.kind == Kind.ABSENCE:
        lines.append(giver)
    else:
        lines.append(_("%(taker)s instead of %(giver)s") % people)
    if shown.other is not None:
        lines.append(words.shift_in_words(shown.other))
        lines.append(_("%(giver)s instead of %(taker)s") % people)
    main = {"agree", "approve"}
    can = sorted(shown.can, key=lambda verb: verb not in main)  # yes stands before no for everybody
    return RequestCard(
        label=shown.label,
        title=title,
        lines=lines,
        state=str(ChangeState(shown.state).label),
        open=shown.state in (ChangeState.ASKED, ChangeState.AGREED),
        at=shown.asked_at,
        buttons=[(verb, str(BUTTONS[verb]), verb in main) for verb in can if verb in BUTTONS],
    )


@require_POST
def settle(request: HttpRequest, label: str) -> HttpResponse:
    """Agree, say no, take back, approve."""
    verb = VERBS.get(request.POST.get("do", ""))
    if verb is None:
        raise NotFound
    verb(actor=actor_of(request), label=label)
    messages.success(request, _("Done. It stands in the record."))
    return redirect("staff_desk:duty_requests")


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("words")
def log(request: HttpRequest, code: str) -> HttpResponse:
    """The shift log; with POST a new line."""
    actor, form = actor_of(request), LogForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            logbook.write_log(actor=actor, code=code, **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            words_sent(request)
            return redirect("staff_desk:duty_log", code=code)
    line, lines, may_write = reads.log(actor, code)
    if request.method == "POST" and not may_write:
        raise NotAllowed
    page = LogPage(
        trail=here(line, _("Shift log")),
        code=code,
        name=localized(line.name),
        lines=lines,
        form=resumed(request, form) if may_write else None,
    )
    status = 422 if form.errors else 200
    return render(request, "staff_desk/duty/log.html", {"page": page}, status=status)


@require_POST
def take_over(request: HttpRequest, label: str) -> HttpResponse:
    """Go on from a hand-over."""
    line = logbook.take_over(actor=actor_of(request), label=label)
    messages.success(request, _("Taken over."))
    return redirect("staff_desk:duty_log", code=line.roster.code)


urls = [
    path("duty/shifts/<slug:label>/", shift, name="duty_shift"),
    path("duty/requests/", requests, name="duty_requests"),
    path("duty/requests/<slug:label>/", settle, name="duty_settle"),
    path("duty/rosters/<slug:code>/log/", log, name="duty_log"),
    path("duty/log/<slug:label>/", take_over, name="duty_take_over"),
]
