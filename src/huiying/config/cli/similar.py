"""`huiying similar evaluate`: how well the same report is found again, on a file of known doubles."""

import argparse
import dataclasses
import importlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from huiying.config.cli import installation
from huiying.config.cli.installation import say
from huiying.kernel.refusals import Refusal

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

TELL_SECONDS = 2.0


def add(subparsers: "Subparsers") -> None:
    """`evaluate REQUESTS --map MAP --pairs PAIRS [--json]`."""
    parser = subparsers.add_parser("similar", help="Try how well the same report is found again.")
    ways = parser.add_subparsers(dest="way", required=True)
    evaluate = ways.add_parser("evaluate", help="Ask for each known double what it doubles.")
    evaluate.add_argument("requests", type=Path, metavar="REQUESTS", help="CSV or XLSX of reports")
    evaluate.add_argument("--map", required=True, help="a map (.toml), or a shipped one's name")
    evaluate.add_argument(
        "--pairs", type=Path, required=True, help="CSV with child_id, parent_id, parent_in_file"
    )
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """0, or 1 where a file or the map cannot be used. Asks no database."""
    installation.set_up_django(pool=False)
    comparing = importlib.import_module("huiying.doors.comparing")  # needs the models
    mapping = importlib.import_module("huiying.doors.mapping")
    try:
        found = comparing.compare(
            args.requests, mapping.load(args.map), args.pairs, tell=Progress().tell
        )
    except Refusal as refusal:
        say(str(refusal))
        return 1
    figures = dataclasses.asdict(found)
    if args.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:14} {value}")
    return 0


class Progress:
    """A word every two seconds."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def tell(self, done: int, total: int) -> None:
        """Say how far it is."""
        if time.monotonic() - self._told >= TELL_SECONDS:
            self._told = time.monotonic()
            say(f"{done:,} of {total:,} reports")
