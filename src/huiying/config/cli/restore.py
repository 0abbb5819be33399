"""`huiying restore`: an archive of `huiying backup`, into an empty installation."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from huiying.config.backup import archive, checking
from huiying.config.backup.archive import Reader
from huiying.config.backup.errors import BackupError
from huiying.config.backup.manifest import Manifest
from huiying.config.cli import installation
from huiying.config.cli.installation import say

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.backup.restoring import Restored
    from huiying.config.cli import Subparsers


def add(subparsers: "Subparsers") -> None:
    """The archive, `--verify`."""
    parser = subparsers.add_parser("restore", help="Bring an archive into an empty installation.")
    parser.add_argument("archive", type=Path, metavar="ARCHIVE")
    parser.add_argument(
        "--erasures",
        type=Path,
        metavar="FILE",
        help="the list of what was erased meanwhile (erasures.log in the data folder)",
    )
    parser.add_argument(
        "--verify", action="store_true", help="read the archive through and restore nothing"
    )


def run(args: argparse.Namespace) -> int:
    """1 where the archive, or this place, is not as it must be."""
    try:
        with archive.opened(args.archive.expanduser()) as reader:
            manifest = checking.read(reader, say)
            _tell_archive(manifest)
            wrong = checking.missing_keys(manifest)
            if args.verify:
                say(wrong or "The key ring here opens it.")
                print("The archive is whole.")
                return 0
            if wrong:  # before a start makes a ring of its own
                raise BackupError(wrong)
            with installation.ready(role="owner"):
                return _restored(reader, manifest, args.erasures)
    except (BackupError, OSError) as error:
        say(str(error))
        return 1


def _restored(reader: Reader, manifest: Manifest, given: Path | None) -> int:
    """With the list of erasures that was named, or the one that lies here."""
    erasures = installation.loaded("huiying.config.backup.erasures")
    restoring = installation.loaded("huiying.config.backup.restoring")
    path = given.expanduser() if given else erasures.list_file()
    erased = erasures.read(path) if given or path.exists() else None
    code = _tell(restoring.restore(reader, manifest, erased or [], say))
    if erased is None:
        say(
            "No list of erasures is here: what was erased after the archive was made is back. If "
            "you have the list, restore again into an empty place with --erasures FILE."
        )
    return code


def _tell_archive(manifest: Manifest) -> None:
    held = manifest.holdings
    say(
        f"Made {manifest.made_at} by Huiying {manifest.huiying} on PostgreSQL {manifest.server}: "
        f"{sum(held.tables.values()):,} rows, {held.entries:,} entries of the record, "
        f"{len(manifest.files):,} attachments. Keys it needs: {', '.join(manifest.keys) or 'none'}."
    )


def _tell(restored: "Restored") -> int:
    for problem in restored.problems:
        say(f"NOT AS IT WAS: {problem}")
    if restored.problems:
        say("Do not work with this. Restore another archive into another place, and keep this one.")
        return 1
    held = restored.manifest.holdings
    say(
        f"Restored and counted: {len(held.tables)} tables, {held.entries:,} entries whose hash is "
        f"as it was, {len(restored.manifest.files):,} attachments. Migrations applied on top: "
        f"{restored.migrated}. Erased again: {restored.erased_again}."
    )
    say("Everybody signs in anew. Mails that waited when the archive was made go out again, under")
    say("their old Message-ID. What happened after that moment is not here.")
    print("Now: huiying doctor, then huiying up.")
    return 0
