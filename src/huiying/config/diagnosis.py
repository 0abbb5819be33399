"""What `huiying doctor` looks at once Django is set up: the database, the worker, the services."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from huiying.casework.sight import stranded_complaints
from huiying.config import migrating
from huiying.config.embedded.cluster import OLDEST_MAJOR
from huiying.config.findings import Finding, State, graded
from huiying.config.health import SILENT_SECONDS, worker_silence
from huiying.config.letter_checks import examine_letters
from huiying.config.middleware import UNKNOWN_PROXY
from huiying.config.outside import examine_outside
from huiying.finding.following import left_to_make_anew
from huiying.intake.models import Attachment, LooseFile
from huiying.kernel.limits import noted_today
from huiying.notices.models import Outgoing
from huiying.record.models import Entry

MEBIBYTE = 1024 * 1024
LITTLE_SPACE = 2048 * MEBIBYTE
NO_SPACE = 200 * MEBIBYTE
OVERDUE = timedelta(minutes=10)
MOST_NAMED = 20


def examine() -> list[Finding]:
    """Every finding; those that ask the database end with the first that it cannot answer."""
    findings = [*_account(), *_space(), *_settings(), *examine_outside()]
    try:
        for look in DATABASE_LOOKS:
            findings += look()
    except DatabaseError as error:
        findings.append(
            Finding(
                "database",
                State.broken,
                f"The database does not answer: {str(error).strip().splitlines()[0]}",
                "Check DATABASE_URL and that the server runs, then huiying migrate.",
            )
        )
    return findings


def before_upgrade() -> list[Finding]:
    """What must be well before tables change: disk, settings and server; asks no table of ours."""
    return [*_space(), *_settings(), *_server()]


def others_connected() -> list[str]:
    """The names of the other programs that have a session in this database, with their number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(nullif(application_name, ''), 'a program without a name'), count(*)"
            " FROM pg_stat_activity WHERE datname = current_database()"
            " AND usesysid IS NOT NULL AND pid <> pg_backend_pid()"
            " GROUP BY 1 ORDER BY 1"
        )
        return [f"{name} ({number})" for name, number in cursor.fetchall()]


def _space() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.DATA).free
    yield graded(
        "disk",
        State.broken if free < NO_SPACE else State.warning,
        f"{free // MEBIBYTE:,} MiB are free for {settings.DATA}.",
        f"Only {free // MEBIBYTE:,} MiB are free for {settings.DATA}.",
        "Make room, or move the data folder to a larger disk.",
        well=free >= LITTLE_SPACE,
    )


def _settings() -> Iterator[Finding]:
    messages = run_checks()
    for message in messages:
        state = State.warning if message.level <= WARNING else State.broken
        yield Finding(message.id or "settings", state, str(message.msg), message.hint or "")
    if not messages:
        yield Finding("settings", State.good, "Django finds nothing to say about the settings.")


def _server() -> Iterator[Finding]:
    version, number, encoding, sees_chinese = _row(
        "SELECT current_setting('server_version'), current_setting('server_version_num')::int,"
        " current_setting('server_encoding'), '回' ~ '[[:alpha:]]'"
    )
    yield graded(
        "database",
        State.broken,
        f"PostgreSQL {version} answers.",
        f"PostgreSQL {version} is too old.",
        f"Huiying needs PostgreSQL {OLDEST_MAJOR} or newer.",
        well=number // 10000 >= OLDEST_MAJOR,
    )
    yield graded(
        "locale",
        State.broken,
        "The database reads Chinese characters as letters.",
        f"The database does not see Chinese (encoding {encoding}, or locale C).",
        "Make a database with ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0, "
        "and copy the data into it.",
        well=bool(sees_chinese) and encoding == "UTF8",
    )


def _migrations() -> Iterator[Finding]:
    missing = migrating.pending()
    yield graded(
        "migrations",
        State.broken,
        "Every migration is applied.",
        f"Migrations that are not applied: {missing}.",
        "Run: huiying migrate",
        well=missing == 0,
    )


