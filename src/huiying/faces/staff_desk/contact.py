"""Looking at one writer's contact: the reason is asked first, and the contact is shown once."""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from huiying.casework.actions.looking import reveal
from huiying.casework.looks import WhomToReach, whom_to_reach
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.intake.errors import NothingKept, TooManyLooks
from huiying.intake.states import RevealReason

KINDS = {
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone number"),
    "address": gettext_lazy("Name and address"),
}


class ReasonForm(forms.Form):
    """Why a clerk needs the contact."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you need it?"),
        choices=RevealReason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose why you need it."),
            "invalid_choice": gettext_lazy("Choose why you need it."),
        },
    )


@dataclass(frozen=True, slots=True)
class ContactPage:
    """`contact` are (kind in words, value), there once the reason was given."""

    letter: WhomToReach
    form: ReasonForm
    an_hour: int
    contact: tuple[tuple[str, str], ...] = ()

    @property
    def trail(self) -> Trail:
        return from_case(self.letter.number, _("The writer's contact"))


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def contact(request: HttpRequest, number: int, report: int) -> HttpResponse:
    """Ask why, then show it in this one answer, which nothing may keep."""
    actor = actor_of(request)
    letter = whom_to_reach(actor, number, report)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    found: dict[str, str] = {}
    status = 422 if request.method == "POST" else 200
    if form.is_valid():
        try:
            found = reveal(
                actor=actor, number=number, report_id=report, reason=form.cleaned_data["reason"]
            )
            status = 200
        except (TooManyLooks, NothingKept) as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
    shown = tuple((str(KINDS.get(kind, kind)), value) for kind, value in found.items())
    page = ContactPage(letter, form, settings.REVEALS_PER_HOUR, shown)
    response = render(request, "staff_desk/contact.html", {"page": page}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


urls = [
    path("cases/<int:number>/letters/<int:report>/contact/", contact, name="case_contact"),
]
