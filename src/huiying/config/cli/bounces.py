"""`huiying bounces`: keep which mails came back, from the mailbox or from standard input."""

import argparse
import importlib
import sys
from typing import TYPE_CHECKING, Any

from django.conf import settings

from huiying.config.cli import installation
from huiying.config.cli.installation import say

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

LARGEST = 10 * 1024 * 1024


def add(subparsers: "Subparsers") -> None:
    """`--stdin`."""
    parser = subparsers.add_parser("bounces", help="Keep which mails came back.")
    parser.add_argument(
        "--stdin",
        action="store_true",
        help="read one mail from standard input, as a pipe of an MTA",
    )


def run(args: argparse.Namespace) -> int:
    """0 where everything was read, bounce or not; 1 where the mailbox cannot be opened."""
    with installation.ready():
        mailbox: Any = importlib.import_module("huiying.config.bounce_mailbox")  # needs the models
        if args.stdin:
            return _one(mailbox)
        if not settings.IMAP_HOST:
            say("No mailbox is set: HUIYING_IMAP_HOST. Or give one mail with --stdin.")
            return 1
        try:
            read = mailbox.read_mailbox()
        except mailbox.NoMailbox as problem:
            say(str(problem))
            return 1
        say(f"Looked at {read.looked_at} mails; {read.failed} of ours had come back.")
        if read.unreadable:
            say(f"{read.unreadable} could not be read: they stay in the mailbox with a flag.")
        return 0


def _one(mailbox: Any) -> int:
    try:
        known = mailbox.read_one(sys.stdin.buffer.read(LARGEST))
    except mailbox.Unreadable:
        say("This mail cannot be read.")
        return 0
    say("Kept: a mail came back." if known else "No mail of ours that came back.")
    return 0
