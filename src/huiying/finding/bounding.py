"""A bound on what one search may cost the database: whatever takes longer is broken off, and said so."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from huiying.finding.errors import TooSlow

MILLISECONDS = 2000  # of each statement


@contextmanager
def in_one_process() -> Iterator[None]:
    """Run what is inside without helpers of the server: they take longer to start than a search."""
    with transaction.atomic():
        _set("max_parallel_workers_per_gather", 0)
        yield


@contextmanager
def bounded() -> Iterator[None]:
    """Run what is inside with a time limit on each statement. Raises TooSlow."""
    try:
        with in_one_process():
            _set("statement_timeout", MILLISECONDS)
            yield
            _set("statement_timeout", 0)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from error
        raise


def _set(name: str, value: int) -> None:
    """For this transaction alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, str(value)])
