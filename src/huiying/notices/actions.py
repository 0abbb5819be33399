"""Putting a notice into the outbox, inside the verb that it tells of."""

from typing import Any

from huiying.kernel import identifiers, time, verbs
from huiying.notices.models import Outgoing


def notice_row(
    *, kind: str, recipient: str, language: str, data: dict[str, Any] | None = None
) -> Outgoing:
    """One outbox row, for an act that inserts it with its own; see `queue`.

    Raises RuntimeError outside a verb.
    """
    if not verbs.running():
        raise RuntimeError("A notice is queued inside the verb that it tells of.")
    now = time.now()
    return Outgoing(
        made_at=now,
        due_at=now,
        kind=kind,
        recipient=recipient,
        language=language,
        data=data or {},
        message_id=f"{identifiers.random_label(26)}@huiying",
    )


def queue(*, kind: str, recipient: str, language: str, data: dict[str, Any] | None = None) -> int:
    """Write one outbox row and return its id; the worker sends it after the commit.

    Raises RuntimeError outside a verb.
    """
    row = notice_row(kind=kind, recipient=recipient, language=language, data=data)
    row.save(force_insert=True)
    return row.pk
