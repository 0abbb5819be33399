"""The vault: one random key per submission, wrapped under the key ring (AES-256-GCM throughout).

Nothing here is logged, and nothing here is called by a page: contact data is opened by the resolver
at the moment of sending, and by the one verb that shows one contact to one clerk. A test keeps the list
of modules that may open it.
"""

import json
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huiying.intake.models import Contact, Seal, Submission
from huiying.intake.ways import plain_number
from huiying.kernel import keys
from huiying.notices.states import HAND_WAYS, Way

NONCE_BYTES = 12


def _seal(key: bytes, content: bytes, bound_to: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, bound_to.encode())


def _open(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())


def replace_contact(submission: Submission, contact: dict[str, str]) -> None:
    """Seal another contact in the place of what was left; none where it is empty. Inside a verb that
    holds the submission.
    """
    Contact.objects.filter(submission=submission).delete()
    if contact:
        content = json.dumps(contact).encode()
        sealed = _seal(key_for(submission), content, submission.label)
        Contact.objects.create(submission=submission, sealed=sealed)


def contact_rows(submission: Submission, contact: dict[str, str]) -> tuple[Seal, Contact]:
    """The sealed contact of this submission, by kind ("email", "phone"), and its key, for the verb that
    takes the letter in.
    """
    key = secrets.token_bytes(32)
    number = keys.newest()
    wrapped = _seal(keys.for_purpose("vault", number), key, submission.label)
    seal = Seal(submission=submission, key_number=number, wrapped=wrapped)
    content = json.dumps(contact).encode()
    return seal, Contact(submission=submission, sealed=_seal(key, content, submission.label))


def email_of(label: str) -> str | None:
    """The address behind "submission:…", for sending and nothing else; None where there is none."""
    return contact_of(label.removeprefix("submission:")).get("email")


def way_to(label: str) -> tuple[Way, str] | None:
    """How the writer of "submission:…" hears of news, and where, for sending and nothing else.

    None where nothing is sent; no address where a clerk brings it, who asks for it then. Who was never
    asked hears by mail, where they left an address.
    """
    plain = label.removeprefix("submission:")
    hears_by = Submission.objects.filter(label=plain).values_list("hears_by", flat=True).first()
    if hears_by in ("", Way.MAIL):
        address = email_of(label)
        return (Way.MAIL, address) if address else None
    if hears_by == Way.SMS:
        number = plain_number(contact_of(plain).get("phone", ""))
        return (Way.SMS, number) if number else None
    return (Way(hears_by), "") if hears_by in HAND_WAYS else None


def contact_of(label: str) -> dict[str, str]:
    """What the writer of the letter with this label left, by kind ("email"); empty where nothing is."""
    contact = (
        Contact.objects.select_related("submission__seal").filter(submission__label=label).first()
    )
    if contact is None:
        return {}
    seal = contact.submission.seal
    key = _open(keys.for_purpose("vault", seal.key_number), bytes(seal.wrapped), label)
    found: dict[str, str] = json.loads(_open(key, bytes(contact.sealed), label))
    return found


def key_for(submission: Submission) -> bytes:
    """The key of this submission, made now where it has none yet; inside a verb."""
    number = keys.newest()
    key = secrets.token_bytes(32)
    wrapped = _seal(keys.for_purpose("vault", number), key, submission.label)
    Seal.objects.bulk_create(
        [Seal(submission=submission, key_number=number, wrapped=wrapped)], ignore_conflicts=True
    )
    return key_of(submission)


def key_of(submission: Submission) -> bytes:
    """The key of this submission. Raises Seal.DoesNotExist where it has none (any more)."""
    seal = Seal.objects.get(submission=submission)
    ring = keys.for_purpose("vault", seal.key_number)
    return _open(ring, bytes(seal.wrapped), submission.label)


def rewrap(seal: Seal) -> None:
    """Wrap one submission's key under the newest ring key, in place and unsaved.

    Raises KeyError where the ring no longer holds the key that wraps it.
    """
    label, number = seal.submission.label, keys.newest()
    key = _open(keys.for_purpose("vault", seal.key_number), bytes(seal.wrapped), label)
    seal.wrapped = _seal(keys.for_purpose("vault", number), key, label)
    seal.key_number = number


def seal_key(under: bytes, key: bytes, bound_to: str) -> bytes:
    """`key` sealed under another one, for the row that it belongs to."""
    return _seal(under, key, bound_to)


def open_key(under: bytes, sealed: bytes, bound_to: str) -> bytes:
    """What `seal_key` sealed. Raises InvalidTag under another key or for another row."""
    return _open(under, sealed, bound_to)
