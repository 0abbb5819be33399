"""`huiying manage`: Django's own management commands, for developers."""

import argparse
import os
from typing import TYPE_CHECKING

from django.core.management import execute_from_command_line

from huiying.config.cli import installation

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers


def add(subparsers: "Subparsers") -> None:
    """Everything after `manage` goes to Django."""
    parser = subparsers.add_parser(
        "manage",
        help="Run a management command of Django, for developers.",
        add_help=False,
        prefix_chars="\0",  # nothing is an option of ours
    )
    parser.add_argument("rest", nargs="*")


def run(args: argparse.Namespace) -> int:
    """As the application's role, unless HUIYING_DATABASE_ROLE=owner."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.config.settings")
    with installation.database():
        execute_from_command_line(["huiying manage", *args.rest])
    return 0
