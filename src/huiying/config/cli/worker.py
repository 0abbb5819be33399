"""`huiying worker`: notices and scheduled work."""

import argparse
import importlib
from typing import TYPE_CHECKING

from huiying.config import lifeline
from huiying.config.cli import installation, up

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers


def add(subparsers: "Subparsers") -> None:
    """No arguments."""
    subparsers.add_parser("worker", help="Send notices and do scheduled work only.")


def run(_args: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT."""
    lifeline.tie_to_supervisor()
    with installation.database() as share:
        installation.set_up_django(pool=True)
        worker = importlib.import_module("huiying.config.worker")  # needs the models
        worker.Worker(watch=lambda: up.mend(share)).run()
    return 0
