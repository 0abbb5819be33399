"""Writing the record. Not verbs of their own: an entry is part of the act that it tells of."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from huiying.kernel import time, verbs
from huiying.kernel.actors import Actor
from huiying.kernel.inserting import insert_together, new_row
from huiying.record import commitments
from huiying.record.models import Entry, Payload

# One statement for both tables: an entry's key is drawn before it is inserted.
MANY = """
WITH given AS MATERIALIZED (
  SELECT nextval('record_entry_id_seq') AS id, action, subject, commitment, salt, data
  FROM unnest(
    %(actions)s::text[], %(subjects)s::text[], %(commitments)s::bytea[], %(salts)s::bytea[],
    %(data)s::text[]
  ) AS new (action, subject, commitment, salt, data)
),
entries AS (
  INSERT INTO record_entry (id, at, action, actor, subject, commitment)
  SELECT id, %(at)s, action, %(actor)s, subject, commitment FROM given
)
INSERT INTO record_payload (entry_id, salt, data) SELECT id, salt, data::jsonb FROM given
"""


def entry_rows(
    *, actor: Actor, action: str, subject: str, data: dict[str, Any] | None = None
) -> tuple[Entry, Payload]:
    """The two rows of one entry, for an act that inserts them with its own; see `write`.

    Raises RuntimeError outside a verb: an entry without its act is a lie.
    """
    if not verbs.running():
        raise RuntimeError("An entry is written inside the verb that it tells of.")
    at = time.now()
    said, salt, commitment = _committed(actor, at, action, subject, data or {})
    entry = new_row(
        Entry, at=at, action=action, actor=actor.label, subject=subject, commitment=commitment
    )
    return entry, new_row(Payload, entry=entry, salt=salt, data=said)


def _committed(
    actor: Actor, at: datetime, action: str, subject: str, data: dict[str, Any]
) -> tuple[dict[str, Any], bytes, bytes]:
    """What the payload says, its salt, and the commitment to it."""
    said = data | ({"via": actor.via} if actor.via else {})
    if actor.spoken_by:
        said["spoken_by"] = actor.spoken_by
    salt = secrets.token_bytes(commitments.SALT_BYTES)
    content = commitments.canonical(at, action, actor.label, subject, said)
    return said, salt, commitments.commit(salt, content)


def write(*, actor: Actor, action: str, subject: str, data: dict[str, Any] | None = None) -> int:
    """Write one entry with its payload and return its id.

    `action` is a code ("case.assigned"), `subject` a label, `data` codes, numbers and labels,
    never a sentence. Raises RuntimeError outside a verb.
    """
    entry, payload = entry_rows(actor=actor, action=action, subject=subject, data=data)
    insert_together(entry, payload)
    return entry.pk


def write_many(*, actor: Actor, told: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
    """Write the entries of one act on many subjects, (action, subject, data) each, with one statement.

    Raises RuntimeError outside a verb.
    """
    if not verbs.running():
        raise RuntimeError("Entries are written inside the verb that they tell of.")
    at = time.now()
    found = [_committed(actor, at, *each) for each in told]
    with connection.cursor() as cursor:
        cursor.execute(
            MANY,
            {
                "at": at,
                "actor": actor.label,
                "actions": [action for action, _subject, _data in told],
                "subjects": [subject for _action, subject, _data in told],
                "commitments": [commitment for _said, _salt, commitment in found],
                "salts": [salt for _said, salt, _commitment in found],
                "data": [json.dumps(said) for said, _salt, _commitment in found],
            },
        )


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
