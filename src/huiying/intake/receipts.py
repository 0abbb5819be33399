"""The receipt of a letter: a code to name it, a secret to open it.

The code has 12 digits, the last of them a check digit (ISO 7064 MOD 11,10). The secret is an HMAC of
the code, so a request that is sent again can be shown the same receipt and no secret is stored. Who
calls gets a PIN instead, made the same way from code and a salt; it opens a letter to a clerk alone.
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from stdnum.iso7064 import mod_11_10

from huiying.kernel import keys
from huiying.kernel.identifiers import ALPHABET

CODE_DIGITS = 12
SECRET_LENGTH = 10  # 50 bits
PIN_DIGITS = 6
SALT_BYTES = 16
LOOKALIKES = str.maketrans("iloILO", "110110")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the resident takes away. `again` is True where this very letter had come before."""

    code: str
    secret: str
    received_at: datetime
    submission_label: str
    again: bool = False
    pin: str = ""


@dataclass(frozen=True, slots=True)
class HelperPass:
    """What a helper takes away, beside the code: shown once, stored nowhere."""

    relation: str
    secret: str
    pin: str


def new_code() -> str:
    """A random code; the caller tries again where it is taken."""
    digits = f"{secrets.randbelow(9) + 1}{secrets.randbelow(10**10):010d}"
    return digits + mod_11_10.calc_check_digit(digits)


def secret_of(code: str, key_number: int | None) -> str:
    """The secret that belongs to `code` under ring key `key_number`."""
    digest = hmac.digest(
        keys.for_purpose("receipt secret", key_number), code.encode(), hashlib.sha256
    )
    return _letters(digest)


def _letters(digest: bytes) -> str:
    number = int.from_bytes(digest)
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(SECRET_LENGTH))


def _pin(purpose: str, code: str, salt: bytes, key_number: int | None) -> str:
    digest = hmac.digest(
        keys.for_purpose(purpose, key_number), code.encode() + b"\0" + salt, hashlib.sha256
    )
    return f"{int.from_bytes(digest) % 10**PIN_DIGITS:0{PIN_DIGITS}d}"


def pin_of(code: str, salt: bytes, key_number: int | None) -> str:
    """The PIN that belongs to `code` and `salt` under ring key `key_number`."""
    return _pin("caller pin", code, salt, key_number)


def helper_secret_of(code: str, salt: bytes, key_number: int | None) -> str:
    """The secret by which one helper opens the letter `code`."""
    digest = hmac.digest(
        keys.for_purpose("helper secret", key_number), code.encode() + b"\0" + salt, hashlib.sha256
    )
    return _letters(digest)


def helper_pin_of(code: str, salt: bytes, key_number: int | None) -> str:
    """The PIN by which a clerk opens the letter `code` for one helper."""
    return _pin("helper pin", code, salt, key_number)


def grouped(code: str) -> str:
    """For the eye: `1234 5678 9012`, `k7m2p 9xq4t`, a PIN `123 456`."""
    sizes = {CODE_DIGITS: 4, PIN_DIGITS: 3} if code.isdigit() else {}
    size = sizes.get(len(code), 5)
    return " ".join(code[start : start + size] for start in range(0, len(code), size))


def read_code(typed: str) -> str | None:
    """The code that somebody typed, whatever the spaces, dashes and digit widths; None if it is none."""
    plain = "".join(
        character for character in unicodedata.normalize("NFKC", typed) if character.isdigit()
    )
    if len(plain) != CODE_DIGITS or not plain.isascii() or not mod_11_10.is_valid(plain):
        return None
    return plain


def read_secret(typed: str) -> str:
    """The secret as typed, folded: full width, capitals, spaces and look-alike letters forgiven."""
    plain = unicodedata.normalize("NFKC", typed).translate(LOOKALIKES).lower()
    return "".join(character for character in plain if character in ALPHABET)


def matches(code: str, key_number: int | None, typed: str) -> bool:
    """Whether `typed` is the secret of `code`, compared in constant time."""
    return hmac.compare_digest(secret_of(code, key_number), read_secret(typed))


def read_pin(typed: str) -> str:
    """The digits of a PIN as typed, of whatever width."""
    plain = unicodedata.normalize("NFKC", typed)
    return "".join(character for character in plain if character.isdigit())


def pin_matches(code: str, salt: bytes, key_number: int | None, typed: str) -> bool:
    """Whether `typed`, in digits of any width, is the PIN of `code`; compared in constant time."""
    return hmac.compare_digest(pin_of(code, salt, key_number).encode(), read_pin(typed).encode())
