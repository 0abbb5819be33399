"""Giving the database back before slow work that does not need it."""

from django.db import connection


def release() -> None:
    """Return this thread's connection to the pool; the next query takes one again.

    Inside a transaction it is needed and stays.
    """
    if not connection.in_atomic_block:
        connection.close()
