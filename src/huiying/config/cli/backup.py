"""`huiying backup`: one archive with the database and the attachments, and no key."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from huiying.config import places
from huiying.config.backup.errors import BackupError
from huiying.config.cli import installation
from huiying.config.cli.installation import say

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.backup.making import Made
    from huiying.config.backup.manifest import Manifest
    from huiying.config.cli import Subparsers

MEBIBYTE = 1024 * 1024


def add(subparsers: "Subparsers") -> None:
    """`--to`, `--keep`."""
    parser = subparsers.add_parser("backup", help="Write an archive of everything but the keys.")
    parser.add_argument(
        "--to", type=Path, metavar="FOLDER", help="where to (backups in the data folder)"
    )
    parser.add_argument(
        "--keep", type=_number, metavar="N", help="afterwards remove all but the newest N archives"
    )


def _number(value: str) -> int:
    if not value.isdigit() or int(value) < 1:
        raise argparse.ArgumentTypeError("a whole number from 1 on")
    return int(value)


def run(args: argparse.Namespace) -> int:
    """Prints the archive's path to standard output; 1 where none was made."""
    folder = args.to.expanduser() if args.to else places.data_folder() / "backups"
    with installation.ready(role="owner"):
        making = installation.loaded("huiying.config.backup.making")
        try:
            made = making.make(folder.resolve(), say)
        except (BackupError, OSError) as error:
            say(str(error))
            return 1
        removed = making.keep_newest(folder, args.keep) if args.keep else []
    tell(made)
    if removed:
        say(f"Removed {len(removed)} older archives.")
    print(made.path)
    return 0


def tell(made: "Made") -> None:
    """What was saved, what was not, and what to do with it."""
    manifest = made.manifest
    rows = sum(manifest.holdings.tables.values())
    say(
        f"Saved {rows:,} rows of {len(manifest.holdings.tables)} tables, "
        f"{manifest.holdings.entries:,} entries of the record and {len(manifest.files):,} "
        f"attachments: {made.size / MEBIBYTE:,.1f} MiB."
    )
    _tell_files(manifest)
    if manifest.least_server > manifest.server:
        say(
            f"WARNING: made by pg_dump {manifest.program}, it can be restored into PostgreSQL "
            f"{manifest.least_server} or newer only, and this server is {manifest.server}. Install "
            f"postgresql-client-{manifest.server} (Debian) before the next one."
        )
    numbers = ", ".join(manifest.keys) or "none yet"
    say(f"No key is in it. To restore it you need the key ring (numbers: {numbers}).")
    say("Keep the ring apart from it. It holds every letter: close it away, on another machine.")


def _tell_files(manifest: "Manifest") -> None:
    """What is not as it should be in the attachments' folder."""
    if manifest.missing_files:
        say(
            f"WARNING: {len(manifest.missing_files)} attachments that a letter names are not in the "
            f"folder, the first is {manifest.missing_files[0]}. Look for them in an older archive."
        )
    if manifest.damaged_files:
        say(
            f"WARNING: {len(manifest.damaged_files)} attachments are not as they were sealed, the "
            f"first is {manifest.damaged_files[0]}. They are saved as they are; see to the disk."
        )
    if manifest.extra_files:
        say(f"{manifest.extra_files} files in the folder belong to no letter and are left out.")
