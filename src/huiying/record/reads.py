from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huiying.record.models import Entry


@dataclass(frozen=True, slots=True)
class Said:
    """One entry as it stands; `data` is None where its payload was erased."""

    id: int
    at: datetime
    action: str
    actor: str
    subject: str
    data: dict[str, Any] | None


def entries_about(subjects: Sequence[str], *, most: int = 500) -> list[Said]:
    """The entries on any of `subjects` (labels), oldest first, the newest `most` of them."""
    rows = (
        Entry.objects.filter(subject__in=subjects)
        .order_by("-id")
        .values_list("id", "at", "action", "actor", "subject", "payload__data")[:most]
    )
    said = [Said(*row) for row in rows]
    said.sort(key=lambda each: (each.at, each.id))
    return said


def acts_since(actions: Sequence[str], at: datetime) -> list[tuple[datetime, str, str]]:
    """Time, action and subject of each entry of these actions from `at` on, oldest first."""
    return list(
        Entry.objects.filter(action__in=actions, at__gte=at)
        .order_by("at", "id")
        .values_list("at", "action", "subject")
    )


def count_acts(action: str, *, by: str, since: datetime) -> int:
    """How often the actor with this label has done `action` after `since`."""
    return Entry.objects.filter(action=action, actor=by, at__gt=since).count()


def payloads_left(action: str, *, before: datetime) -> int:
    """How many entries of this action up to a moment still say more than their act."""
    rows = Entry.objects.filter(action=action, at__lte=before, payload__salt__isnull=False)
    return rows.count()
