"""Signing in and out."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from huiying.accounts import agency_sign_in as agency
from huiying.accounts import signing_in
from huiying.accounts.second_step import WAY
from huiying.faces.staff_desk.account.entering import after_password, onward
from huiying.faces.staff_desk.account.forms import password_field
from huiying.faces.staff_desk.asking import before_second_step
from huiying.faces.staff_desk.pages import Helper, SignInPage
from huiying.kernel.names import localized
from huiying.kernel.refusals import Refusal

LEFT = "left"


class SignInForm(forms.Form):
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = password_field(gettext_lazy("Password"), "current-password")


@cache
def _featured() -> tuple[dict[str, Any], ...]:
    listed = resources.files("huiying.sample").joinpath("accounts.toml").read_text("utf-8")
    return tuple(each for each in tomllib.loads(listed)["account"] if each.get("featured"))


def _helpers() -> list[Helper]:
    """The accounts that a demo shows to whoever wants to look; nobody outside a demo."""
    if not settings.DEMO:
        return []
    return [
        Helper(
            localized(each["name"]),
            each["username"],
            f"{reverse('staff_desk:sign_in')}?{urlencode({'as': each['username']})}",
        )
        for each in _featured()
    ]


def _leaving(request: HttpRequest) -> str:
    """Where to sign out of the agency's sign-in too, just after signing out here."""
    if request.GET.get(LEFT) != "agency" or not agency.is_offered():
        return ""
    return agency.leaving_address(f"{settings.SITE_URL}{reverse('staff_desk:sign_in')}")


def _sign_in_page(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    password = str(getattr(settings, "DEMO_PASSWORD", "")) if settings.DEMO else ""
    asked = {"next": form["next"].value()} if form["next"].value() else {}
    by_passkey = reverse("staff_desk:sign_in_by_passkey", query=asked)
    by_agency = reverse("staff_desk:agency_start", query=asked)
    page = SignInPage(
        form,
        _helpers(),
        password,
        passkey_url="" if settings.SECOND_FACTOR == "off" else by_passkey,
        agency_url=by_agency if agency.is_offered() else "",
        left_agency=request.GET.get(LEFT) == "agency" and agency.is_offered(),
        leave_url=_leaving(request),
    )
    return render(request, "staff_desk/sign_in.html", {"page": page}, status=status)


@never_cache
@sensitive_post_parameters("password")
@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in; the session begins anew. A wrong name and a wrong password get the same answer."""
    wished = request.POST.get("next", request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(onward(request, wished))
    if request.method != "POST":
        chosen = request.GET.get("as", "") if settings.DEMO else ""
        form = SignInForm(initial={"next": wished, "username": chosen})
        return _sign_in_page(request, form)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form, 422)
    said = form.cleaned_data
    try:
        account = signing_in.check(request, username=said["username"], password=said["password"])
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _sign_in_page(request, form, refusal.status)
    return after_password(request, account, wished)


@before_second_step
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session. Whoever came by the agency's sign-in is told that it goes on there."""
    by_agency = request.session.get(WAY) == "agency"
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect(reverse("staff_desk:sign_in", query={LEFT: "agency"} if by_agency else {}))


urls = [
    path("sign-in/", sign_in, name="sign_in"),
    path("sign-out/", sign_out, name="sign_out"),
]
