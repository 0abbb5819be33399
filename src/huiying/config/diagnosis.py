"""What `huiying doctor` looks at once Django is set up: the database, the worker, the mail."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from huiying.casework.sight import stranded_complaints
from huiying.config import migrating
from huiying.config.embedded.cluster import OLDEST_MAJOR
from huiying.config.health import SILENT_SECONDS, worker_silence
from huiying.config.middleware import UNKNOWN_PROXY
from huiying.intake import keeping, scanning, uploads
from huiying.intake.models import Attachment, LooseFile
from huiying.kernel.identifiers import random_label
from huiying.kernel.limits import noted_today
from huiying.notices.delivery import longest_sms
from huiying.notices.models import Outgoing
from huiying.notices.posting import is_private
from huiying.notices.sms import segments
from huiying.record.models import Entry

MEBIBYTE = 1024 * 1024
LITTLE_SPACE = 2048 * MEBIBYTE
NO_SPACE = 200 * MEBIBYTE
OVERDUE = timedelta(minutes=10)
MOST_NAMED = 20
MOST_SEGMENTS = 3


class State(StrEnum):
    """How a finding is: `broken` makes the command fail, `warning` does not."""

    good = "good"
    warning = "warning"
    broken = "broken"


@dataclass(frozen=True)
class Finding:
    """One thing that was checked; `mend` says what to do unless it is good."""

    check: str
    state: State
    says: str
    mend: str = ""


def examine() -> list[Finding]:
    """Every finding; those that ask the database end with the first that it cannot answer."""
    looks = (_account, _space, _settings, _mail, _sms, _webhook, _scanner, _bucket)
    findings = [finding for look in looks for finding in look()]
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


def _graded(check: str, worst: State, good: str, bad: str, mend: str, *, well: bool) -> Finding:
    return Finding(check, State.good, good) if well else Finding(check, worst, bad, mend)


def _space() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.DATA).free
    yield _graded(
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


def _mail() -> Iterator[Finding]:
    if settings.MAIL_BACKEND == "webhook":
        return
    if settings.MAIL_BACKEND == "smtp":
        address = f"{settings.SMTP_HOST}:{settings.SMTP_PORT}"
        yield _graded(
            "mail",
            State.broken,
            f"The mail server {address} answers.",
            f"The mail server {address} does not answer.",
            "Check HUIYING_SMTP_HOST and HUIYING_SMTP_PORT.",
            well=_answers(settings.SMTP_HOST, settings.SMTP_PORT),
        )
        return
    folder = Path(settings.MAIL_FOLDER)
    there = folder if folder.exists() else folder.parent
    yield _graded(
        "mail",
        State.broken,
        f"Mails are written to {folder}; none is sent.",
        f"Mails cannot be written to {folder}.",
        "Give the folder to the user that runs huiying, or set HUIYING_MAIL=smtp.",
        well=os.access(there, os.W_OK | os.X_OK),
    )


def _sms() -> Iterator[Finding]:
    if settings.SMS_BACKEND == "http":
        yield _reached("sms", "The SMS gateway", settings.SMS_URL, "HUIYING_SMS_URL")
    if settings.SMS_BACKEND != "off":
        cost = max(map(segments, longest_sms()))
        yield _graded(
            "sms length",
            State.warning,
            f"An SMS to a resident takes at most {cost} segments.",
            f"An SMS to a resident takes up to {cost} segments, each of which is paid for.",
            "Shorten HUIYING_URL, HUIYING_AGENCY_ZH or HUIYING_AGENCY_EN.",
            well=cost <= MOST_SEGMENTS,
        )


def _webhook() -> Iterator[Finding]:
    if "webhook" in {settings.MAIL_BACKEND, settings.SMS_BACKEND}:
        yield _reached(
            "webhook",
            "The program that passes notices on",
            settings.WEBHOOK_URL,
            "HUIYING_WEBHOOK_URL",
        )


def _reached(check: str, what: str, address: str, variable: str) -> Finding:
    """Whether the machine of an address takes connections; nothing is sent to it."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return _graded(
        check,
        State.broken,
        f"{what} at {parts.hostname} answers.",
        f"{what} at {parts.hostname} does not answer.",
        f"Check {variable}, and that this machine may reach it.",
        well=is_private(address) and _answers(parts.hostname or "", port),
    )


