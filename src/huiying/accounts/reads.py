from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from huiying.accounts.models import StaffSession


@dataclass(frozen=True, slots=True)
class SessionShown:
    """One browser in which a person is signed in; `here` is the one that asks."""

    started_at: datetime
    used_at: datetime
    here: bool


def sessions_of(account_id: int, *, here: str) -> list[SessionShown]:
    """Where this person is signed in now: the browser with the key `here` first, then the last used."""
    rows = StaffSession.objects.filter(
        account_id=account_id, expire_date__gt=timezone.now()
    ).order_by("-used_at")
    shown = [
        SessionShown(row.started_at, row.used_at, row.session_key == here)
        for row in rows
        if row.started_at and row.used_at
    ]
    return sorted(shown, key=lambda each: not each.here)
