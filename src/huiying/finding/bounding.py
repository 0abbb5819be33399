"""A bound on what one search may cost the database: whatever takes longer is broken off, and said so."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from huiying.finding.errors import TooSlow

MILLISECONDS = 2000  # of each statement


@contextmanager
def bounded() -> Iterator[None]:
    """Run what is inside with a time limit on each statement. Raises TooSlow."""
    try:
        with transaction.atomic():
            _limit(MILLISECONDS)
            yield
            _limit(0)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from error
        raise


def _limit(milliseconds: int) -> None:
    """For this transaction alone; 0 is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
