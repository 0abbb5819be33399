"""Seeing that somebody waits for a lock: what a race needs instead of a span of time."""

from django.db import connection

from tests.engine.commands import eventually

PATIENCE = 60
# In this test's own database: other processes test on the same server.
WAITS = """
SELECT EXISTS (
  SELECT FROM pg_stat_activity
  WHERE wait_event_type = 'Lock' AND datname = current_database()
)
"""


def somebody_waits() -> bool:
    """Whether another session of this database waits for a lock at this moment."""
    with connection.cursor() as cursor:
        # Within a transaction the sessions are those of the first look, and of none that came later.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITS)
        return bool(cursor.fetchone()[0])


def until_somebody_waits() -> None:
    eventually(somebody_waits, PATIENCE, "somebody waits for a lock")
