"""Bringing the database up to the code, and giving the application's role its few rights.

Runs as the owner. Tables belong to the owner's role; the application's may do to each what its model
says in `database_rights`, and what is not granted there, PostgreSQL refuses.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from django.utils.module_loading import import_string

from huiying.config import databases

LOCK_KEY = 0x6875697969  # "huiyi"; any number that nobody else locks
LOCK_TIMEOUT = "10s"
WAIT_SECONDS = 600
ALL_RIGHTS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
USUAL_RIGHTS = ALL_RIGHTS - {"DELETE"}  # what may be deleted, a model of ours says itself
# Between these two every letter that an older version kept in clear is sealed.
ROOM_FOR_SEALS = ("intake", "0017_words_beside_their_seals")
SEALED_ALONE = ("intake", "0018_words_sealed_alone")
EXCHANGE_BOUND = ("intake", "0019_exchange_bound")
ROOM_FOR_UNSENT = ("accounts", "0008_unsent_words")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Migrated:
    """How many migrations were applied and how many rights changed; whether the roles are two."""

    applied: int
    rights_changed: int
    roles_apart: bool


class KeyLost(Exception):
    """The ring lacks the key of this number, or has another: a letter's own key is wrapped under it."""


def migrate(say: Say) -> Migrated:
    """Apply what is missing, one process at a time, then set the application's rights.

    Raises django.db.OperationalError where a table stays locked for longer than `LOCK_TIMEOUT`, and
    KeyLost where letters that lie in clear cannot be sealed.
    """
    with alone(say):
        missing = pending()
        if missing:
            say(f"Applying {missing} migrations…")
            _seal_letters(say)
            _bind_exchange(say)
            _seal_unfinished(say)
            call_command("migrate", interactive=False, verbosity=0)
        apart = databases.roles_apart()
        if apart:
            changed = grant(str(databases.connection("app")["USER"]))
        else:
            say("Owner and application are one role (set DATABASE_OWNER_URL): no rights are set.")
            changed = 0
        return Migrated(missing, changed, apart)


def _seal_letters(say: Say) -> None:
    """What lies in clear since an older version is sealed before its columns are dropped."""
    if SEALED_ALONE in MigrationRecorder(connection).applied_migrations():
        return
    call_command("migrate", *ROOM_FOR_SEALS, interactive=False, verbosity=0)
    # By its name: this module is read before Django is set up, and letters have models.
    sealed = import_string("huiying.config.sealing_letters.seal_all")(say)
    if sealed:
        say(f"Sealed {sealed:,} letters that lay in clear.")
        say(
            "Without the key ring nobody can read them any more: keep two copies of it, in two places."
        )


def _bind_exchange(say: Say) -> None:
    """Pieces of exchanges that were sealed for their letter alone are sealed for their row."""
    if EXCHANGE_BOUND in MigrationRecorder(connection).applied_migrations():
        return
    if not import_string("huiying.config.binding_exchange.any_exchange")():
        return
    call_command("migrate", *SEALED_ALONE, interactive=False, verbosity=0)
    bound, lost = import_string("huiying.config.binding_exchange.bind_all")()
    if bound:
        say(f"Sealed {bound:,} pieces of exchanges anew, each for its own row.")
    if lost:
        say(f"No key of the ring opens {lost:,} pieces of exchanges: they stay as they are.")


def _seal_unfinished(say: Say) -> None:
    """What staff began to write is sealed before its table is dropped. A new database has no such table."""
    if not import_string("huiying.config.sealing_unfinished.lie_in_clear")():
        return
    call_command("migrate", *ROOM_FOR_UNSENT, interactive=False, verbosity=0)
    if sealed := import_string("huiying.config.sealing_unfinished.seal_unfinished")():
        say(f"Sealed {sealed:,} texts that staff had begun.")


@contextmanager
def alone(say: Say) -> Iterator[None]:
    """Nobody else changes the tables inside; statements wait `LOCK_TIMEOUT` for a table at most.

    May be nested: PostgreSQL counts how often a session holds the lock.
    """
    _take_lock(say)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])


