"""Sealed files: AES-256-GCM in pieces of 64 KiB, so that neither writing nor reading holds a whole file.

Layout: 4 bytes "HYF1", 16 bytes of salt, then the pieces, each with its 16-byte tag. The key of a file
is HKDF(key, salt); its nonces count the pieces and mark the last one, so that pieces can be neither
exchanged nor cut off (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

import secrets
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MARK = b"HYF1"
SALT_BYTES = 16
PIECE = 64 * 1024
TAG_BYTES = 16


class Unreadable(Exception):
    """The file is not what was sealed: cut off, changed, or under another key."""


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(
        HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=b"sealed file").derive(key)
    )


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def seal(source: IO[bytes], key: bytes, bound_to: str) -> Iterator[bytes]:
    """The sealed bytes of `source`, piece by piece; `bound_to` must be known again to open them."""
    salt = secrets.token_bytes(SALT_BYTES)
    cipher = _cipher(key, salt)
    yield MARK + salt
    number, piece = 0, source.read(PIECE)
    while True:
        following = source.read(PIECE)
        yield cipher.encrypt(_nonce(number, last=not following), piece, bound_to.encode())
        if not following:
            return
        number, piece = number + 1, following


def unseal(source: IO[bytes], key: bytes, bound_to: str) -> Iterator[bytes]:
    """What was sealed, piece by piece. Raises Unreadable, at the latest at the end."""
    head = source.read(len(MARK) + SALT_BYTES)
    if len(head) != len(MARK) + SALT_BYTES or not head.startswith(MARK):
        raise Unreadable
    cipher = _cipher(key, head[len(MARK) :])
    number, piece = 0, source.read(PIECE + TAG_BYTES)
    while True:
        following = source.read(PIECE + TAG_BYTES)
        try:
            nonce = _nonce(number, last=not following)
            yield cipher.decrypt(nonce, piece, bound_to.encode())
        except InvalidTag:
            raise Unreadable from None
        if not following:
            return
        number, piece = number + 1, following
