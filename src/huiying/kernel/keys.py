"""Keys for one purpose each, drawn from the installation's key ring (HKDF, RFC 5869)."""

import functools
import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def derive(key: bytes, purpose: str, *, length: int = 32) -> bytes:
    """A key of `length` bytes that serves `purpose` and tells nothing about `key`."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=purpose.encode()).derive(
        key
    )


def newest() -> int:
    """The number of the key that seals new things."""
    return int(max(settings.KEY_RING))


def for_purpose(purpose: str, number: int | None = None) -> bytes:
    """The key for `purpose` under ring key `number` (the newest where none is named).

    Raises KeyError when the ring no longer holds that number.
    """
    return _derived(settings.KEY_RING[newest() if number is None else number], purpose)


_derived = functools.lru_cache(maxsize=64)(derive)


def drawn(purpose: str, name: str, below: int, *, number: int | None = None) -> int:
    """A whole number from 0 on and below `below`: the same for a name and ring key `number` (the newest where
    none is named), and foretold by nobody without that key. Raises KeyError when the ring no longer holds it.
    """
    mark = hmac.digest(for_purpose(purpose, number), name.encode(), "sha256")
    return int.from_bytes(mark[:4]) % below
