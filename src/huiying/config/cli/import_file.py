"""`huiying import`: letters from a partner's CSV file or workbook."""

import argparse
import importlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import ProgrammingError
from psycopg.errors import UndefinedTable

from huiying.config.cli import installation
from huiying.config.cli.installation import say
from huiying.kernel.refusals import Refusal

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

TELL_SECONDS = 2.0


def add(subparsers: "Subparsers") -> None:
    """`FILE --map MAP --report OUT [--preview] [--actor USERNAME]`."""
    parser = subparsers.add_parser("import", help="Take in letters from a CSV file or a workbook.")
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a CSV file, plain or .gz, or a workbook (.xlsx)"
    )
    parser.add_argument("--map", required=True, help="a map (.toml), or the name of a shipped one")
    parser.add_argument("--report", type=Path, metavar="OUT", help="write the report here (JSON)")
    parser.add_argument(
        "--preview", action="store_true", help="show the first ten rows as they would be kept"
    )
    parser.add_argument("--actor", metavar="USERNAME", help="the administrator who imports")


def run(args: argparse.Namespace) -> int:
    """0 where the whole file was read, 1 where file or map cannot be used, or not to the end."""
    with installation.ready():
        try:
            return _preview(args) if args.preview else _import(args)
        except Refusal as refusal:
            say(str(refusal))
        except ProgrammingError as error:
            if not isinstance(error.__cause__, UndefinedTable):
                raise
            say("The database is not set up yet. Run: huiying migrate")
    return 1


def _import(args: argparse.Namespace) -> int:
    # These need the models, which are there only now.
    importing = importlib.import_module("huiying.doors.importing")
    mapping = importlib.import_module("huiying.doors.mapping").load(args.map)
    progress = Progress()
    report = importing.run(args.file, mapping, actor=_actor(args.actor), tell=progress.tell)
    progress.end(report)
    if args.report:
        text = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
        args.report.write_text(text + "\n", encoding="utf-8")
    return 1 if report.damaged else 0


def _preview(args: argparse.Namespace) -> int:
    previewing = importlib.import_module("huiying.doors.previewing")
    mapping = importlib.import_module("huiying.doors.mapping").load(args.map)
    for line in previewing.lines(previewing.preview(args.file, mapping)):
        print(line)
    return 0


def _actor(username: str | None) -> Any:
    if username is None:
        return importlib.import_module("huiying.doors.importing").DOOR
    accounts = importlib.import_module("huiying.accounts.models").Account
    account = accounts.objects.filter(username=username, is_active=True).first()
    if account is None:
        raise Refusal(f"There is no account {username!r}.")
    return importlib.import_module("huiying.agencies.reads").standing_of(account).actor


class Progress:
    """Rows so far and rows a second, on stderr: one line that renews itself, or one now and then."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()

    def tell(self, report: Any) -> None:
        """Say how far it is."""
        now = time.monotonic()
        if sys.stderr.isatty():
            print(f"\r{self._sentence(report)}", end="", file=sys.stderr, flush=True)
        elif now - self._told >= TELL_SECONDS:
            self._told = now
            say(self._sentence(report))

    def end(self, report: Any) -> None:
        """Say how it went."""
        if sys.stderr.isatty():
            print(file=sys.stderr)
        say(self._sentence(report))
        if report.dropped_columns:
            say(f"Columns not taken in: {', '.join(report.dropped_columns)}")
        for each in report.rejected[:20]:
            say(f"line {each.line}: {each.reason}")
        if report.unfit > 20:
            say(f"… and {report.unfit - 20} more rows; --report lists the first 10,000.")

    def _sentence(self, report: Any) -> str:
        seconds = max(time.monotonic() - self._began, 0.001)
        return (
            f"{report.read:,} rows read, {report.imported:,} imported, {report.updated:,} updated, "
            f"{report.skipped:,} skipped, {report.unfit:,} rejected, "
            f"{report.read / seconds:,.0f} rows a second"
        )
