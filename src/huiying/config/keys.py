"""The key ring: from `HUIYING_KEYS`, or from a 0600 file that the embedded default makes for itself."""

import base64
import binascii
import contextlib
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from huiying.config import environment
from huiying.kernel.keys import derive

KEY_BYTES = 32
FILE_NAME = "keys"


def parse(value: str) -> dict[int, bytes]:
    """Read `1:<base64 of 32 bytes>,2:…`; the highest number seals, all open.

    Raises ImproperlyConfigured when a part cannot be read; the message never repeats the key.
    """
    ring: dict[int, bytes] = {}
    for part in value.replace("\n", ",").split(","):
        if not part.strip():
            continue
        number, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
            ring[int(number)] = key
        except (ValueError, binascii.Error):
            raise ImproperlyConfigured(
                "HUIYING_KEYS must look like 1:<base64 of 32 random bytes>; "
                "make one with: huiying doctor --new-key"
            ) from None
        if len(key) != KEY_BYTES:
            raise ImproperlyConfigured(f"Key {number} in HUIYING_KEYS must have {KEY_BYTES} bytes.")
    if not ring:
        raise ImproperlyConfigured("HUIYING_KEYS holds no key.")
    return ring


def new_key() -> str:
    """A fresh key in the form that `parse` reads, without its number."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def load(data: Path) -> dict[int, bytes]:
    """The ring of this installation; makes the file (mode 0600) where neither it nor the variable is."""
    value = environment.text("HUIYING_KEYS")
    if value:
        return parse(value)
    path = data / FILE_NAME
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{FILE_NAME}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"1:{new_key()}\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # the first of two starters wins; both read the same file
        fresh.unlink()
        _keep(data)  # without its key, what is sealed with it is lost
    return parse(path.read_text())


def add(data: Path) -> int:
    """Put a fresh key with the next number into the key file, at once or not at all; its number.

    Raises ImproperlyConfigured where the ring comes from the environment, which only its keeper changes.
    """
    if environment.text("HUIYING_KEYS"):
        raise ImproperlyConfigured(
            "The key ring comes from HUIYING_KEYS. Add the line that `huiying doctor --new-key` "
            "prints to it, everywhere, and restart."
        )
    ring = load(data)
    number = max(ring) + 1
    path = data / FILE_NAME
    fresh = path.with_name(f"{FILE_NAME}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{path.read_text().rstrip()}\n{number}:{new_key()}\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _keep(data)
    return number


def _keep(folder: Path) -> None:
    """Have the disk remember which files are in `folder`."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def secret_key(ring: dict[int, bytes]) -> str:
    """Django's SECRET_KEY, drawn from the newest key for that one purpose (RFC 5869)."""
    return derive(ring[max(ring)], "django secret key").hex()
