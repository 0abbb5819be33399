"""`huiying leftovers`: databases in root's system folder whose data folder is gone."""

import argparse
import time
from datetime import datetime
from typing import TYPE_CHECKING

from huiying.config.cli.installation import say
from huiying.config.embedded import leftovers
from huiying.config.embedded.leftovers import LeftOver

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

A_DAY = 24 * 3600
MEBIBYTE = 1024 * 1024


def add(subparsers: "Subparsers") -> None:
    """`[--remove [NAME ...]]`."""
    parser = subparsers.add_parser("leftovers", help="List databases whose data folder is gone.")
    parser.add_argument(
        "--remove",
        nargs="*",
        metavar="NAME",
        help="remove those with these names; without a name, those whose data folder lay in a folder "
        "for temporary files, unused for a day",
    )


def run(args: argparse.Namespace) -> int:
    """1 where one that was named is not left over, or is used after all."""
    found = leftovers.left_over()
    if args.remove is None:
        for each in found:
            say(_line(each))
        say(f"{len(found)} databases whose data folder is gone.")
        return 0
    named = set(args.remove)
    chosen = [each for each in found if (each.home.name in named if named else _is_old(each))]
    removed = [each for each in chosen if leftovers.remove(each)]
    for each in removed:
        say(f"Removed {_line(each)}")
    missing = named - {each.home.name for each in removed}
    for name in sorted(missing):
        say(f"{name} is not left over: its data folder is there, or it is used.")
    say(f"{len(removed)} databases removed, {len(found) - len(removed)} left.")
    return int(bool(missing))


def _is_old(each: LeftOver) -> bool:
    return each.of_trial and time.time() - each.used > A_DAY


def _line(each: LeftOver) -> str:
    used = datetime.fromtimestamp(each.used).astimezone().strftime("%Y-%m-%d %H:%M")
    return f"{each.home.name}: of {each.data}, used {used}, {each.size // MEBIBYTE:,} MiB"
