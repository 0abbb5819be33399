"""Checking answers: what waits, one of them with its letter, and withdrawing what was said."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from huiying.casework.actions.looking import record_opening
from huiying.faces.staff_desk.answer_forms import BecauseForm, ReasonForm, WithdrawalForm
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import resumed, sent, words_kept
from huiying.faces.staff_desk.letters_beside import LetterBeside, letters_beside
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.kernel.refusals import Invalid, MovedOn, Refusal
from huiying.replies.actions import mending, reviewing
from huiying.replies.actions.reviewing import Without
from huiying.replies.reads.editing import Said, said
from huiying.replies.reads.listing import (
    MOST_COUNTED,
    DeskLine,
    DeskList,
    my_drafts,
    published,
    to_review,
)
from huiying.replies.reads.reviewing import Review, review

TABS = {"review": to_review, "drafts": my_drafts, "published": published}
TAB_NAMES = {
    "review": gettext_lazy("To review"),
    "drafts": gettext_lazy("My drafts"),
    "published": pgettext_lazy("answer", "Published"),
}
EMPTY = {
    "review": gettext_lazy("Nothing waits for a reviewer."),
    "drafts": gettext_lazy("You have no answer in the making."),
    "published": gettext_lazy("Nothing has been published here yet."),
}
SEND_BACK_HINT = gettext_lazy("What is to be changed. Whoever wrote it reads this.")
WITHDRAW_HINT = gettext_lazy(
    "Whoever reads the answer reads this instead, at once: leave out names and numbers of people."
)
REVIEW = "staff_desk/answers/review.html"
WITHDRAW = "staff_desk/answers/withdraw.html"


@dataclass(frozen=True, slots=True)
class AnswerListPage:
    """One tab. `tabs` are (label, address, current, count)."""

    tab: str
    tabs: list[tuple[str, str, bool, str]]
    lines: tuple[DeskLine, ...]
    empty: str
    onward_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class AnswerReviewPage:
    """`problem` says why an act was refused."""

    review: Review
    form: ReasonForm
    because: BecauseForm
    problem: str = ""

    @property
    def letters(self) -> list[LetterBeside]:
        return letters_beside(self.review.letters)

    @property
    def trail(self) -> Trail:
        return from_case(self.review.number, _("Answer"))


@dataclass(frozen=True, slots=True)
class WithdrawalPage:
    said: Said
    form: WithdrawalForm

    @property
    def trail(self) -> Trail:
        return from_case(self.said.number, _("Withdraw the answer"))


def _count(found: DeskList) -> str:
    return f"{MOST_COUNTED:,}+" if found.count > MOST_COUNTED else str(found.count)


def _address(tab: str, **place: str) -> str:
    return f"{reverse('staff_desk:answers')}?{urlencode({'tab': tab, **place})}"


def _place(request: HttpRequest, key: str) -> str:
    return request.GET.get(key, "").replace("\0", "")[:60]


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """The lists, one a tab; the count stands on the one that is open."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "review"
    found = TABS[tab](
        actor_of(request), onward=_place(request, "onward"), back=_place(request, "back")
    )
    page = AnswerListPage(
        tab=tab,
        tabs=[
            (str(name), _address(key), key == tab, _count(found) if key == tab else "")
            for key, name in TAB_NAMES.items()
        ],
        lines=found.lines,
        empty=str(EMPTY[tab]),
        onward_url=_address(tab, onward=found.onward) if found.onward else "",
        back_url=_address(tab, back=found.back) if found.back else "",
    )
    return render(request, "staff_desk/answers/list.html", {"page": page})


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _without(request: HttpRequest) -> Without:
    said = request.POST.get("because", "").replace("\r\n", "\n")
    return Without(request.POST.get("signatures_seen", ""), said)


def _decide(request: HttpRequest, label: str) -> str:
    """The verb behind the button that was pressed; what to say about it."""
    actor, seen, wish = actor_of(request), _seen(request), request.POST.get("do")
    if wish == "send_back":
        reason = request.POST.get("reason", "").replace("\r\n", "\n")
        reviewing.send_back(actor=actor, label=label, seen=seen, reason=reason)
        return _("Sent back to its writer.")
    if wish in {"publish", "send"}:
        privately = wish == "send"
        reviewing.approve_and_issue(
            actor=actor, label=label, seen=seen, privately=privately, without=_without(request)
        )
        return _("Sent to the writer.") if privately else _("Published.")
    if wish == "publish_approved":
        reviewing.publish(actor=actor, label=label, seen=seen)
        return _("Published.")
    if wish == "send_approved":
        reviewing.send(actor=actor, label=label, seen=seen)
        return _("Sent to the writer.")
    raise Invalid(_("Choose one of the buttons."))


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("reason", "because")
def review_one(request: HttpRequest, label: str) -> HttpResponse:
    """One answer, its letter, and what to decide."""
    actor = actor_of(request)
    if request.method != "POST":
        found = review(actor, label, _place(request, "against"))
        record_opening(actor=actor, number=found.number)
        back, because = ReasonForm(hint=str(SEND_BACK_HINT)), BecauseForm()
        page = AnswerReviewPage(found, resumed(request, back), resumed(request, because))
        return render(request, REVIEW, {"page": page})
    try:
        done = _decide(request, label)
    except (Invalid, MovedOn) as refusal:
        return _undecided(request, label, refusal)
    sent(request)
    messages.success(request, done)
    return redirect("staff_desk:answers")


def _undecided(request: HttpRequest, label: str, refusal: Refusal) -> HttpResponse:
    """The page as it is now, with what was typed and why nothing was done."""
    typed = request.POST if request.POST.get("reason") else None
    form = ReasonForm(typed, hint=str(SEND_BACK_HINT))
    problem = str(refusal)
    if refusal.field in form.fields:
        form = ReasonForm(request.POST, hint=str(SEND_BACK_HINT))
        form.add_error(refusal.field, problem)
        problem = ""
    because = BecauseForm(request.POST if "because" in request.POST else None)
    if refusal.field in because.fields:
        because.add_error(refusal.field, problem)
        problem = ""
    page = AnswerReviewPage(review(actor_of(request), label), form, because, problem)
    return render(request, REVIEW, {"page": page}, status=refusal.status)


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("reason")
def withdraw(request: HttpRequest, label: str) -> HttpResponse:
    """Take back what was said, with the reason that stands in its place."""
    actor = actor_of(request)
    found = said(actor, label, verb="withdraw")
    form = WithdrawalForm(request.POST or None, hint=str(WITHDRAW_HINT))
    page = WithdrawalPage(found, form)
    if request.method != "POST":
        resumed(request, form)
        return render(request, WITHDRAW, {"page": page})
    if form.is_valid():
        try:
            mending.withdraw(
                actor=actor,
                label=label,
                seen=_seen(request),
                reason=form.cleaned_data["reason"],
                hide_text=form.cleaned_data["hide_text"],
            )
        except (Invalid, MovedOn) as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            sent(request)
            messages.success(request, _("Withdrawn. Its writers are told."))
            return redirect("staff_desk:answer_review", label)
    return render(request, WITHDRAW, {"page": page}, status=422)


urls = [
    path("answers/", answers, name="answers"),
    path("answers/<slug:label>/", review_one, name="answer_review"),
    path("answers/<slug:label>/withdraw/", withdraw, name="answer_withdraw"),
]
