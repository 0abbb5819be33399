"""Erasure at the desk: the rules, what they would do, what they have done, and holds."""

from dataclasses import asdict, dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import resumed, sent, words_kept
from huiying.faces.staff_desk.erasure_forms import HoldForm, RulesForm
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed
from huiying.retention import actions
from huiying.retention.actions import OfSearches
from huiying.retention.policy import may_set_rules
from huiying.retention.reads import (
    Certificate,
    Overview,
    Rehearsed,
    case_to_hold,
    certificate,
    overview,
    rehearsal,
)

USUAL = {"contact_months": 6, "words_months": 24, "search_days": 90}


@dataclass(frozen=True, slots=True)
class ErasurePage:
    overview: Overview


@dataclass(frozen=True, slots=True)
class RulesPage:
    """`rehearsed` is empty until somebody asks what the rules would do."""

    form: RulesForm
    rehearsed: tuple[Rehearsed, ...] = ()

    @property
    def trail(self) -> Trail:
        return [(_("Erasure"), reverse("staff_desk:erasure")), (_("Propose rules"), "")]


@dataclass(frozen=True, slots=True)
class CertificatePage:
    paper: Certificate

    @property
    def trail(self) -> Trail:
        return [(_("Erasure"), reverse("staff_desk:erasure")), (_("Certificate"), "")]


@dataclass(frozen=True, slots=True)
class HoldPage:
    number: int
    title: str
    form: HoldForm

    @property
    def trail(self) -> Trail:
        return from_case(self.number, _("Hold the erasure"))


@require_safe
def erasure(request: HttpRequest) -> HttpResponse:
    """Rules in force, holds, runs."""
    page = ErasurePage(overview(actor_of(request)))
    return render(request, "staff_desk/erasure/overview.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("*_basis")
def rules(request: HttpRequest) -> HttpResponse:
    """Propose rules, or rehearse them first: nothing is done by either."""
    actor, posted = actor_of(request), request.method == "POST"
    if not may_set_rules(actor):
        raise NotAllowed
    form = RulesForm(request.POST) if posted else RulesForm(initial=USUAL)
    rehearsed: tuple[Rehearsed, ...] = ()
    if posted and form.is_valid():
        given = form.cleaned_data
        if request.POST.get("do") != "propose":
            rehearsed = rehearsal(actor, **{name: given[name] for name in USUAL})
        else:
            try:
                searches = OfSearches(given.pop("search_days"), given.pop("search_basis"))
                actions.propose_rules(actor=actor, **given, searches=searches)
            except Invalid as refusal:
                form.refuse(refusal)
            else:
                sent(request)
                messages.success(request, _("Proposed. A second person puts them in force."))
                return redirect("staff_desk:erasure")
    page = RulesPage(resumed(request, form), rehearsed)
    status = 422 if form.errors else 200
    return render(request, "staff_desk/erasure/rules.html", {"page": page}, status=status)


@require_POST
def approve_rules(request: HttpRequest, number: int) -> HttpResponse:
    """Put them in force."""
    actions.approve_rules(actor=actor_of(request), number=number)
    messages.success(request, _("In force. The next run follows these rules."))
    return redirect("staff_desk:erasure")


@require_safe
def run(request: HttpRequest, label: str) -> HttpResponse:
    """The certificate of one run, to be printed."""
    page = CertificatePage(certificate(actor_of(request), label))
    return render(request, "staff_desk/erasure/certificate.html", {"page": page})


@require_safe
def run_json(request: HttpRequest, label: str) -> HttpResponse:
    """The same for a machine."""
    return JsonResponse(asdict(certificate(actor_of(request), label)))


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("reason", "until")
def hold(request: HttpRequest, number: int) -> HttpResponse:
    """Ask that nothing of a case is erased for a while."""
    actor = actor_of(request)
    found, title = case_to_hold(actor, number)
    form = HoldForm(request.POST if request.method == "POST" else None)
    status = 422 if request.method == "POST" else 200
    if form.is_valid():
        try:
            actions.ask_hold(
                actor=actor, number=number, reason=form.cleaned_data["reason"], until=form.end()
            )
        except (Invalid, MovedOn) as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            sent(request)
            messages.success(request, _("Asked. A second person grants it."))
            return redirect("staff_desk:erasure")
    page = HoldPage(found, title, resumed(request, form))
    return render(request, "staff_desk/erasure/hold.html", {"page": page}, status=status)


@require_POST
def grant_hold(request: HttpRequest, label: str) -> HttpResponse:
    """Let it begin."""
    actions.grant_hold(actor=actor_of(request), label=label)
    messages.success(request, _("On hold. The writers are told."))
    return redirect("staff_desk:erasure")


@require_POST
def end_hold(request: HttpRequest, label: str) -> HttpResponse:
    """End it before its time."""
    actions.end_hold(actor=actor_of(request), label=label)
    messages.success(request, _("The hold has ended."))
    return redirect("staff_desk:erasure")


urls = [
    path("erasure/", erasure, name="erasure"),
    path("erasure/rules/", rules, name="erasure_rules"),
    path("erasure/rules/<int:number>/approve/", approve_rules, name="erasure_approve"),
    path("erasure/runs/<slug:label>/", run, name="erasure_run"),
    path("erasure/runs/<slug:label>/certificate.json", run_json, name="erasure_run_json"),
    path("erasure/holds/<slug:label>/grant/", grant_hold, name="hold_grant"),
    path("erasure/holds/<slug:label>/end/", end_hold, name="hold_end"),
    path("cases/<int:number>/hold/", hold, name="case_hold"),
]
