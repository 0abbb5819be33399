"""What slow work does with this thread's connection: give it back, or hold the work's lock with it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


def release() -> None:
    """Return this thread's connection to the pool; the next query takes one again.

    Inside a transaction it is needed and stays.
    """
    if not connection.in_atomic_block:
        connection.close()


@contextmanager
def alone(work: str) -> Iterator[bool]:
    """Whether nobody else does this work now; nobody begins it while this lasts.

    The lock is the session's, and free again where the process dies. It must not be released meanwhile.
    """
    lock = "(hashtextextended(%s, 0))"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock{lock}", [work])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock{lock}", [work])
