"""`huiying restore`: an archive into an empty installation, then everything counted again.

In this order, so that a death at any moment leaves nothing that looks restored and is not: the archive
is read through, the files are put, the database comes in one transaction, and only then are rights set.
A restore that was interrupted can be begun again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from huiying.config import databases, migrating
from huiying.config.backup import checking, erasures, files, holdings, programs
from huiying.config.backup.archive import Reader
from huiying.config.backup.errors import BackupError
from huiying.config.backup.manifest import DATABASE, FILES, SETS_TIMEOUT, Holdings, Manifest
from huiying.config.backup.progress import Say, metered
from huiying.record.models import Entry

FORBIDDEN = ("UPDATE", "DELETE", "TRUNCATE")


@dataclass(frozen=True)
class Restored:
    """What was found again; `problems` are sentences, and none where all is as it was."""

    manifest: Manifest
    migrated: int
    erased_again: int
    problems: list[str]


def restore(
    reader: Reader, manifest: Manifest, erased: list[erasures.Erasure], say: Say
) -> Restored:
    """Bring `manifest`, which was checked against its archive, into this installation, and erase again
    what was erased after it was made.

    Runs as the owner. Raises BackupError before anything is changed where it does not fit.
    """
    _refuse_unfit(manifest)
    erasures.refuse_unknown(erased)
    server = holdings.server_major()
    program = programs.fitting(
        "pg_restore",
        least=max(manifest.program, server),
        best=server,
        below=SETS_TIMEOUT if server < SETS_TIMEOUT else None,
    )
    with migrating.alone(say):
        _refuse_full(manifest)
        _put_files(reader, manifest, say)
        say("Restoring the database…")
        _load(program, reader, manifest, say)
        say("Counting what is there now…")
        problems = [*_differences(manifest), *_wrong_files(manifest)]
        done = migrating.migrate(say)
        again = erasures.replay(erased, manifest.made_at, say)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    problems += _too_many_rights(done.roles_apart)
    return Restored(manifest, done.applied, again, problems)


def _refuse_unfit(manifest: Manifest) -> None:
    """Raise where the keys, the server or this version do not fit the archive."""
    if wrong := checking.missing_keys(manifest):
        raise BackupError(wrong)
    server = holdings.server_major()
    if server < manifest.least_server:
        raise BackupError(
            f"The archive comes from PostgreSQL {manifest.server}, by pg_dump {manifest.program}, and "
            f"this server is {server}. Restore into version {manifest.least_server} or newer."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    newer = [name for name in manifest.holdings.migrations if name not in known]
    if newer:
        raise BackupError(
            f"The archive was made by a newer version of Huiying ({manifest.huiying}; it has "
            f"{newer[0]}). Install that version, then restore."
        )
    if databases.roles_apart():
        try:
            migrating.refuse_missing_role(str(databases.connection("app")["USER"]))
        except ImproperlyConfigured as error:
            raise BackupError(str(error)) from None


def _refuse_full(manifest: Manifest) -> None:
    """Raise where there is anything that a restore would mix with."""
    if present := holdings.tables():
        raise BackupError(
            f"The database here is not empty: it has {len(present)} tables. A restore never "
            "overwrites. Name an empty data folder with HUIYING_DATA, or an empty database with "
            "DATABASE_URL and DATABASE_OWNER_URL."
        )
    ours = {part.name.removeprefix(FILES) for part in manifest.files}
    others = [path for path in files.found() if path not in ours]
    if others:
        raise BackupError(
            f"{files.place()} holds {len(others)} files that are not in this archive. Move them "
            "away, or name an empty data folder with HUIYING_DATA."
        )


def _put_files(reader: Reader, manifest: Manifest, say: Say) -> None:
    if manifest.files:
        say(f"Putting {len(manifest.files):,} attachments in place…")
    for part in manifest.files:
        content = metered(reader.chunks(part.name), part.name, say, part.size)
        files.put(part.name.removeprefix(FILES), content)


def _load(program: programs.Program, reader: Reader, manifest: Manifest, say: Say) -> None:
    conninfo, surroundings = programs.address()
    command = [
        str(program.path),
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        f"--dbname={conninfo}",
    ]
    size = manifest.part(DATABASE).size
    programs.fed(command, surroundings, metered(reader.chunks(DATABASE), "database", say, size))


def _differences(manifest: Manifest) -> Iterator[str]:
    """One sentence for each thing that the database holds otherwise than the archive said."""
    wanted, found = manifest.holdings, holdings.count(without=manifest.emptied)
    for field in fields(Holdings):
        said, is_now = getattr(wanted, field.name), getattr(found, field.name)
        if said == is_now:
            continue
        if isinstance(said, dict):
            yield from (
                f"{name}: {said.get(name, 'no table')} rows were saved, {is_now.get(name, 'no table')} came."
                for name in sorted(said.keys() | is_now.keys())
                if said.get(name) != is_now.get(name)
            )
        else:
            yield f"{field.name.replace('_', ' ')}: other than when the archive was made."


def _wrong_files(manifest: Manifest) -> Iterator[str]:
    wrong = [
        part.name
        for part in manifest.files
        if files.differs(part.name.removeprefix(FILES), part.sha256)
    ]
    found = {Path(path).name for path in files.found()}
    lost = holdings.attached_files().keys() - found - set(manifest.missing_files)
    if lost:
        yield f"{len(lost)} attachments that a letter names are not there, the first is {min(lost)}."
    if wrong:
        yield f"{len(wrong)} attachments are not as they were saved, the first is {wrong[0]}."


def _too_many_rights(roles_apart: bool) -> list[str]:
    """The record must be out of reach for the application, here as it was there."""
    if not roles_apart:
        return []
    role, table = str(databases.connection("app")["USER"]), Entry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r FROM unnest(%s::text[]) r WHERE has_table_privilege(%s, to_regclass(%s), r)",
            [list(FORBIDDEN), role, table],
        )
        found = [str(row[0]) for row in cursor.fetchall()]
    return [f"The application's role may {', '.join(found)} the record."] if found else []
