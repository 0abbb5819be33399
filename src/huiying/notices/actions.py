"""Putting a notice into the outbox, inside the verb that it tells of."""

from typing import Any

from huiying.kernel import identifiers, time, verbs
from huiying.notices.models import Outgoing


def queue(*, kind: str, recipient: str, language: str, data: dict[str, Any] | None = None) -> int:
    """Write one outbox row and return its id; the worker sends it after the commit.

    Raises RuntimeError outside a verb.
    """
    if not verbs.running():
        raise RuntimeError("A notice is queued inside the verb that it tells of.")
    now = time.now()
    row = Outgoing.objects.create(
        made_at=now,
        due_at=now,
        kind=kind,
        recipient=recipient,
        language=language,
        data=data or {},
        message_id=f"{identifiers.random_label(26)}@huiying",
    )
    return row.pk
