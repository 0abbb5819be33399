"""Whether this process lives, and whether it can serve: for a load balancer, open to everybody, no data."""

import time
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import connection

from huiying.config import migrating

GOOD, BAD = "good", "bad"
SILENT_SECONDS = 60.0
KEPT_SECONDS = 1.0


def worker_silence() -> float | None:
    """Seconds since a worker's last sign of life; None where there never was one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM now() - max(last_heartbeat))::float FROM procrastinate_workers"
        )
        row = cursor.fetchone()
    return None if row is None or row[0] is None else float(row[0])


class Readiness:
    """The state of each part by name, in one word; asked at most once a second.

    That every migration is applied is looked up until it is so: none is ever taken back.
    """

    def __init__(self, pending: Callable[[], int] = migrating.pending) -> None:
        self._pending = pending
        self._migrated = False
        self._known: dict[str, str] = {}
        self._asked = -KEPT_SECONDS

    def parts(self) -> dict[str, str]:
        """`database`, `migrations`, `worker`: good or bad."""
        if time.monotonic() - self._asked >= KEPT_SECONDS:
            self._known = self._look()
            self._asked = time.monotonic()
        return self._known

    def _look(self) -> dict[str, str]:
        try:
            self._migrated = self._migrated or self._pending() == 0
            silence = worker_silence() if self._migrated else None
        except DatabaseError:
            return {"database": BAD, "migrations": BAD, "worker": BAD}
        alive = silence is not None and silence < SILENT_SECONDS
        return {
            "database": GOOD,
            "migrations": GOOD if self._migrated else BAD,
            "worker": GOOD if alive else BAD,
        }


def serves(parts: dict[str, str]) -> bool:
    """A silent worker takes no page away: mails wait, letters come in. It is told, and not counted."""
    return parts["database"] == parts["migrations"] == GOOD
