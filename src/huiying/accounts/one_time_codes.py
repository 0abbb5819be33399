"""One-time codes of an app (TOTP, RFC 6238) and the secret behind them; the one module that knows pyotp.

The secret is sealed under the key ring (AES-256-GCM) and bound to its account, before it is turned on as
well as after: what lies in the database or in a page opens for that account alone.
"""

import json
from datetime import datetime, timedelta

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from pyotp.exceptions import OTPVerificationError

from huiying.kernel import ciphers, keys, time

PURPOSE = "second step"
# Clocks differ: the code before and the one after count as well.
WINDOW = 1
TO_TURN_ON = timedelta(minutes=30)


def new_secret() -> str:
    """160 random bits in base 32, as RFC 4226 asks for."""
    return str(pyotp.random_base32(length=32))


def address(secret: str, *, username: str, agency: str) -> str:
    """The `otpauth://` address that an app reads."""
    return str(pyotp.TOTP(secret, name=username, issuer=agency).provisioning_uri())


def picture(content: str) -> str:
    """A QR code as the address of a picture (`data:`), dark on white in every theme."""
    code = segno.make(content, error="m", micro=False)
    return str(code.svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The step (half a minute) whose code this is; None where it is none of those around `at`."""
    try:
        return int(
            pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=at, valid_window=WINDOW)
        )
    except OTPVerificationError:
        return None


def seal(secret: str, account_label: str, key_number: int) -> bytes:
    """The secret sealed for this account."""
    key = keys.for_purpose(PURPOSE, key_number)
    return ciphers.seal(key, secret.encode(), account_label)


def unseal(sealed: bytes, account_label: str, key_number: int) -> str:
    """The secret again. Raises KeyError where the ring lost the key, InvalidTag for another account's."""
    key = keys.for_purpose(PURPOSE, key_number)
    return ciphers.unseal(key, sealed, account_label).decode()


def offer(account_label: str) -> tuple[str, str]:
    """A new secret, and the same sealed for the form that turns it on within half an hour."""
    secret = new_secret()
    number = keys.newest()
    content = json.dumps([secret, time.now().timestamp()])
    return secret, f"{number}.{seal(content, account_label, number).hex()}"


def accept(offered: str, account_label: str) -> str | None:
    """The secret that was offered to this account; None where it is too old or not from here."""
    number, _, sealed = offered.partition(".")
    try:
        content = unseal(bytes.fromhex(sealed), account_label, int(number))
    except (ValueError, KeyError, InvalidTag):
        return None
    secret, offered_at = json.loads(content)
    return str(secret) if time.now().timestamp() - offered_at < TO_TURN_ON.total_seconds() else None
