"""Standard answers: the list, proposing and checking them, and answering a letter with one."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.agencies.reads import unit_choices
from huiying.casework.actions.looking import record_opening
from huiying.faces.staff_desk.answer_forms import RenewForm, StandardForm
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import resumed, sent, words_kept
from huiying.faces.staff_desk.letters_beside import LetterBeside, letters_beside
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed
from huiying.replies.actions import standards as verbs
from huiying.replies.policy import may_propose_any
from huiying.replies.reads.standards import AtOnce, StandardLine, fitting, standards
from huiying.routing.reads import category_groups

TABS = {
    "approved": pgettext_lazy("standard answer", "In use"),
    "proposed": pgettext_lazy("standard answer", "To check"),
    "retired": pgettext_lazy("standard answer", "No longer used"),
}
NEW = "staff_desk/standards/new.html"
USE = "staff_desk/standards/use.html"


@dataclass(frozen=True, slots=True)
class StandardsPage:
    """One tab of the list; `tabs` are (label, address, current)."""

    tabs: list[tuple[str, str, bool]]
    lines: tuple[StandardLine, ...]


@dataclass(frozen=True, slots=True)
class NewStandardPage:
    form: StandardForm


@dataclass(frozen=True, slots=True)
class UseStandardPage:
    """The letter and the texts that fit; `problem` says why one was refused."""

    at_once: AtOnce
    problem: str = ""

    @property
    def letters(self) -> list[LetterBeside]:
        return letters_beside(self.at_once.letters)

    @property
    def trail(self) -> Trail:
        return from_case(self.at_once.number, _("Answer at once"))


@require_safe
def standard_list(request: HttpRequest) -> HttpResponse:
    """The standard answers in one state."""
    state = request.GET.get("state", "")
    state = state if state in TABS else "approved"
    base = reverse("staff_desk:standards")
    tabs = [(str(name), f"{base}?state={key}", key == state) for key, name in TABS.items()]
    page = StandardsPage(tabs, standards(actor_of(request), state=state))
    return render(request, "staff_desk/standards/list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(
    "unit_code", "category_code", "outcome", "expires_on", "title_*", "question_*", "text_*"
)
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a text; a reviewer checks it before it can be used."""
    if not may_propose_any(actor_of(request)):
        raise NotAllowed
    form = StandardForm(
        request.POST if request.method == "POST" else None,
        units=unit_choices(leave_out_root=True),
        groups=category_groups(),
    )
    if request.method != "POST":
        return render(request, NEW, {"page": NewStandardPage(resumed(request, form))})
    if form.is_valid():
        try:
            verbs.propose_standard(
                actor=actor_of(request),
                unit_code=form.cleaned_data["unit_code"],
                category_code=form.cleaned_data["category_code"],
                text=form.text(),
                expires_on=form.expires(),
            )
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            sent(request)
            messages.success(request, _("Proposed. A reviewer of the unit checks it now."))
            return redirect(f"{reverse('staff_desk:standards')}?state=proposed")
    return render(request, NEW, {"page": NewStandardPage(form)}, status=422)


@require_POST
def approve(request: HttpRequest, label: str) -> HttpResponse:
    """Let clerks use it."""
    verbs.approve_standard(actor=actor_of(request), label=label)
    messages.success(request, _("Approved. Clerks can answer with it from now on."))
    return redirect("staff_desk:standards")


@require_POST
def renew(request: HttpRequest, label: str) -> HttpResponse:
    """Keep it in use until another day, after reading it again."""
    form = RenewForm(request.POST)
    until = form.cleaned_data["expires_on"] if form.is_valid() else None
    try:
        verbs.renew_standard(actor=actor_of(request), label=label, expires_on=until)
    except Invalid as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Read again. Clerks can go on answering with it."))
    return redirect("staff_desk:standards")


@require_POST
def retire(request: HttpRequest, label: str) -> HttpResponse:
    """End its use."""
    verbs.retire_standard(actor=actor_of(request), label=label)
    messages.success(request, _("No longer used. The answers given with it stand."))
    return redirect("staff_desk:standards")


@require_http_methods(["GET", "HEAD", "POST"])
def use(request: HttpRequest, number: int) -> HttpResponse:
    """Choose a standard answer for a letter that no unit has yet."""
    actor = actor_of(request)
    found = fitting(actor, number)
    record_opening(actor=actor, number=number)
    if request.method != "POST":
        return render(request, USE, {"page": UseStandardPage(found)})
    seen = request.POST.get("seen", "")
    try:
        verbs.answer_at_once(
            actor=actor,
            number=number,
            seen=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
            standard=request.POST.get("standard", "").replace("\0", ""),
        )
    except (Invalid, MovedOn) as refusal:
        page = UseStandardPage(fitting(actor, number), str(refusal))
        return render(request, USE, {"page": page}, status=refusal.status)
    messages.success(request, _("Answered."))
    return redirect("staff_desk:case", number)


urls = [
    path("cases/<int:number>/standard-answer/", use, name="standard_use"),
    path("standard-answers/", standard_list, name="standards"),
    path("standard-answers/new/", propose, name="standard_new"),
    path("standard-answers/<slug:label>/approve/", approve, name="standard_approve"),
    path("standard-answers/<slug:label>/renew/", renew, name="standard_renew"),
    path("standard-answers/<slug:label>/retire/", retire, name="standard_retire"),
]
