"""Sessions of staff: twelve hours at most, and an hour (a setting) without use.

They live by Django's own clock, as everything else in its sessions does.
"""

from datetime import datetime, timedelta
from typing import Any, override

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db.models import CharField, DateTimeField, QuerySet
from django.utils import timezone

from huiying.accounts.models import StaffSession
from huiying.kernel.kept_queries import Given, KeptQuery

# Somebody who has begun to sign in has this long to finish.
BEFORE_SIGN_IN = timedelta(minutes=10)
# The last use is written down this often at most: a write a page would cost more than the page.
NOTED_EVERY = timedelta(minutes=1)
STARTED, USED = "started", "used"


def _held(*, key: Given | str, now: Given | datetime) -> QuerySet[StaffSession]:
    return StaffSession.objects.filter(session_key=key, expire_date__gt=now)


HELD = KeptQuery(_held, key=CharField(), now=DateTimeField())


class SessionStore(db.SessionStore):
    """Django's store in the database, with whose session it is and when it was begun and used."""

    @override
    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        return StaffSession

    @override
    def _get_session_from_db(  # type: ignore[misc] # Django's own, which its stubs do not name
        self,
    ) -> StaffSession | None:
        """The session of this key, where it has not ended; otherwise a new one is begun."""
        key = self.session_key or ""
        # No key of ours, and nothing that the database can be asked for.
        found = [] if "\0" in key else HELD.rows(key=key, now=timezone.now())
        if not found:
            self._session_key = None
        return found[0] if found else None

    @override
    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        if SESSION_KEY in data and STARTED not in data:
            data[STARTED] = data[USED] = timezone.now().isoformat()
        row = super().create_model_instance(data)
        if isinstance(row, StaffSession) and SESSION_KEY in data:
            row.account_id = int(data[SESSION_KEY])
            row.started_at = datetime.fromisoformat(data[STARTED])
            row.used_at = datetime.fromisoformat(data[USED])
        return row

    @override
    def get_expiry_date(self, **_more: Any) -> datetime:
        """When it ends if it is not used again."""
        if SESSION_KEY not in self:
            return timezone.now() + BEFORE_SIGN_IN
        now = timezone.now().isoformat()
        started = datetime.fromisoformat(self.get(STARTED, now))
        used = datetime.fromisoformat(self.get(USED, now))
        longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
        idle = timedelta(minutes=settings.IDLE_MINUTES)
        return min(started + longest, used + idle)

    @override
    def get_expiry_age(self, **_more: Any) -> int:
        return max(0, int((self.get_expiry_date() - timezone.now()).total_seconds()))


def is_signed_in(key: str) -> bool:
    """Whether the session with this key is somebody's and has not ended: one query, and nothing read."""
    held = StaffSession.objects.filter(session_key=key, account__isnull=False)
    return bool(key) and "\0" not in key and held.filter(expire_date__gt=timezone.now()).exists()


def note_use(session: SessionBase) -> None:
    """Remember that this session was used now, so that it stays open."""
    now = timezone.now()
    if now - datetime.fromisoformat(session.get(USED, now.isoformat())) >= NOTED_EVERY:
        session[USED] = now.isoformat()


def end_sessions(account_id: int, *, keep: str = "") -> int:
    """End the sessions of an account, but for the one with the key `keep`; how many there were.

    Part of the verb that changes what the account may do or how it signs in.
    """
    held = StaffSession.objects.filter(account_id=account_id).exclude(session_key=keep)
    gone, _ = held.delete()
    return gone
