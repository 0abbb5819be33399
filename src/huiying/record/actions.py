"""Writing the record. Not verbs of their own: an entry is part of the act that it tells of."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from huiying.kernel import time, verbs
from huiying.kernel.actors import Actor
from huiying.kernel.inserting import insert_together
from huiying.record import commitments
from huiying.record.models import Entry, Payload


def entry_rows(
    *, actor: Actor, action: str, subject: str, data: dict[str, Any] | None = None
) -> tuple[Entry, Payload]:
    """The two rows of one entry, for an act that inserts them with its own; see `write`.

    Raises RuntimeError outside a verb: an entry without its act is a lie.
    """
    if not verbs.running():
        raise RuntimeError("An entry is written inside the verb that it tells of.")
    at = time.now()
    said = (data or {}) | ({"via": actor.via} if actor.via else {})
    salt = secrets.token_bytes(commitments.SALT_BYTES)
    content = commitments.canonical(at, action, actor.label, subject, said)
    entry = Entry(
        at=at,
        action=action,
        actor=actor.label,
        subject=subject,
        commitment=commitments.commit(salt, content),
    )
    return entry, Payload(entry=entry, salt=salt, data=said)


def write(*, actor: Actor, action: str, subject: str, data: dict[str, Any] | None = None) -> int:
    """Write one entry with its payload and return its id.

    `action` is a code ("case.assigned"), `subject` a label, `data` codes, numbers and labels,
    never a sentence. Raises RuntimeError outside a verb.
    """
    entry, payload = entry_rows(actor=actor, action=action, subject=subject, data=data)
    insert_together(entry, payload)
    return entry.pk


def write_together(rows: Sequence[tuple[Entry, Payload]]) -> None:
    """Write the entries of one act on many subjects, each from `entry_rows`, with two statements."""
    Entry.objects.bulk_create([entry for entry, _payload in rows])
    for entry, payload in rows:
        payload.entry = entry
    Payload.objects.bulk_create([payload for _entry, payload in rows])


def erase_payloads(subjects: Sequence[str]) -> int:
    """Erase what the entries on these subjects say beyond their act, with its salt; how many.

    The entries and their commitments stay. Raises RuntimeError outside a verb.
    """
    return _erase_payloads(Entry.objects.filter(subject__in=subjects))


def erase_payloads_of(action: str, *, before: datetime) -> int:
    """The same of the entries of one action up to a moment."""
    return _erase_payloads(Entry.objects.filter(action=action, at__lte=before))


def _erase_payloads(entries: QuerySet[Entry]) -> int:
    if not verbs.running():
        raise RuntimeError("A payload is erased inside the verb that says so.")
    return Payload.objects.filter(entry__in=entries, salt__isnull=False).update(
        salt=None, data=None
    )
