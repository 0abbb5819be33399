"""Signing in and out, and one's own account: password and language."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse, translate_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from huiying.accounts import actions as accounts
from huiying.accounts import signing_in
from huiying.accounts.models import Account
from huiying.agencies.reads import Standing
from huiying.faces.look.people import ROLES
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.pages import AccountPage, Helper, SignInPage
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, Refusal

A_YEAR = 365 * 24 * 3600
LONGEST_PASSWORD = 1000


class NeverShown(forms.PasswordInput):
    """A password that is not written back into the page, whatever renders it."""

    def format_value(self, _value: Any) -> str:
        return ""


def _password(label: Any, autocomplete: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=NeverShown(attrs={"autocomplete": autocomplete}),
    )


class SignInForm(forms.Form):
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = _password(gettext_lazy("Password"), "current-password")


class PasswordForm(forms.Form):
    current = _password(gettext_lazy("The password you have now"), "current-password")
    password = _password(gettext_lazy("New password"), "new-password")
    again = _password(gettext_lazy("New password once more"), "new-password")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("password") != said.get("again") and "again" in said:
            self.add_error("again", _("The two new passwords differ."))
        return said


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )


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


def _onward(request: HttpRequest, wished: str) -> str:
    """Where to go after signing in: the page that was asked for, if it is one of ours."""
    ours = url_has_allowed_host_and_scheme(
        wished, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wished if ours and wished.startswith("/") else reverse("staff_desk:queue")


def _sign_in_page(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    password = str(getattr(settings, "DEMO_PASSWORD", "")) if settings.DEMO else ""
    page = SignInPage(form, _helpers(), password)
    return render(request, "staff_desk/sign_in.html", {"page": page}, status=status)


@never_cache
@sensitive_post_parameters("password")
@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in; the session begins anew. A wrong name and a wrong password get the same answer."""
    wished = request.POST.get("next", request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(_onward(request, wished))
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
    login(request, account)
    return redirect(_onward(request, wished))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("staff_desk:sign_in")


def _account_page(
    request: HttpRequest, password_form: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    person: Standing = request.person  # type: ignore[attr-defined]
    page = AccountPage(
        facts=[
            (_("Name"), localized(person.name)),
            (_("User name"), person.username),
            (_("Unit"), localized(person.unit_name) or "—"),
            (_("Roles"), " · ".join(str(ROLES[role]) for role in person.roles) or "—"),
        ],
        password_form=password_form or PasswordForm(),
        language_form=LanguageForm(initial={"language": request.user.language}),  # type: ignore[union-attr]
    )
    return render(request, "staff_desk/account.html", {"page": page}, status=status)


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """One's own account."""
    return _account_page(request)


@sensitive_post_parameters()
@require_POST
def change_password(request: HttpRequest) -> HttpResponse:
    """Give oneself a new password; every other session of this account ends."""
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return _account_page(request, form, 422)
    person: Standing = request.person  # type: ignore[attr-defined]
    said = form.cleaned_data
    try:
        account = signing_in.check(request, username=person.username, password=said["current"])
    except Refusal as refusal:
        form.add_error("current", str(refusal))
        return _account_page(request, form, refusal.status)
    try:
        accounts.set_password(
            actor=actor_of(request), username=person.username, password=said["password"]
        )
    except Invalid as refusal:
        form.add_error("password", str(refusal))
        return _account_page(request, form, 422)
    account = Account.objects.get(pk=person.account_id)
    update_session_auth_hash(request, account)
    messages.success(request, _("Your password is changed. Elsewhere you are signed out."))
    return redirect("staff_desk:account")


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language: for this account, and in this browser for addresses without one."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return redirect("staff_desk:account")
    person: Standing = request.person  # type: ignore[attr-defined]
    language = form.cleaned_data["language"]
    accounts.choose_language(
        actor=actor_of(request), account_id=person.account_id, language=language
    )
    with override(language):
        messages.success(request, _("From now on in this language."))
        response = HttpResponseRedirect(translate_url(reverse("staff_desk:account"), language))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


urls = [
    path("sign-in/", sign_in, name="sign_in"),
    path("sign-out/", sign_out, name="sign_out"),
    path("account/", account, name="account"),
    path("account/password/", change_password, name="change_password"),
    path("account/language/", choose_language, name="choose_language"),
]
