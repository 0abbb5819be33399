"""One mail a day for who wants it so: what waits for it, and what stands in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huiying.kernel import identifiers, time
from huiying.notices.models import Outgoing
from huiying.notices.states import Result

DIGEST = "digest"
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Gathered:
    """One notice as a line of the mail: its kind and what it told."""

    kind: str
    data: dict[str, Any]


def gather(row: Outgoing, at: datetime) -> None:
    """See that this person's mail of the day is on its way for `at`; the notice is found by it.

    Two at once make one: the database keeps a person to one such mail that has not gone yet. It is held
    until this notice ends: one that is going out at this moment has been written, so another follows it.
    """
    waits = Outgoing.objects.filter(
        recipient=row.recipient, kind=DIGEST, ended_at=None, again_of=None
    )
    while not waits.select_for_update().values_list("pk", flat=True):
        mail = Outgoing(
            made_at=time.now(),
            due_at=at,
            kind=DIGEST,
            recipient=row.recipient,
            language=row.language,
            message_id=f"{identifiers.random_label(26)}@huiying",
        )
        Outgoing.objects.bulk_create([mail], ignore_conflicts=True)


def gathered_in(mail: Outgoing) -> list[Gathered]:
    """What stands in a mail of the day, oldest first; each thing said once."""
    first = mail.again_of or mail
    rows = Outgoing.objects.filter(
        recipient=mail.recipient, result=Result.GATHERED, ended_at__gte=first.made_at
    )
    if first.ended_at is not None:
        rows = rows.filter(ended_at__lte=first.ended_at)
    found: list[Gathered] = []
    for row in rows.order_by("id")[:MOST_LISTED]:
        line = Gathered(row.kind, row.data)
        if line not in found:
            found.append(line)
    return found