def _scanner() -> Iterator[Finding]:
    if settings.CLAMD:
        yield _graded(
            "scanner",
            State.broken,
            f"The virus scanner {settings.CLAMD} answers.",
            f"The virus scanner {settings.CLAMD} does not answer: no file is taken.",
            "Start clamd, or check HUIYING_CLAMD.",
            well=scanning.answers(),
        )


def _bucket() -> Iterator[Finding]:
    if settings.FILES_BUCKET:
        problem = _trouble_with_bucket()
        yield _graded(
            "bucket",
            State.broken,
            f"The bucket {settings.FILES_BUCKET.bucket} takes, gives and removes files.",
            f"The bucket {settings.FILES_BUCKET.bucket} cannot be used: no file is taken. {problem}",
            "Check the settings HUIYING_S3_… and that its key may put, get, delete and list objects.",
            well=not problem,
        )


def _trouble_with_bucket() -> str:
    store, name, content = keeping.store(), random_label(uploads.NAME_LETTERS), b"huiying doctor"
    try:
        store.write(name, [content])
        with store.open(name) as source:
            same = source.read() == content
        store.remove(name)
        next(store.listed(), None)
    except OSError as error:
        return str(error)
    return "" if same else "It gives back other bytes than it was given."


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=5):
            return True
    except OSError:
        return False


def _server() -> Iterator[Finding]:
    version, number, encoding, sees_chinese = _row(
        "SELECT current_setting('server_version'), current_setting('server_version_num')::int,"
        " current_setting('server_encoding'), '回' ~ '[[:alpha:]]'"
    )
    yield _graded(
        "database",
        State.broken,
        f"PostgreSQL {version} answers.",
        f"PostgreSQL {version} is too old.",
        f"Huiying needs PostgreSQL {OLDEST_MAJOR} or newer.",
        well=number // 10000 >= OLDEST_MAJOR,
    )
    yield _graded(
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
    yield _graded(
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
    yield _graded(
        "roles",
        State.warning,
        "The application's role does not own the tables.",
        "The application's role owns the tables: triggers alone protect the record, "
        "and an owner can disable them.",
        "Keep this role as the owner in DATABASE_OWNER_URL, make a second one for DATABASE_URL, "
        "and run: huiying migrate",
        well=not owns,
    )
    yield _graded(
        "record",
        State.warning if owns else State.broken,
        "The application's role may not change, delete or empty the record.",
        f"The application's role may {', '.join(rights)} the record.",
        "Run, as the owner: huiying migrate. It takes back what the role should not have.",
        well=not rights,
    )
    yield _graded(
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
    yield _graded(
        "worker",
        State.warning,
        "The worker is alive.",
        "No worker is running: no mail is sent and no brief is made.",
        "Start everything with huiying up, or the worker alone with huiying worker.",
        well=silent is not None and silent < SILENT_SECONDS,
    )
    late = Outgoing.objects.filter(ended_at=None, due_at__lt=timezone.now() - OVERDUE).count()
    lost = Outgoing.objects.filter(result="gave_up").count()
    yield _graded(
        "outbox",
        State.warning,
        "No notice is waiting for longer than it should.",
        f"{late} notices wait for more than {OVERDUE.seconds // 60} minutes, {lost} were given up.",
        "See that the worker runs and that the mail server takes its mails.",
        well=not late and not lost,
    )


def _account() -> Iterator[Finding]:
    yield _graded(
        "account",
        State.warning,
        "This command does not run as root.",
        "This command runs as root; pages and worker started the same way would, too.",
        "Outside a trial, start huiying as a user of its own: see deploy/systemd.",
        well=os.geteuid() != 0,
    )


def _proxies() -> Iterator[Finding]:
    yield _graded(
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
    yield _graded(
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
    yield _graded(
        "files",
        State.warning,
        "Small pictures are made and loose files removed in time.",
        f"{small} small pictures wait and {loose} files were not removed for more than "
        f"{OVERDUE.seconds // 60} minutes.",
        "See that the worker runs and can reach the attachments: their folder, or the bucket.",
        well=not loose and not small,
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
]
