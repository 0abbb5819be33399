"""`huiying migrate`: as the owner's role, one process at a time."""

import argparse
from typing import TYPE_CHECKING

from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from huiying.config import migrating
from huiying.config.cli import installation
from huiying.config.cli.installation import say

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers


def add(subparsers: "Subparsers") -> None:
    """No arguments."""
    subparsers.add_parser("migrate", help="Bring the database up to this version.")


def run(_args: argparse.Namespace) -> int:
    """Migrate and set rights; 1 where a table stayed locked or a key is missing."""
    with installation.ready(role="owner"):
        done = patiently()
    if done is None:
        return 1
    if done.applied or done.rights_changed:
        say(f"Applied {done.applied} migrations and changed {done.rights_changed} rights.")
    else:
        say("The database is up to date.")
    return 0


def patiently() -> migrating.Migrated | None:
    """Migrate; None, and the reason said, where a table stayed locked or a key is missing."""
    try:
        return migrating.migrate(say)
    except migrating.KeyLost as lost:
        say(
            f"Key {lost} is missing from the ring, or another stands in its place, so not every letter "
            "can be sealed. What was done so far stands: put the key back, then run the command again."
        )
        return None
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        say(
            f"A table was in use for longer than {migrating.LOCK_TIMEOUT}. What was applied so "
            "far stands and the rest is not begun: run the command again in a quieter moment."
        )
        return None
