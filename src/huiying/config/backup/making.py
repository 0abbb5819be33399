"""`huiying backup`: one archive of one moment."""

import fcntl
import os
import shutil
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection

from huiying.config.backup import archive, files, holdings, programs
from huiying.config.backup import manifest as manifests
from huiying.config.backup.archive import Part, Writer
from huiying.config.backup.errors import BackupError
from huiying.config.backup.manifest import DATABASE, FILES, Manifest
from huiying.config.backup.progress import MEBIBYTE, Say, metered
from huiying.kernel import time

NAMES = "huiying-*.tar"
LEAST_FREE = 64 * MEBIBYTE
# Rows that serve the running process or must not outlive their day: sign-ins, counters of tries and
# their keys, the scheduler's jobs. And the words that are searched, the one copy of letters that no key
# seals: the worker makes them anew from the letters.
EMPTIED = (
    "accounts_staffsession",
    "django_session",
    "finding_followed",
    "finding_text",
    "kernel_limit",
    "kernel_limitkey",
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
)


@dataclass(frozen=True)
class Made:
    """A finished archive, and what it says of itself."""

    path: Path
    size: int
    manifest: Manifest


def make(folder: Path, say: Say) -> Made:
    """Write an archive into `folder`, which is made where it is missing.

    Raises BackupError with a sentence; then nothing that looks like an archive is left.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone_in(folder):
        if left := archive.sweep_unfinished(folder):
            say(f"Removed {left} unfinished archive of a backup that was interrupted.")
        _refuse_little_space(folder)
        made_at = time.now().astimezone(UTC)
        target = folder / f"huiying-{made_at:%Y%m%dT%H%M%SZ}.tar"
        if target.exists():
            raise BackupError(f"{target} was made within this second. Try again.")
        with archive.written(target) as writer, holdings.snapshot() as moment:
            manifest = _fill(writer, moment, made_at.isoformat(timespec="seconds"), say)
        return Made(target, target.stat().st_size, manifest)


def keep_newest(folder: Path, number: int) -> list[Path]:
    """Remove all archives of this folder but the newest `number`; which were removed."""
    old = sorted(folder.glob(NAMES))[:-number]
    for path in old:
        path.unlink()
    archive.keep_names(folder)
    return old


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupError(
            f"Another backup is being written to {folder}. Wait until it is done."
        ) from None
    finally:
        os.close(descriptor)


def _refuse_little_space(folder: Path) -> None:
    """What is surely needed: the attachments as they are, and something for the database."""
    needed = LEAST_FREE + sum(files.found().values())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            f"{folder} has {free // MEBIBYTE:,} MiB free, and at least {needed // MEBIBYTE:,} MiB "
            "are needed. Make room, or name another folder with --to."
        )


def _fill(writer: Writer, moment: str, made_at: str, say: Say) -> Manifest:
    seconds = int(clock.time())
    server = holdings.server_major()
    program = programs.fitting("pg_dump", least=server, best=server)
    emptied = [name for name in EMPTIED if name in holdings.tables()]
    say("Dumping the database…")
    dumped = metered(_dump(program, moment, emptied), "database", say)
    parts = [writer.add(DATABASE, dumped, seconds)]
    say("Counting what the dump holds…")
    held = holdings.count(without=emptied)
    needed = holdings.key_numbers()
    attached = _attachments(writer, seconds, say)
    ring = settings.KEY_RING
    manifest = Manifest(
        made_at=made_at,
        huiying=version("huiying"),
        server=server,
        program=program.major,
        holdings=held,
        emptied=emptied,
        keys={
            str(number): manifests.fingerprint(ring[number]) if number in ring else ""
            for number in needed
        },
        parts=[*parts, *attached.parts],
        missing_files=attached.missing,
        damaged_files=attached.damaged,
        extra_files=attached.extra,
    )
    writer.add(manifests.NAME, [manifests.to_bytes(manifest)], seconds)
    return manifest


def _dump(program: programs.Program, moment: str, emptied: list[str]) -> Iterator[bytes]:
    """Without owners and rights: the place where it is restored has its own, and sets them anew."""
    conninfo, surroundings = programs.address()
    command = [
        str(program.path),
        "--format=custom",
        "--compress=6",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        "--lock-wait-timeout=60s",
        f"--snapshot={moment}",
        *(f"--exclude-table-data={connection.ops.quote_name(name)}" for name in emptied),
        f"--dbname={conninfo}",
    ]
    return programs.output_of(command, surroundings)


@dataclass(frozen=True)
class Attachments:
    """What was saved of the folder, and what was wrong with it; see Manifest."""

    parts: list[Part]
    missing: list[str]
    damaged: list[str]
    extra: int


def _attachments(writer: Writer, seconds: int, say: Say) -> Attachments:
    """The files that this moment's rows name. A file is on disk before its row is committed, so it can
    be missing only where something went wrong, or where it was erased since."""
    wanted, waiting = holdings.attached_files(), holdings.waiting_files()
    found = {Path(path).name: path for path in files.found()}
    named = sorted((wanted.keys() | waiting) & found.keys())
    if named:
        say(f"Adding {len(named):,} attachments…")
    parts, damaged, gone = [], [], set()
    for name in named:
        try:
            content = metered(files.chunks(found[name]), found[name], say)
            part = writer.add(f"{FILES}{found[name]}", content, seconds)
        except FileNotFoundError:  # erased or swept since the folder was listed
            gone.add(name)
            continue
        parts.append(part)
        if wanted.get(name, "") not in {"", part.sha256}:
            damaged.append(name)
    missing = sorted(wanted.keys() - (found.keys() - gone))
    return Attachments(parts, missing, damaged, len(found.keys() - wanted.keys() - waiting))
