"""From a right password to the desk: straight in, or by way of the second step."""

from dataclasses import dataclass

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from huiying.accounts.models import Account
from huiying.accounts.second_step import WAY, is_asked_of
from huiying.agencies.models import Role
from huiying.agencies.reads import standing_of
from huiying.casework.queues import tabs_of
from huiying.kernel.refusals import NotAllowed

WAITING = "waiting"
OURS = ("same-origin", "none")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody whose password was right and whose second step is not taken yet."""

    account: Account
    wished: str


def first_page(account: Account) -> str:
    """Where somebody's work lies: for who only reviews, the answers that wait; for others the queue."""
    actor = standing_of(account).actor
    only_reviews = actor.has(Role.REVIEWER) and tabs_of(actor)[0].code == "open"
    return reverse("staff_desk:answers" if only_reviews else "staff_desk:queue")


def onward(request: HttpRequest, wished: str, first: str = "") -> str:
    """Where to go after signing in: the page that was asked for, if it is one of ours, or `first`."""
    ours = url_has_allowed_host_and_scheme(
        wished, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wished if ours and wished.startswith("/") else first or reverse("staff_desk:queue")


def refuse_embedded(request: HttpRequest) -> None:
    """Raise NotAllowed where another site's page asks for this address as a picture, a frame or the like.

    A person goes to a page as a document. So another's page neither uses up the tries of an office nor
    begins sessions. Browsers that send no Sec-Fetch headers (W3C Fetch Metadata) are let through.
    """
    goes_to = request.headers.get("Sec-Fetch-Dest", "document")
    if goes_to != "document" and request.headers.get("Sec-Fetch-Site", "none") not in OURS:
        raise NotAllowed


def after_password(request: HttpRequest, account: Account, wished: str) -> HttpResponse:
    """Sign in, or ask for the second step where the account has one."""
    if not is_asked_of(account):
        return enter(request, account, way="password", wished=wished)
    request.session.cycle_key()
    request.session[WAITING] = {"account": account.pk, "wished": wished}
    return redirect("staff_desk:second_step")


def waiting(request: HttpRequest) -> Waiting | None:
    """Who waits at the second step in this browser."""
    held = request.session.get(WAITING)
    if not held:
        return None
    account = Account.objects.filter(pk=held["account"], is_active=True).first()
    return Waiting(account, held["wished"]) if account else None


def enter(request: HttpRequest, account: Account, *, way: str, wished: str) -> HttpResponse:
    """Begin a new session for this account; `way` says how strongly it was proved."""
    request.session.flush()
    login(request, account)
    request.session[WAY] = way
    return redirect(onward(request, wished, first_page(account)))
