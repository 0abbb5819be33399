"""How one signs in: codes from an app, recovery codes, passkeys. Each change asks for the password."""

from collections.abc import Callable

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from huiying.accounts import one_time_codes, passkeys
from huiying.accounts.actions import passkeys as passkey_verbs
from huiying.accounts.actions import second_step as verbs
from huiying.accounts.models import Account
from huiying.accounts.reads import ways_in
from huiying.accounts.second_step import WAY
from huiying.accounts.signing_in import check
from huiying.faces.staff_desk.account.challenges import new_challenge, take_challenge
from huiying.faces.staff_desk.account.forms import (
    ConfirmForm,
    NewPasskeyForm,
    PasskeyForm,
    TurnOnForm,
)
from huiying.faces.staff_desk.account.pages import (
    NewPasskeyPage,
    RecoveryCodesPage,
    SafetyActPage,
    SetUpCodesPage,
)
from huiying.faces.staff_desk.asking import actor_of, before_second_step, person_of
from huiying.kernel.names import localized
from huiying.kernel.refusals import NotFound, Refusal

NAME = "passkey_name"


def _confirmed(request: HttpRequest, form: forms.Form) -> bool:
    """True where the form holds this person's password; else it says what is wrong. Tries are counted."""
    if not form.is_valid():
        return False
    try:
        check(request, username=person_of(request).username, password=form.cleaned_data["current"])
    except Refusal as refusal:
        form.add_error("current", str(refusal))
        return False
    return True


def _refuse_where_off() -> None:
    if settings.SECOND_FACTOR == "off":
        raise NotFound


def _show_codes(request: HttpRequest, lead: str, codes: list[str]) -> HttpResponse:
    page = RecoveryCodesPage(lead, codes)
    return render(request, "staff_desk/recovery_codes.html", {"page": page})


def _set_up_page(request: HttpRequest, page: SetUpCodesPage, status: int = 200) -> HttpResponse:
    return render(request, "staff_desk/set_up_codes.html", {"page": page}, status=status)


def _offer(request: HttpRequest) -> HttpResponse:
    """A new secret as a picture and as text, with the form for its first code."""
    account = Account.objects.get(pk=person_of(request).account_id)
    secret, offered = one_time_codes.offer(account.label)
    return _with_picture(request, TurnOnForm(initial={"offered": offered}), secret)


def _with_picture(
    request: HttpRequest, form: TurnOnForm, secret: str, status: int = 200
) -> HttpResponse:
    content = one_time_codes.address(
        secret, username=person_of(request).username, agency=localized(settings.AGENCY_NAME)
    )
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    page = SetUpCodesPage(form, one_time_codes.picture(content), groups)
    return _set_up_page(request, page, status)


@before_second_step
@never_cache
@sensitive_post_parameters()
def set_up_codes(request: HttpRequest) -> HttpResponse:
    """First the password, then the picture for the app, then its first code."""
    _refuse_where_off()
    if "offered" in request.POST:
        return _turn_on(request)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and _confirmed(request, form):
        return _offer(request)
    return _set_up_page(request, SetUpCodesPage(form), 422 if form.is_bound else 200)


def _turn_on(request: HttpRequest) -> HttpResponse:
    form, person = TurnOnForm(request.POST), person_of(request)
    if form.is_valid():
        try:
            codes = verbs.turn_on_codes(
                actor=actor_of(request),
                account_id=person.account_id,
                offered=form.cleaned_data["offered"],
                code="".join(form.cleaned_data["code"].split()),
                keep=request.session.session_key or "",
            )
        except verbs.WrongCode as refusal:
            form.add_error("code", str(refusal))
        else:
            request.session[WAY] = "codes"
            said = _("From now on, signing in asks for a code of your app.")
            return _show_codes(request, said, codes)
    label = person.actor.label.removeprefix("staff:")
    secret = one_time_codes.accept(request.POST["offered"], label)
    if secret is None:
        raise verbs.OfferedTooLongAgo
    return _with_picture(request, form, secret, 422)


def _act(
    request: HttpRequest,
    page: Callable[[forms.Form], SafetyActPage],
    do: Callable[[], HttpResponse],
) -> HttpResponse:
    """Ask for the password, then do it."""
    _refuse_where_off()
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and _confirmed(request, form):
        return do()
    status = 422 if form.is_bound else 200
    return render(request, "staff_desk/safety_act.html", {"page": page(form)}, status=status)


