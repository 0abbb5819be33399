"""Signing in beyond the password: the second step, and a passkey in place of both."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from huiying.accounts import passkeys
from huiying.accounts.reads import ways_in
from huiying.accounts.second_step import TRIES, check_code
from huiying.faces.staff_desk.account.challenges import new_challenge, take_challenge
from huiying.faces.staff_desk.account.entering import (
    Waiting,
    enter,
    onward,
    refuse_embedded,
    waiting,
)
from huiying.faces.staff_desk.account.forms import CodeForm, PasskeyForm
from huiying.faces.staff_desk.account.pages import PasskeyPage, SecondStepPage
from huiying.kernel.limits import address_for_counting, count_try, give_back_try
from huiying.kernel.refusals import Refusal

TRIES_PER_ADDRESS = 60


def _step_page(
    request: HttpRequest, who: Waiting, form: CodeForm, passkey_form: PasskeyForm, status: int = 200
) -> HttpResponse:
    held = ways_in(who.account.pk)
    options = ""
    if held.passkeys:
        options = passkeys.options_to_sign_in(new_challenge(request, "second"), who.account)
    page = SecondStepPage(form, passkey_form, options, asks_app=held.codes_since is not None)
    return render(request, "staff_desk/second_step.html", {"page": page}, status=status)


@never_cache
@sensitive_post_parameters()
@login_not_required
def second_step(request: HttpRequest) -> HttpResponse:
    """After the password: a code, or a passkey of this account."""
    who = waiting(request)
    if who is None:
        return redirect("staff_desk:sign_in")
    if request.method != "POST":
        return _step_page(request, who, CodeForm(), PasskeyForm())
    if "answer" in request.POST:
        return _by_passkey(request, who)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _step_page(request, who, form, PasskeyForm(), 422)
    try:
        check_code(who.account, form.cleaned_data["code"])
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return _step_page(request, who, form, PasskeyForm(), refusal.status)
    return enter(request, who.account, way="codes", wished=who.wished)


def _by_passkey(request: HttpRequest, who: Waiting) -> HttpResponse:
    form = PasskeyForm(request.POST)
    count_try("second step", who.account.label, most=TRIES)
    try:
        challenge = take_challenge(request, "second")
        passkeys.check_proved(request.POST["answer"], challenge, who.account)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _step_page(request, who, CodeForm(), form, refusal.status)
    return enter(request, who.account, way="passkey", wished=who.wished)


def _passkey_page(request: HttpRequest, form: PasskeyForm, status: int = 200) -> HttpResponse:
    options = passkeys.options_to_sign_in(new_challenge(request, "sign-in"))
    page = PasskeyPage(form, options)
    return render(request, "staff_desk/passkey.html", {"page": page}, status=status)


@never_cache
@login_not_required
def sign_in_by_passkey(request: HttpRequest) -> HttpResponse:
    """No user name, no password: the passkey knows whose it is, and its owner opens it."""
    wished = request.POST.get("next", request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(onward(request, wished))
    if request.method != "POST":
        refuse_embedded(request)
        return _passkey_page(request, PasskeyForm(initial={"next": wished}))
    form = PasskeyForm(request.POST)
    address = address_for_counting(str(request.META.get("REMOTE_ADDR", "")))
    count_try("passkey address", address, most=TRIES_PER_ADDRESS)
    try:
        challenge = take_challenge(request, "sign-in")
        account = passkeys.check_proved(request.POST.get("answer", ""), challenge)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _passkey_page(request, form, refusal.status)
    give_back_try("passkey address", address)
    return enter(request, account, way="passkey", wished=wished)


urls = [
    path("sign-in/second/", second_step, name="second_step"),
    path("sign-in/passkey/", sign_in_by_passkey, name="sign_in_by_passkey"),
]