def _record() -> Iterator[Finding]:
    table = Entry._meta.db_table
    owns, rights, guards = _row(
        "SELECT pg_has_role((SELECT relowner FROM pg_class WHERE oid = to_regclass(%(table)s)),"
        "   'USAGE'),"
        " ARRAY(SELECT r FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) r"
        "   WHERE has_table_privilege(to_regclass(%(table)s), r)),"
        " (SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass(%(table)s)"
        "   AND NOT tgisinternal AND tgenabled <> 'D')",
        {"table": table},
    )
    yield graded(
        "roles",
        State.warning,
        "The application's role does not own the tables.",
        "The application's role owns the tables: triggers alone protect the record, "
        "and an owner can disable them.",
        "Keep this role as the owner in DATABASE_OWNER_URL, make a second one for DATABASE_URL, "
        "and run: huiying migrate",
        well=not owns,
    )
    yield graded(
        "record",
        State.warning if owns else State.broken,
        "The application's role may not change, delete or empty the record.",
        f"The application's role may {', '.join(rights)} the record.",
        "Run, as the owner: huiying migrate. It takes back what the role should not have.",
        well=not rights,
    )
    yield graded(
        "record triggers",
        State.broken,
        "Triggers refuse any change of the record.",
        f"The table {table} has no enabled trigger against changes.",
        "Somebody has disabled or dropped them. As the owner: "
        f"ALTER TABLE {table} ENABLE TRIGGER ALL, and find out who did.",
        well=guards > 0,
    )


def _worker() -> Iterator[Finding]:
    silent = worker_silence()
    yield graded(
        "worker",
        State.warning,
        "The worker is alive.",
        "No worker is running: no mail is sent and no brief is made.",
        "Start everything with huiying up, or the worker alone with huiying worker.",
        well=silent is not None and silent < SILENT_SECONDS,
    )
    late = Outgoing.objects.filter(ended_at=None, due_at__lt=timezone.now() - OVERDUE).count()
    lost = Outgoing.objects.filter(result="gave_up", again=None).count()
    yield graded(
        "outbox",
        State.warning,
        "No notice is waiting for longer than it should.",
        f"{late} notices wait for more than {OVERDUE.seconds // 60} minutes, {lost} were given up.",
        "See that the worker runs and that the mail server takes its mails.",
        well=not late and not lost,
    )


def _account() -> Iterator[Finding]:
    yield graded(
        "account",
        State.warning,
        "This command does not run as root.",
        "This command runs as root; pages and worker started the same way would, too.",
        "Outside a trial, start huiying as a user of its own: see deploy/systemd.",
        well=os.geteuid() != 0,
    )


def _proxies() -> Iterator[Finding]:
    yield graded(
        "proxies",
        State.warning,
        "No request came through a proxy that HUIYING_PROXIES does not count.",
        "Requests of today name a sender behind a proxy (X-Forwarded-For), but HUIYING_PROXIES is 0.",
        "If a reverse proxy stands in front, set HUIYING_PROXIES to how many: until then all "
        "residents share one address, and its tries. If none does, somebody makes the header up.",
        well=bool(settings.PROXIES) or not noted_today(UNKNOWN_PROXY),
    )


def _complaints() -> Iterator[Finding]:
    numbers = [str(number) for number in stranded_complaints()]
    yield graded(
        "complaints",
        State.warning,
        "Every open complaint about conduct can be seen by somebody who sorts letters.",
        f"Open complaints about conduct that nobody who sorts letters may see: {len(numbers)} "
        f"(cases {', '.join(numbers[:MOST_NAMED])}).",
        "Give somebody whom they do not name the role of dispatcher, or of supervisor of the whole "
        "agency: huiying user roles USERNAME --give dispatcher@UNIT",
        well=not numbers,
    )


def _files() -> Iterator[Finding]:
    since = timezone.now() - OVERDUE
    loose = LooseFile.objects.filter(due_at__lt=since).count()
    small = Attachment.objects.filter(thumbnail="waiting", thumbnail_due_at__lt=since).count()
    yield graded(
        "files",
        State.warning,
        "Small pictures are made and loose files removed in time.",
        f"{small} small pictures wait and {loose} files were not removed for more than "
        f"{OVERDUE.seconds // 60} minutes.",
        "See that the worker runs and can reach the attachments: their folder, or the bucket.",
        well=not loose and not small,
    )


def _search() -> Iterator[Finding]:
    left = left_to_make_anew()
    yield graded(
        "search",
        State.warning,
        "Every text in the search was made by the newest rules.",
        f"Texts in the search that older rules made: {sum(left.values())}.",
        "The worker makes them anew, batch by batch, beside new letters; they are found meanwhile.",
        well=not left,
    )


def _row(query: str, values: dict[str, str] | None = None) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        row: tuple[Any, ...] = cursor.fetchone()
        return row


DATABASE_LOOKS: list[Callable[[], Iterator[Finding]]] = [
    _server,
    _migrations,
    _record,
    _worker,
    _proxies,
    _complaints,
    _files,
    _search,
    examine_letters,
]
