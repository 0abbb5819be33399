"""Making the database's files, once, and the roles and the database inside them."""

import locale
import os
import shutil
import subprocess
from pathlib import Path

from psycopg import Connection, sql

from huiying.config.embedded import configuration, programs
from huiying.config.embedded.account import Account, lent, named_account, refuse_nameless
from huiying.config.embedded.errors import EmbeddedDatabaseError
from huiying.config.embedded.folders import Folders

SUPERUSER = "postgres"
OWNER_ROLE = "huiying_owner"
APP_ROLE = "huiying_app"
DATABASE_NAME = "huiying"
BUILTIN_LOCALE_SINCE = 17
OLDEST_MAJOR = 15
SAFE_PATH = "/usr/local/bin:/usr/bin:/bin"


def surroundings() -> dict[str, str]:
    """The environment of the server's programs: nothing of ours, above all no key."""
    return {"PATH": SAFE_PATH, "LC_ALL": utf8_locale(), "TZ": "UTC"}


def utf8_locale() -> str:
    """The C library's name for UTF-8 here, `C` where it has none; pg_trgm reads through it."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


def make(folders: Folders, program_folder: Path, account: Account | None) -> None:
    """Fill a folder under another name, then rename it: a crash leaves no half of a database."""
    for left_over in folders.home.glob("cluster.new*"):
        shutil.rmtree(left_over)
    fresh = folders.home / f"cluster.new{os.getpid()}"
    fresh.mkdir(mode=0o700)
    maker = None
    if account is None:
        refuse_nameless()
    else:  # initdb looks up the name of the account it runs as; the server's number may have none
        maker = named_account()
        os.chown(fresh, maker.uid, maker.gid)
    _run_initdb(fresh, program_folder, maker)
    if account:
        _hand_over(fresh, account)
    fresh.rename(folders.cluster)
    _sync_folder(folders.home)


def _run_initdb(fresh: Path, program_folder: Path, maker: Account | None) -> None:
    command = [str(program_folder / "initdb"), "-D", str(fresh), "-U", SUPERUSER, "-A", "trust"]
    command += ["--encoding=UTF8", "--no-instructions", "--locale=C", f"--lc-ctype={utf8_locale()}"]
    if programs.major_version(program_folder) >= BUILTIN_LOCALE_SINCE:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if configuration.is_forgetful():
        command += ["--no-sync"]
    result = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env=surroundings(),
        umask=0o077,
        **lent(maker),
    )
    if result.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedDatabaseError(f"initdb could not make the database: {result.stderr.strip()}")


def _hand_over(folder: Path, account: Account) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def furnish(connection: Connection) -> None:
    """Make the two roles where they are missing, and the database; safe to repeat.

    Neither role is a superuser, and the application's owns nothing.
    """
    for role in (OWNER_ROLE, APP_ROLE):
        if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE_NAME):
        statement = sql.SQL("CREATE DATABASE {} OWNER {}")
        name, owner = sql.Identifier(DATABASE_NAME), sql.Identifier(OWNER_ROLE)
        connection.execute(statement.format(name, owner))


def refuse_unfit(connection: Connection) -> None:
    """Raise where this server is too old or its locale takes Chinese characters for no letters."""
    row = connection.execute(
        "SELECT current_setting('server_version_num')::int / 10000, '回' ~ '[[:alpha:]]'"
    ).fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    major, sees_chinese = row
    if major < OLDEST_MAJOR:
        raise EmbeddedDatabaseError(
            f"Huiying needs PostgreSQL {OLDEST_MAJOR} or newer; this is {major}."
        )
    if not sees_chinese:
        raise EmbeddedDatabaseError(
            "This database was made with locale C, in which search does not see Chinese. "
            "Make a new one with a UTF-8 locale and copy the data into it."
        )


def refuse_other_version(folders: Folders, program_folder: Path) -> None:
    """The files of one major version cannot be read by another's programs."""
    made_by = (folders.cluster / "PG_VERSION").read_text().strip()
    ours = str(programs.major_version(program_folder))
    if made_by != ours:
        raise EmbeddedDatabaseError(
            f"The database in {folders.cluster} was made by PostgreSQL {made_by}, and the programs "
            f"here are version {ours}. Point PG_BIN to the programs of PostgreSQL {made_by}."
        )


def _exists(connection: Connection, query: str, name: str) -> bool:
    return connection.execute(query.encode(), [name]).fetchone() is not None
