"""Bringing a model into use: one proposes, another adopts; one switches off."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huiying.casework.actions.trying import ask_model_trial
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.suggesting.reading import form_for, model_page
from huiying.kernel.refusals import Invalid
from huiying.routing.actions import learned


@require_POST
def propose(request: HttpRequest, number: int) -> HttpResponse:
    """Propose a version from some likelihood on."""
    form = form_for(request, number)
    if not form.is_valid():
        return model_page(request, number, form)
    try:
        learned.propose_model(
            actor=actor_of(request), number=number, threshold=form.cleaned_data["threshold"]
        )
    except Invalid as refusal:
        form.refuse(refusal)
        return model_page(request, number, form)
    messages.success(request, _("Proposed. A second person adopts it."))
    return redirect("staff_desk:models")


@require_POST
def rehearse(request: HttpRequest, number: int) -> HttpResponse:
    """Have a version tried on past letters, from some likelihood on."""
    form = form_for(request, number)
    if not form.is_valid():
        return model_page(request, number, form)
    threshold = form.cleaned_data["threshold"]
    ask_model_trial(actor=actor_of(request), number=number, threshold=threshold)
    messages.success(request, _("It is tried on past letters now; what it finds stands here."))
    return redirect(reverse("staff_desk:model", args=[number]) + "#rehearsal")


@require_POST
def adopt(request: HttpRequest, number: int) -> HttpResponse:
    """Bring it into use."""
    learned.adopt_model(actor=actor_of(request), number=number)
    messages.success(request, _("In use. It suggests on new cases from now on."))
    return redirect("staff_desk:models")


@require_POST
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    """Refuse it, or take back one's own proposal."""
    learned.refuse_model(actor=actor_of(request), number=number)
    messages.success(request, _("Not adopted. Everything stays as it was."))
    return redirect("staff_desk:models")


@require_POST
def switch_off(request: HttpRequest) -> HttpResponse:
    """Let no model suggest."""
    learned.switch_off_model(actor=actor_of(request))
    messages.success(request, _("Switched off. No model suggests from now on."))
    return redirect("staff_desk:models")


urls = [
    path("suggestions/off/", switch_off, name="model_off"),
    path("suggestions/<int:number>/propose/", propose, name="model_propose"),
    path("suggestions/<int:number>/try/", rehearse, name="model_try"),
    path("suggestions/<int:number>/adopt/", adopt, name="model_adopt"),
    path("suggestions/<int:number>/refuse/", refuse, name="model_refuse"),
]
