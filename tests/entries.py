"""Checking an entry of the record against its commitment, as an auditor would."""

from huiying.record.commitments import canonical, commit
from huiying.record.models import Entry


def holds(entry_id: int) -> bool:
    """True where the entry's commitment matches its payload; an erased payload cannot be checked."""
    entry = Entry.objects.select_related("payload").get(pk=entry_id)
    payload = entry.payload
    if payload.salt is None:
        return True
    content = canonical(entry.at, entry.action, entry.actor, entry.subject, payload.data)
    return commit(bytes(payload.salt), content) == bytes(entry.commitment)