@before_second_step
@sensitive_post_parameters()
def turn_off_codes(request: HttpRequest) -> HttpResponse:
    """Signing in asks for no code any more."""

    def page(form: forms.Form) -> SafetyActPage:
        text = _("Then your password alone signs you in, unless you have a passkey.")
        return SafetyActPage(
            _("Turn off codes from an app"), text, _("Turn them off"), "danger", form
        )

    def do() -> HttpResponse:
        verbs.turn_off_codes(actor=actor_of(request), account_id=person_of(request).account_id)
        messages.success(request, _("Signing in asks for no code of an app any more."))
        return redirect("staff_desk:account")

    return _act(request, page, do)


@before_second_step
@never_cache
@sensitive_post_parameters()
def renew_recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes; the old ones are void."""

    def page(form: forms.Form) -> SafetyActPage:
        text = _("You get ten new codes. The ones that you have now are void from then on.")
        return SafetyActPage(_("New recovery codes"), text, _("Make new codes"), "primary", form)

    def do() -> HttpResponse:
        codes = verbs.renew_recovery_codes(
            actor=actor_of(request), account_id=person_of(request).account_id
        )
        return _show_codes(request, _("The codes that you had before are void."), codes)

    return _act(request, page, do)


@before_second_step
@sensitive_post_parameters()
def remove_passkey(request: HttpRequest, label: str) -> HttpResponse:
    """This passkey signs in no more."""
    account_id = person_of(request).account_id
    held = {each.label: each for each in ways_in(account_id).passkeys}
    if label not in held:
        raise NotFound

    def page(form: forms.Form) -> SafetyActPage:
        title = _("Remove the passkey “%(name)s”") % {"name": held[label].name}
        text = _("It signs in no more. Delete it on the device as well.")
        return SafetyActPage(title, text, _("Remove it"), "danger", form)

    def do() -> HttpResponse:
        passkey_verbs.remove_passkey(actor=actor_of(request), account_id=account_id, label=label)
        messages.success(request, _("The passkey is removed."))
        return redirect("staff_desk:account")

    return _act(request, page, do)


def _new_passkey_page(
    request: HttpRequest, form: forms.Form, status: int = 200, *, making: bool = False
) -> HttpResponse:
    options = ""
    if making:
        account = Account.objects.get(pk=person_of(request).account_id)
        options = passkeys.options_to_make(account, new_challenge(request, "make"))
    page = NewPasskeyPage(form, options)
    return render(request, "staff_desk/new_passkey.html", {"page": page}, status=status)


@before_second_step
@never_cache
@sensitive_post_parameters()
def new_passkey(request: HttpRequest) -> HttpResponse:
    """First a name and the password, then the browser makes it."""
    _refuse_where_off()
    if "answer" in request.POST:
        return _add(request)
    form = NewPasskeyForm(request.POST or None)
    if request.method == "POST" and _confirmed(request, form):
        request.session[NAME] = form.cleaned_data["name"]
        return _new_passkey_page(request, PasskeyForm(), making=True)
    return _new_passkey_page(request, form, 422 if form.is_bound else 200)


def _add(request: HttpRequest) -> HttpResponse:
    # Both stand there only since the password was right, and serve one answer: whatever comes of it, the
    # next one asks for the password again.
    name = request.session.pop(NAME, "")
    try:
        challenge = take_challenge(request, "make")
        if not name:
            raise passkeys.WrongPasskey
        made = passkeys.check_made(request.POST["answer"], challenge)
        codes = passkey_verbs.add_passkey(
            actor=actor_of(request), account_id=person_of(request).account_id, name=name, made=made
        )
    except Refusal as refusal:
        form = NewPasskeyForm({"name": name})
        form.errors.clear()
        form.add_error(None, str(refusal))
        return _new_passkey_page(request, form, refusal.status)
    request.session[WAY] = "passkey"
    messages.success(
        request, _("The passkey “%(name)s” signs you in from now on.") % {"name": name}
    )
    if not codes:
        return redirect("staff_desk:account")
    return _show_codes(
        request, _("If you lose every device with a passkey, these let you in."), codes
    )


urls = [
    path("account/codes/", set_up_codes, name="set_up_codes"),
    path("account/codes/off/", turn_off_codes, name="turn_off_codes"),
    path("account/recovery-codes/", renew_recovery_codes, name="renew_recovery_codes"),
    path("account/passkeys/", new_passkey, name="new_passkey"),
    path("account/passkeys/<slug:label>/", remove_passkey, name="remove_passkey"),
]
