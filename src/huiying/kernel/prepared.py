"""A statement that every letter needs, planned once a connection."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import RawCursor


def run_prepared(statement: bytes, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """Run `statement`, whose parameters are `$1`, `$2` …, and return its first row.

    Planning a statement of many rows costs more than running it; of one row, as much. The text of
    `statement` must be one of a few: a connection keeps the plans of 100.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, RawCursor(connection.connection) as cursor:
        cursor.execute(statement, values, prepare=True)
        if (
            connection.queries_logged
        ):  # it goes past Django's cursor, and is counted like the others
            connection.queries_log.append({"sql": statement.decode(), "time": ""})
        return cursor.fetchone()