def pending() -> int:
    """How many migrations the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _take_lock(say: Say) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    told = False
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_KEY])
            if cursor.fetchone()[0]:
                return
        if time.monotonic() > deadline:
            raise TimeoutError(f"Another command has been migrating for {WAIT_SECONDS} seconds.")
        if not told:
            say("Another command is migrating; waiting for it…")
            told = True
        time.sleep(0.2)


def wanted_rights() -> dict[str, frozenset[str]]:
    """For each table what the application's role may do; a model's own word goes before the usual."""
    wanted = {MigrationRecorder.Migration._meta.db_table: frozenset({"SELECT"})}
    stated: set[str] = set()
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        own = _stated_rights(model)
        if own is not None:
            wanted[table] = own
            stated.add(table)
        elif table not in stated:
            ours = model.__module__.startswith("huiying.")
            wanted[table] = USUAL_RIGHTS if ours else ALL_RIGHTS
    return wanted


def _stated_rights(model: type[Model]) -> frozenset[str] | None:
    stated: Iterable[str] | None = getattr(model, "database_rights", None)
    if stated is None:
        return None
    rights = frozenset(stated)
    if not rights <= ALL_RIGHTS:
        raise ImproperlyConfigured(
            f"{model.__name__}.database_rights may hold {', '.join(sorted(ALL_RIGHTS))} only."
        )
    return rights


@transaction.atomic
def grant(role: str) -> int:
    """Give `role` exactly the wanted rights, and take back others; how many changed.

    Changes nothing, and locks nothing, where all is as it should be.
    """
    refuse_missing_role(role)
    present = _present_rights(role)
    changes: list[tuple[str, str, str]] = []
    for table, rights in wanted_rights().items():
        if table not in present:
            continue
        changes += [("GRANT", right, table) for right in sorted(rights - present[table])]
        changes += [("REVOKE", right, table) for right in sorted(present[table] - rights)]
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for word, right, table in changes:
            direction = "TO" if word == "GRANT" else "FROM"
            cursor.execute(f"{word} {right} ON {quote(table)} {direction} {quote(role)}")
    return len(changes) + _grant_the_rest(role)


def refuse_missing_role(role: str) -> None:
    """Raise ImproperlyConfigured where the server does not know `role`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            raise ImproperlyConfigured(
                f'The role of DATABASE_URL is missing. Make it with: CREATE ROLE "{role}" LOGIN'
            )


def _present_rights(role: str) -> dict[str, frozenset[str]]:
    """Every table of this schema, with what `role` was given by name."""
    query = """
        SELECT c.relname, array_remove(array_agg(a.privilege_type), NULL)
        FROM pg_class c
        LEFT JOIN LATERAL (
            SELECT privilege_type FROM aclexplode(c.relacl)
            WHERE grantee = (SELECT oid FROM pg_roles WHERE rolname = %s)
        ) a ON true
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
        GROUP BY c.relname
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [role])
        return {table: frozenset(rights) for table, rights in cursor.fetchall()}


def _grant_the_rest(role: str) -> int:
    """The schema, the numbers of new rows, and the functions (procrastinate works through them)."""
    query = """
        SELECT 'USAGE ON SCHEMA ' || current_schema()::regnamespace
        WHERE NOT has_schema_privilege(%(role)s, current_schema()::regnamespace::oid, 'USAGE')
        UNION ALL
        SELECT 'USAGE, SELECT ON SEQUENCE ' || oid::regclass FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace
            AND CASE relkind WHEN 'S' THEN NOT has_sequence_privilege(%(role)s, oid, 'USAGE') END
        UNION ALL
        SELECT 'EXECUTE ON FUNCTION ' || oid::regprocedure FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
            AND NOT has_function_privilege(%(role)s, oid, 'EXECUTE')
    """
    with connection.cursor() as cursor:
        cursor.execute(query, {"role": role})
        missing = [row[0] for row in cursor.fetchall()]
        for right in missing:
            cursor.execute(f"GRANT {right} TO {connection.ops.quote_name(role)}")
    return len(missing)
