"""Signing in through the agency's own provider: there, and back."""

from dataclasses import asdict

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiying.accounts import agency_sign_in as agency
from huiying.agencies.actions import welcome
from huiying.agencies.mapping import granted
from huiying.faces.staff_desk.account.entering import enter, onward, refuse_embedded
from huiying.kernel.actors import SYSTEM
from huiying.kernel.limits import address_for_counting, count_try, give_back_try
from huiying.kernel.refusals import Refusal

BEGUN, WISHED = "agency", "agency_wished"
# What is counted: each may ask the provider. An answer that nobody here began asks nothing.
START, RETURN = "agency sign-in", "agency return"
TRIES_PER_ADDRESS = 60


class NothingGranted(Refusal):
    code = "nothing_granted"
    status = 403
    sentence = _(
        "The agency's sign-in knows you, but you have no task at this desk. "
        "Ask whoever keeps the accounts."
    )


def _back() -> str:
    """Our address for the return: one, in whatever language people work, so that it can be registered."""
    with override(settings.LANGUAGE_CODE):
        return f"{settings.SITE_URL}{reverse('staff_desk:agency_back')}"


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    messages.error(request, str(refusal))
    return redirect("staff_desk:sign_in")


def _address(request: HttpRequest) -> str:
    return address_for_counting(str(request.META.get("REMOTE_ADDR", "")))


@never_cache
@require_safe
@login_not_required
def agency_start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the agency's provider."""
    wished = request.GET.get("next", "")
    if request.user.is_authenticated or not agency.is_offered():
        return redirect(onward(request, wished))
    refuse_embedded(request)
    count_try(START, _address(request), most=TRIES_PER_ADDRESS)
    begun = agency.begin()
    try:
        there = agency.address(begun, _back())
    except Refusal as refusal:
        return _refused(request, refusal)
    request.session[BEGUN], request.session[WISHED] = asdict(begun), wished
    return HttpResponseRedirect(there)


@never_cache
@require_safe
@login_not_required
def agency_back(request: HttpRequest) -> HttpResponse:
    """Let in whom the provider vouches for and the mapping gives something to do. Each answer counts once."""
    refuse_embedded(request)
    held, wished = request.session.pop(BEGUN, None), request.session.pop(WISHED, "")
    if request.user.is_authenticated:
        return redirect(onward(request, ""))
    if held is None or not agency.is_offered():
        return _refused(request, agency.NotBegunHere())
    count_try(RETURN, _address(request), most=TRIES_PER_ADDRESS)
    try:
        person = agency.finish(agency.Begun(**held), request.GET.dict(), _back())
        account = welcome(actor=SYSTEM, person=person, granted=granted(person.claims))
        if account is None:
            raise NothingGranted
    except Refusal as refusal:
        return _refused(request, refusal)
    for counted in (START, RETURN):
        give_back_try(counted, _address(request))
    return enter(request, account, way="agency", wished=wished)


urls = [
    path("sign-in/agency/", agency_start, name="agency_start"),
    path("sign-in/agency/back/", agency_back, name="agency_back"),
]
