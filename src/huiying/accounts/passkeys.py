"""Passkeys (W3C WebAuthn): what a browser is asked, and whether its answer is right.

The one module that knows `webauthn`. Challenges are random, held by the caller for one answer.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from huiying.accounts.models import Account, Passkey
from huiying.kernel import time
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid

CHALLENGE_BYTES = 32


class WrongPasskey(Invalid):
    code = "wrong_passkey"
    sentence = _("This passkey was not accepted. Try again, or sign in another way.")


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What is kept of a passkey that a browser has just made."""

    credential: bytes
    public_key: bytes
    counter: int


def new_challenge() -> str:
    """Random hex digits that the browser has to sign."""
    return secrets.token_hex(CHALLENGE_BYTES)


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or ""


def _known(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=bytes(each.credential)) for each in passkeys]


def options_to_make(account: Account, challenge: str) -> str:
    """What a browser needs to make a passkey for this account, as JSON.

    It must hold the account itself (so that it signs in without a user name), and ask for the finger,
    the face or the number that opens it.
    """
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=localized(settings.AGENCY_NAME),
        user_id=account.label.encode(),
        user_name=account.username,
        user_display_name=localized(account.name) or account.username,
        challenge=bytes.fromhex(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_known(Passkey.objects.filter(account=account)),
    )
    return webauthn.options_to_json(options)


def check_made(answer: str, challenge: str) -> NewPasskey:
    """The passkey that a browser has made; raises WrongPasskey."""
    try:
        made = webauthn.verify_registration_response(
            credential=_readable(answer),
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=_host(),
            expected_origin=settings.SITE_URL,
            require_user_verification=True,
        )
    except WebAuthnException:
        raise WrongPasskey from None
    return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count)


def options_to_sign_in(challenge: str, account: Account | None = None) -> str:
    """What a browser needs to prove a passkey, as JSON: one of `account`, or any that it has for us."""
    allowed = _known(Passkey.objects.filter(account=account)) if account else []
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=bytes.fromhex(challenge),
        allow_credentials=allowed,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def check_proved(answer: str, challenge: str, account: Account | None = None) -> Account:
    """Whose passkey signed the challenge; raises WrongPasskey, also for one that is not `account`'s.

    A counter that does not grow betrays a copy, and is refused.
    """
    proof = _readable(answer)
    found = Passkey.objects.select_related("account").filter(
        credential=_credential(proof), account__is_active=True
    )
    passkey = (found.filter(account=account) if account else found).first()
    if passkey is None:
        raise WrongPasskey
    try:
        proved = webauthn.verify_authentication_response(
            credential=proof,
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=_host(),
            expected_origin=settings.SITE_URL,
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.counter,
            require_user_verification=True,
        )
    except WebAuthnException:
        raise WrongPasskey from None
    # Compare and set: of two that show the same counter at once, one is a copy.
    taken = Passkey.objects.filter(pk=passkey.pk, counter=passkey.counter).update(
        counter=proved.new_sign_count, used_at=time.now()
    )
    if not taken:
        raise WrongPasskey
    return passkey.account


def _readable(answer: str) -> dict[str, object]:
    try:
        said = json.loads(answer)
    except ValueError:
        raise WrongPasskey from None
    if not isinstance(said, dict):
        raise WrongPasskey
    return said


def _credential(proof: dict[str, object]) -> bytes:
    try:
        return webauthn.base64url_to_bytes(str(proof.get("rawId", "")))
    except ValueError:
        raise WrongPasskey from None
