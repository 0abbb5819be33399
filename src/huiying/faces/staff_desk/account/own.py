"""My account: who I am here, my password, my language, where I am signed in."""

from dataclasses import asdict

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse, translate_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from huiying.accounts import actions as accounts
from huiying.accounts.models import Account
from huiying.accounts.notice_choices import Choices, choices_of
from huiying.accounts.reads import PasskeyShown, SessionShown, WaysIn, sessions_of, ways_in
from huiying.accounts.second_step import WAY, is_missing
from huiying.accounts.signing_in import check
from huiying.faces.look import dates
from huiying.faces.look.people import ROLES
from huiying.faces.staff_desk.account.forms import (
    KeysForm,
    LanguageForm,
    MailForm,
    NoticesForm,
    PasswordForm,
)
from huiying.faces.staff_desk.account.heard import heard
from huiying.faces.staff_desk.account.pages import AccountPage
from huiying.faces.staff_desk.asking import actor_of, before_second_step, person_of
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, Refusal

A_YEAR = 365 * 24 * 3600


def _browser(session: SessionShown) -> tuple[str, str]:
    started = _("Signed in: %(at)s") % {"at": dates.at_time(session.started_at)}
    used = _("Last used: %(at)s") % {"at": dates.since(session.used_at)}
    return _("This browser") if session.here else _("Another browser"), f"{started}\n{used}"


def _steps(ways: WaysIn) -> list[tuple[str, ...]]:
    """The app and the recovery codes: how they stand, and where they are changed."""
    app = _("Codes from an app")
    rows: list[tuple[str, ...]] = []
    if ways.codes_since:
        since = _("On since %(day)s") % {"day": dates.short_day(ways.codes_since)}
        rows += [(app, since, reverse("staff_desk:turn_off_codes"), _("Turn off"))]
    else:
        rows += [(app, _("Off"), reverse("staff_desk:set_up_codes"), _("Set up"))]
    if ways.codes_since or ways.passkeys:
        left = ngettext("%(count)d left", "%(count)d left", ways.recovery_codes_left) % {
            "count": ways.recovery_codes_left
        }
        renew = reverse("staff_desk:renew_recovery_codes")
        rows.append((_("Recovery codes"), left, renew, _("Make new ones")))
    return rows


def _passkey(passkey: PasskeyShown) -> tuple[str, ...]:
    made = _("Added: %(at)s") % {"at": dates.short_day(passkey.made_at)}
    used = _("not used yet") if passkey.used_at is None else dates.since(passkey.used_at)
    times = f"{made}\n" + _("Last used: %(at)s") % {"at": used}
    address = reverse("staff_desk:remove_passkey", args=[passkey.label])
    return passkey.name, times, address, _("Remove")


def account_page(
    request: HttpRequest,
    *,
    password_form: forms.Form | None = None,
    mail_form: forms.Form | None = None,
    notices_form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with a form as it was filled in where it was refused."""
    person = person_of(request)
    sessions = sessions_of(person.account_id, here=request.session.session_key or "")
    ways = ways_in(person.account_id)
    page = AccountPage(
        facts=[
            (_("Name"), localized(person.name)),
            (_("User name"), person.username),
            (_("Unit"), localized(person.unit_name) or "—"),
            (_("Roles"), " · ".join(str(ROLES[role]) for role in person.roles) or "—"),
        ],
        sessions=[_browser(each) for each in sessions],
        steps=_steps(ways),
        passkeys=[_passkey(each) for each in ways.passkeys],
        must=is_missing(person.roles, request.session.get(WAY, "")),
        elsewhere=ways.elsewhere,
        offers_steps=settings.SECOND_FACTOR != "off" and not ways.elsewhere,
        password_form=password_form or PasswordForm(),
        mail_form=mail_form or MailForm(initial={"email": ways.email}),
        notices_form=notices_form or NoticesForm(initial=asdict(choices_of(person.actor.label))),
        heard=heard(person.actor.label),
        language_form=LanguageForm(initial={"language": request.user.language}),  # type: ignore[union-attr]
        keys_form=KeysForm(initial={"single_keys": person.single_keys}),
    )
    return render(request, "staff_desk/account.html", {"page": page}, status=status)


@before_second_step
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """One's own account."""
    return account_page(request)


@before_second_step
@sensitive_post_parameters()
@require_POST
def change_password(request: HttpRequest) -> HttpResponse:
    """Give oneself a new password; every other session of this account ends."""
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return account_page(request, password_form=form, status=422)
    person = person_of(request)
    said = form.cleaned_data
    try:
        account = check(request, username=person.username, password=said["current"])
    except Refusal as refusal:
        form.add_error("current", str(refusal))
        return account_page(request, password_form=form, status=refusal.status)
    try:
        accounts.set_password(
            actor=actor_of(request),
            username=person.username,
            password=said["password"],
            keep=request.session.session_key or "",
        )
    except Invalid as refusal:
        form.add_error("password", str(refusal))
        return account_page(request, password_form=form, status=422)
    account = Account.objects.get(pk=person.account_id)
    update_session_auth_hash(request, account)
    messages.success(request, _("Your password is changed. Elsewhere you are signed out."))
    return redirect("staff_desk:account")


@before_second_step
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language: for this account, and in this browser for addresses without one."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return redirect("staff_desk:account")
    person = person_of(request)
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


@require_POST
def choose_single_keys(request: HttpRequest) -> HttpResponse:
    """Switch shortcuts of a single key on or off for this account."""
    form = KeysForm(request.POST)
    if form.is_valid():
        work = form.cleaned_data["single_keys"]
        account_id = person_of(request).account_id
        accounts.choose_single_keys(actor=actor_of(request), account_id=account_id, work=work)
        messages.success(request, _("Remembered for your account."))
    return redirect("staff_desk:account")


@before_second_step
@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End every other session of this account."""
    ended = accounts.sign_out_elsewhere(
        actor=actor_of(request),
        account_id=person_of(request).account_id,
        keep=request.session.session_key or "",
    )
    said = _("Elsewhere you are signed out.") if ended else _("You were signed in nowhere else.")
    messages.success(request, said)
    return redirect("staff_desk:account")


@before_second_step
@require_POST
def give_mail_address(request: HttpRequest) -> HttpResponse:
    """Say where notices about this account go."""
    form = MailForm(request.POST)
    if not form.is_valid():
        return account_page(request, mail_form=form, status=422)
    accounts.give_mail_address(
        actor=actor_of(request),
        username=person_of(request).username,
        email=form.cleaned_data["email"],
    )
    messages.success(request, _("Your mail address is noted."))
    return redirect("staff_desk:account")


@require_POST
def choose_notices(request: HttpRequest) -> HttpResponse:
    """Choose which notices one gets, and when."""
    form, person = NoticesForm(request.POST), person_of(request)
    if form.is_valid():
        chosen = Choices(**form.cleaned_data)
        try:
            accounts.choose_notices(
                actor=actor_of(request), account_id=person.account_id, chosen=chosen
            )
        except Invalid as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Remembered for your account."))
            return redirect("staff_desk:account")
    return account_page(request, notices_form=form, status=422)


urls = [
    path("account/", account, name="account"),
    path("account/password/", change_password, name="change_password"),
    path("account/language/", choose_language, name="choose_language"),
    path("account/keys/", choose_single_keys, name="choose_single_keys"),
    path("account/notices/", choose_notices, name="choose_notices"),
    path("account/mail/", give_mail_address, name="give_mail_address"),
    path("account/elsewhere/", sign_out_elsewhere, name="sign_out_elsewhere"),
]
