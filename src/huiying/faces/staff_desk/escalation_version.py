"""One version of the escalation policy: what it would have told, and the decision of a second person."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.erasure_forms import RefusableForm
from huiying.faces.staff_desk.escalation import Tried, by_whom, facts_of, tried_in_words
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel.refusals import Invalid
from huiying.routing.proposing import LONGEST_NOTE
from huiying.supervision.actions.adopting import adopt_policy, decline_policy
from huiying.supervision.policy import may_change, require_changer, require_reader
from huiying.supervision.reads import policies, policy_version


class DeclineForm(RefusableForm):
    """Why a version is not put in force."""

    because = forms.CharField(
        label=gettext_lazy("Why not"),
        help_text=gettext_lazy("It stands beside the version, for whoever proposed it."),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@dataclass(frozen=True, slots=True)
class EscalationVersionPage:
    """One version. `waits` for a decision; `own`: the reader proposed it; `before` is what is in force, where
    that is another.
    """

    number: int
    told: list[str]
    facts: list[tuple[str, str]]
    before: list[tuple[str, str]]
    tried: Tried
    waits: bool
    own: bool
    may_decide: bool
    form: DeclineForm

    @property
    def trail(self) -> Trail:
        here = _("Version %(number)s") % {"number": self.number}
        return [(_("Escalation"), reverse("staff_desk:escalation")), (here, "")]


def _page(request: HttpRequest, number: int, form: DeclineForm) -> HttpResponse:
    actor = actor_of(request)
    require_reader(actor)
    found, kept = policy_version(number), policies()
    now = kept.in_force
    waits = kept.waiting is not None and kept.waiting.number == number
    page = EscalationVersionPage(
        number=number,
        told=by_whom(found),
        facts=facts_of(found.definition),
        before=facts_of(now.definition) if waits and now else [],
        tried=tried_in_words(found.definition, actor),
        waits=waits,
        own=found.proposer == actor.label,
        may_decide=waits and may_change(actor),
        form=form,
    )
    context: dict[str, Any] = {"page": page}
    status = 422 if form.errors else 200
    return render(request, "staff_desk/escalation_version.html", context, status=status)


@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    """What it says, what it would have told, and the two buttons."""
    return _page(request, number, DeclineForm())


@require_POST
def adopt(request: HttpRequest, number: int) -> HttpResponse:
    """Put it in force."""
    adopt_policy(actor=actor_of(request), number=number)
    messages.success(request, _("Version %(number)s is in force.") % {"number": number})
    return redirect("staff_desk:escalation")


@require_POST
def decline(request: HttpRequest, number: int) -> HttpResponse:
    """Decline it, or take back one's own."""
    actor = actor_of(request)
    require_changer(actor)
    form = DeclineForm(request.POST)
    if form.is_valid():
        try:
            decline_policy(actor=actor, number=number, because=form.cleaned_data["because"])
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Declined. Everything stays as it was."))
            return redirect("staff_desk:escalation")
    return _page(request, number, form)


urls = [
    path("escalation/<int:number>/", version, name="escalation_version"),
    path("escalation/<int:number>/adopt/", adopt, name="escalation_adopt"),
    path("escalation/<int:number>/decline/", decline, name="escalation_decline"),
]
