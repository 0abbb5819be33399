"""`huiying upgrade`: after new code is in place, bring the database up to it, with a way back."""

import argparse
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from huiying.config import embedded, migrating, places
from huiying.config.backup.errors import BackupError
from huiying.config.cli import backup, installation
from huiying.config.cli.installation import say
from huiying.config.cli.migrate import patiently

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.backup.making import Made
    from huiying.config.cli import Subparsers


class Refused(Exception):
    """Why it does not go on; nothing was changed."""


def add(subparsers: "Subparsers") -> None:
    """`--to`, `--without-backup`."""
    parser = subparsers.add_parser("upgrade", help="Check, back up, migrate and check again.")
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        help="where the backup goes (backups in the data folder)",
    )
    parser.add_argument(
        "--without-backup", action="store_true", help="where the server's own backup was just made"
    )


def run(args: argparse.Namespace) -> int:
    """1 where something stood in the way, or is not well afterwards."""
    folder = args.to.expanduser() if args.to else places.data_folder() / "backups"
    try:
        with installation.ready(role="owner") as share:
            made = _raised(share, None if args.without_backup else folder.resolve())
            archive = made.path if made else None
    except (Refused, BackupError, OSError) as error:
        say(str(error))
        say("Nothing was changed.")
        return 1
    except _Halfway as error:
        _tell_way_back(error.made)
        return 1
    return _checked_again(archive)


class _Halfway(Exception):
    """Migrating was begun and did not end."""

    def __init__(self, made: "Made | None") -> None:
        super().__init__()
        self.made = made


def _raised(share: embedded.Share | None, folder: Path | None) -> "Made | None":
    """Check, back up into `folder`, migrate; the archive, or None where none was made."""
    _refuse_unfit()
    _refuse_company(share)
    missing = migrating.pending()
    made = None
    if not installation.loaded("huiying.config.backup.holdings").tables():
        say("The database is new, so there is nothing to back up.")
    elif missing and folder:
        say(f"{missing} migrations are to be applied. First a backup.")
        made = installation.loaded("huiying.config.backup.making").make(folder, say)
        backup.tell(made)
    elif not missing:
        say("No migration is to be applied, so no backup is made.")
    done = patiently()
    if done is None:
        raise _Halfway(made)
    say(f"Applied {done.applied} migrations and changed {done.rights_changed} rights.")
    if made and not _same_record(made):
        say("NOT AS IT WAS: the record's entries are other than before.")
        raise _Halfway(made)
    return made


def _refuse_unfit() -> None:
    diagnosis = installation.loaded("huiying.config.diagnosis")
    broken = [each for each in diagnosis.before_upgrade() if each.state == "broken"]
    if broken:
        raise Refused("\n".join(f"{each.says} {each.mend}" for each in broken))


def _refuse_company(share: embedded.Share | None) -> None:
    """Pages and worker of the old version must not run while tables change under them."""
    others = installation.loaded("huiying.config.diagnosis").others_connected()
    if others:
        raise Refused(
            f"Still at work in this database: {', '.join(others)}. Stop them first "
            "(systemctl stop huiying), on every host, then run this again."
        )
    if share and not share.is_alone():
        raise Refused(
            "Another huiying command runs on this data folder. Stop it first "
            "(systemctl stop huiying), then run this again."
        )


def _same_record(made: "Made") -> bool:
    holdings = installation.loaded("huiying.config.backup.holdings")
    before = made.manifest.holdings
    return bool(holdings.entries() == (before.entries, before.entries_sha256))


def _checked_again(archive: Path | None) -> int:
    """`huiying doctor`, in a process of its own, as the application's role."""
    surroundings = {**os.environ, "HUIYING_DATABASE_ROLE": "app"}
    code = subprocess.run(installation.command("doctor"), check=False, env=surroundings).returncode
    if code:
        say("Something is broken; see above. Mend it before you start Huiying.")
        if archive:
            say(f"The way back: the version before, and huiying restore {archive}")
        return 1
    say("Upgraded. Start Huiying again (systemctl start huiying).")
    return 0


def _tell_way_back(made: "Made | None") -> None:
    say("The upgrade did not end. Run it again once the reason is gone.")
    if made:
        say(f"The way back: the version before, and huiying restore {made.path}")
