"""Counting what a database holds, at one moment and in one order, so that a copy can be compared."""

import contextlib
import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from huiying.config.backup.manifest import Holdings
from huiying.record.models import Entry

TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND NOT relispartition
    ORDER BY relname
"""
TRIGGERS = """
    SELECT c.relname || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal
        AND t.tgenabled <> 'D'
    ORDER BY 1
"""
# By convention a column that numbers a key of the ring is a smallint with "key" in its name. Asked of
# the catalogue, since a backup before an upgrade meets tables that are older than the models.
KEY_COLUMNS = """
    SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT c.relispartition AND NOT a.attisdropped
        AND a.atttypid IN ('int2'::regtype, 'int4'::regtype)
        AND a.attname IN ('key_number', 'code_key')
    ORDER BY 1, 2
"""

# Name in the store, SHA-256 of the sealed file in hex where the row has one.
ATTACHED = """
    SELECT file, encode(checksum, 'hex') FROM intake_attachment WHERE file IS NOT NULL
    UNION ALL
    SELECT thumbnail_file, '' FROM intake_attachment WHERE thumbnail_file IS NOT NULL
"""
WAITING = "SELECT file FROM intake_loosefile"


@contextlib.contextmanager
def snapshot() -> Iterator[str]:
    """One moment of the database, for this connection and, by the name given, for pg_dump."""
    with transaction.atomic(durable=True):
        _rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        ((name,),) = _rows("SELECT pg_export_snapshot()")
        yield str(name)


def count(without: list[str]) -> Holdings:
    """Everything but the tables `without`, whose rows are not kept."""
    quote = connection.ops.quote_name
    names = [name for name in tables() if name not in without]
    counted = {}
    for name in names:
        ((rows,),) = _rows(f"SELECT count(*) FROM {quote(name)}")  # noqa: S608 - a name from the catalogue
        counted[name] = int(rows)
    number, digest = entries()
    return Holdings(
        tables=counted,
        entries=number,
        entries_sha256=digest,
        triggers=[str(row[0]) for row in _rows(TRIGGERS)],
        migrations=applied(),
    )


def tables() -> list[str]:
    """The names of all tables of this schema."""
    return [str(row[0]) for row in _rows(TABLES)]


def applied() -> list[str]:
    """Every applied migration as "app.name"."""
    found = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in found)


def server_major() -> int:
    """15, 16, 17, 18…"""
    ((number,),) = _rows("SELECT current_setting('server_version_num')::int / 10000")
    return int(number)


def key_numbers() -> list[int]:
    """The numbers of the ring's keys that some row still needs, by the columns that hold them."""
    quote = connection.ops.quote_name
    found: set[int] = set()
    for table, column in _rows(KEY_COLUMNS):
        name = quote(column)
        query = f"SELECT DISTINCT {name} FROM {quote(table)} WHERE {name} > 0"  # noqa: S608 - names from the catalogue
        found |= {int(row[0]) for row in _rows(query)}
    return sorted(found)


def attached_files() -> dict[str, str]:
    """The files that some row of this moment needs: name, and SHA-256 in hex where it is known."""
    return {str(name): str(sha256) for name, sha256 in _rows(ATTACHED)} if _has_files() else {}


def waiting_files() -> set[str]:
    """The files that wait for a letter, or for the sweeper: they may be there or not."""
    return {str(row[0]) for row in _rows(WAITING)} if _has_files() else set()


def _has_files() -> bool:
    """Before an upgrade the tables may be older than files."""
    return {"intake_attachment", "intake_loosefile"} <= set(tables())


def entries() -> tuple[int, str]:
    """How many, and the hash over their commitments; see Holdings."""
    table = connection.ops.quote_name(Entry._meta.db_table)
    digest, number = hashlib.sha256(), 0
    query = f"COPY (SELECT id, encode(commitment, 'hex') FROM {table} ORDER BY id) TO STDOUT"  # noqa: S608 - our own table
    with connection.cursor() as cursor, cursor.copy(query) as rows:
        for row in rows:
            digest.update(row)
            number += bytes(row).count(b"\n")
    return number, digest.hexdigest()


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall()) if cursor.description else []
