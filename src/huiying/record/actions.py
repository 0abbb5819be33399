"""Writing the record. Not verbs of their own: an entry is part of the act that it tells of."""

import secrets
from typing import Any

from huiying.kernel import time, verbs
from huiying.kernel.actors import Actor
from huiying.record import commitments
from huiying.record.models import Entry, Payload


def write(*, actor: Actor, action: str, subject: str, data: dict[str, Any] | None = None) -> int:
    """Write one entry with its payload and return its id.

    `action` is a code ("case.assigned"), `subject` a label, `data` codes, numbers and labels,
    never a sentence. Raises RuntimeError outside a verb: an entry without its act is a lie.
    """
    if not verbs.running():
        raise RuntimeError("An entry is written inside the verb that it tells of.")
    at = time.now()
    said = data or {}
    salt = secrets.token_bytes(commitments.SALT_BYTES)
    content = commitments.canonical(at, action, actor.label, subject, said)
    entry = Entry.objects.create(
        at=at,
        action=action,
        actor=actor.label,
        subject=subject,
        commitment=commitments.commit(salt, content),
    )
    Payload.objects.create(entry=entry, salt=salt, data=said)
    return entry.pk
