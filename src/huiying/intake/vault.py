"""The vault: one random key per submission, wrapped under the key ring (AES-256-GCM throughout).

Nothing here is logged, and nothing here is called by a page: contact data is opened by the resolver
at the moment of sending, and by the one verb that shows one contact to one clerk; words by `opening`. A
test keeps the list of modules that may open it.
"""

import functools
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.models import CharField, QuerySet

from huiying.intake.models import Contact, Seal, Submission
from huiying.intake.ways import plain_number
from huiying.kernel import keys
from huiying.kernel.ciphers import NONCE_BYTES, seal, unseal
from huiying.kernel.inserting import new_row
from huiying.kernel.kept_queries import Given, KeptQuery
from huiying.notices.states import HAND_WAYS, Way

KEY_BYTES = 32


@functools.lru_cache(maxsize=64)
def _ring_cipher(key: bytes) -> AESGCM:
    """For keys of the ring alone: they stay in memory anyhow."""
    return AESGCM(key)


def wrap(key: bytes, number: int, label: str) -> bytes:
    """A letter's key under key `number` of the ring, for its seal."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    ring = _ring_cipher(keys.for_purpose("vault", number))
    return nonce + ring.encrypt(nonce, key, label.encode())


def unwrap(wrapped: bytes, number: int, label: str) -> bytes:
    """What `wrap` wrapped. Raises KeyError where the ring does not hold `number`."""
    ring = _ring_cipher(keys.for_purpose("vault", number))
    return ring.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], label.encode())


def new_key() -> bytes:
    """A random key for one letter."""
    return secrets.token_bytes(KEY_BYTES)


def new_seal(submission: Submission) -> tuple[Seal, bytes]:
    """A key for a new letter: the row that keeps it, and itself."""
    key, number = new_key(), keys.newest()
    wrapped = wrap(key, number, submission.label)
    return new_row(Seal, submission=submission, key_number=number, wrapped=wrapped), key


def replace_contact(submission: Submission, contact: dict[str, str]) -> None:
    """Seal another contact in the place of what was left; none where it is empty. Inside a verb that
    holds the submission.
    """
    Contact.objects.filter(submission=submission).delete()
    if contact:
        contact_row(submission, key_for(submission), contact).save(force_insert=True)


def contact_row(submission: Submission, key: bytes, contact: dict[str, str]) -> Contact:
    """The contact of this submission, by kind ("email", "phone"), sealed under its key."""
    content = json.dumps(contact).encode()
    return new_row(Contact, submission=submission, sealed=seal(key, content, submission.label))


def _left(*, label: Given) -> QuerySet[Submission, tuple[Any, ...]]:
    """(how its writer hears of news, the sealed contact, the number of the ring's key, the wrapped key)."""
    return Submission.objects.filter(label=label).values_list(
        "hears_by", "contact__sealed", "seal__key_number", "seal__wrapped"
    )


# Each notice asks this; put together anew each time it cost more than opening what it finds.
LEFT = KeptQuery(_left, label=CharField())


def email_of(label: str) -> str | None:
    """The address behind "submission:…", for sending and nothing else; None where there is none."""
    return contact_of(label.removeprefix("submission:")).get("email")


def way_to(label: str) -> tuple[Way, str] | None:
    """How the writer of "submission:…" hears of news, and where, for sending and nothing else.

    None where nothing is sent; no address where a clerk brings it, who asks for it then. Who was never
    asked hears by mail, where they left an address.
    """
    plain = label.removeprefix("submission:")
    found = LEFT.rows(label=plain)
    if not found:
        return None
    hears_by, *left = found[0]
    if hears_by in ("", Way.MAIL):
        address = _contact_in(plain, *left).get("email")
        return (Way.MAIL, address) if address else None
    if hears_by == Way.SMS:
        number = plain_number(_contact_in(plain, *left).get("phone", ""))
        return (Way.SMS, number) if number else None
    return (Way(hears_by), "") if hears_by in HAND_WAYS else None


def contact_of(label: str) -> dict[str, str]:
    """What the writer of the letter with this label left, by kind ("email"); empty where nothing is."""
    found = LEFT.rows(label=label)
    return _contact_in(label, *found[0][1:]) if found else {}


def _contact_in(
    label: str, sealed: bytes | None, number: int | None, wrapped: bytes | None
) -> dict[str, str]:
    if sealed is None:
        return {}
    if number is None or wrapped is None:
        raise Seal.DoesNotExist
    key = unwrap(bytes(wrapped), number, label)
    found: dict[str, str] = json.loads(unseal(key, bytes(sealed), label))
    return found


def key_for(submission: Submission) -> bytes:
    """The key of this submission, made now where it has none any more; inside a verb.

    The letter is held until the verb ends, so that an erasure reaches what is about to be sealed.
    """
    Submission.objects.select_for_update(no_key=True).only("pk").get(pk=submission.pk)
    row = Seal.objects.filter(submission=submission).first()
    if row is None:
        fresh, _key = new_seal(submission)
        Seal.objects.bulk_create([fresh], ignore_conflicts=True)
        row = Seal.objects.get(submission=submission)
    return _key_in(row, submission.label)


def key_of(submission: Submission) -> bytes:
    """The key of this submission, without a query where its `seal` was read along.

    Raises Seal.DoesNotExist where it has none (any more).
    """
    return _key_in(submission.seal, submission.label)


def _key_in(row: Seal, label: str) -> bytes:
    return unwrap(bytes(row.wrapped), row.key_number, label)


def rewrap(row: Seal) -> None:
    """Wrap one submission's key under the newest ring key, in place and unsaved.

    Raises KeyError where the ring no longer holds the key that wraps it.
    """
    label, number = row.submission.label, keys.newest()
    row.wrapped = wrap(_key_in(row, label), number, label)
    row.key_number = number
