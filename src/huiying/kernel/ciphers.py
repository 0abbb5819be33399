"""Sealing short content under a key (AES-256-GCM), for the row that it is bound to."""

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


def seal(key: bytes, content: bytes, bound_to: str) -> bytes:
    """`content` sealed under `key`, for the row that it is bound to."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, bound_to.encode())


def unseal(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    """What `seal` sealed. Raises InvalidTag under another key or for another row."""
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())
