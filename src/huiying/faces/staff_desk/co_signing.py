"""Co-signature: asking supporting units, and the page on which a unit says yes or no."""

from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.casework.actions.looking import record_opening
from huiying.casework.policy import READS_BELOW
from huiying.faces.staff_desk.answer_forms import Prose
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import resumed, sent, words_kept
from huiying.faces.staff_desk.letters_beside import LetterBeside, letters_beside
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed
from huiying.replies.actions import co_signing as verbs
from huiying.replies.reads.co_signing import (
    Asking,
    SigningShown,
    ToSignList,
    asking,
    signing_shown,
    to_sign,
)
from huiying.replies.signing import today
from huiying.replies.words import LONGEST

ASK = "staff_desk/answers/ask_signatures.html"
SIGN = "staff_desk/answers/sign.html"
USUAL_WAIT = timedelta(days=3)


class AskForm(forms.Form):
    """Which units, and until when; `seen` is the version that they are asked about."""

    units = forms.MultipleChoiceField(
        label=gettext_lazy("Which units are asked"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one unit.")},
    )
    due_on = forms.DateField(
        label=gettext_lazy("Last day to answer"),
        help_text=gettext_lazy(
            "Whoever has not answered by then is shown to the reviewer as such."
        ),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, found: Asking, data: object = None) -> None:
        codes = [code for code, _name in found.units]
        first = {"units": codes, "due_on": today() + USUAL_WAIT, "seen": found.version}
        super().__init__(data, initial=first)  # type: ignore[arg-type]
        self.fields["units"].choices = found.units  # type: ignore[attr-defined]


class RefusalForm(forms.Form):
    """Why a unit does not sign, and what the answer should say."""

    reason = Prose(
        most=LONGEST["reason"],
        rows=3,
        label=gettext_lazy("Why not"),
        help_text=gettext_lazy("The unit that writes the answer and its reviewer read this."),
    )
    wording = Prose(
        most=LONGEST["text"],
        rows=5,
        label=gettext_lazy("What it should say instead"),
        help_text=gettext_lazy("In the words that your unit would sign."),
    )


@dataclass(frozen=True, slots=True)
class ToSignPage:
    """What waits for the units of the reader."""

    trail: Trail
    found: ToSignList


@dataclass(frozen=True, slots=True)
class AskSignaturesPage:
    """`problem` says why it was refused."""

    asking: Asking
    form: AskForm
    problem: str = ""

    @property
    def trail(self) -> Trail:
        return from_case(self.asking.number, _("Ask units to co-sign"))


@dataclass(frozen=True, slots=True)
class SignPage:
    """The answer before the unit that is asked; `problem` says why an act was refused."""

    shown: SigningShown
    form: RefusalForm
    problem: str = ""

    @property
    def letters(self) -> list[LetterBeside]:
        return letters_beside(self.shown.letters)

    @property
    def trail(self) -> Trail:
        return from_case(self.shown.number, _("Co-sign the answer"))


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """The answers that the reader's units are asked to co-sign."""
    actor = actor_of(request)
    if not actor.has(*READS_BELOW):
        raise NotAllowed
    trail = [
        (pgettext("navigation", "Queue"), reverse("staff_desk:queue")),
        (_("To co-sign"), ""),
    ]
    page = ToSignPage(trail, to_sign(actor))
    return render(request, "staff_desk/answers/to_sign.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, label: str) -> HttpResponse:
    """Ask supporting units to co-sign the saved text."""
    actor = actor_of(request)
    found = asking(actor, label)
    if request.method != "POST":
        return render(request, ASK, {"page": AskSignaturesPage(found, AskForm(found))})
    form, problem, status = AskForm(found, request.POST), "", 422
    if form.is_valid():
        said = form.cleaned_data
        try:
            verbs.ask_signatures(
                actor=actor,
                label=label,
                seen=said["seen"],
                unit_codes=said["units"],
                due_on=said["due_on"],
            )
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        except MovedOn as refusal:
            found, problem, status = asking(actor, label), str(refusal), refusal.status
            form = AskForm(found)
        else:
            messages.success(request, _("Asked. You see here what each unit says."))
            return redirect("staff_desk:answer_preview", label)
    return render(request, ASK, {"page": AskSignaturesPage(found, form, problem)}, status=status)


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _say(request: HttpRequest, label: str, form: RefusalForm) -> str:
    """Do what the pressed button asks for; what to say about it."""
    actor, seen = actor_of(request), _seen(request)
    if request.POST.get("do") == "sign":
        verbs.sign(actor=actor, label=label, seen=seen)
        return _("Co-signed. If the text changes, you are asked again.")
    if request.POST.get("do") == "refuse":
        words = {name: form.cleaned_data[name] for name in ("reason", "wording")}
        verbs.refuse(actor=actor, label=label, seen=seen, **words)
        return _("Said. The unit that writes the answer and its reviewer read why.")
    raise Invalid(_("Choose one of the buttons."))


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("reason", "wording")
def one(request: HttpRequest, label: str) -> HttpResponse:
    """One answer before a unit that is asked to co-sign it: yes, or no with a reason and wording."""
    actor = actor_of(request)
    found = signing_shown(actor, label)
    record_opening(actor=actor, number=found.number)
    if request.method != "POST":
        return render(request, SIGN, {"page": SignPage(found, resumed(request, RefusalForm()))})
    refusing = request.POST.get("do") == "refuse"
    form, problem, status = RefusalForm(request.POST if refusing else None), "", 422
    if not refusing or form.is_valid():
        try:
            done = _say(request, label, form)
        except Invalid as refusal:
            if refusing:
                form.add_error(
                    refusal.field if refusal.field in form.fields else None, str(refusal)
                )
            else:
                problem = str(refusal)
        except (MovedOn, NotAllowed) as refusal:
            found, problem = signing_shown(actor, label), str(refusal)
            status = refusal.status
        else:
            sent(request)
            messages.success(request, done)
            return redirect("staff_desk:to_co_sign")
    return render(request, SIGN, {"page": SignPage(found, form, problem)}, status=status)


@require_POST
def recall(request: HttpRequest, label: str) -> HttpResponse:
    """Withdraw a request that was not answered yet."""
    signature = verbs.recall(actor=actor_of(request), label=label)
    messages.success(request, _("The request is withdrawn."))
    return redirect("staff_desk:answer_preview", signature.reply.label)


urls = [
    path("co-sign/", waiting, name="to_co_sign"),
    path("co-sign/<slug:label>/", one, name="co_sign"),
    path("co-sign/<slug:label>/withdraw/", recall, name="co_sign_recall"),
    path("answers/<slug:label>/co-sign/", ask, name="answer_co_sign"),
]
