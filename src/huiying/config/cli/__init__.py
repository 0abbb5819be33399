"""The `huiying` command: one module a subcommand, imported only when it is called."""

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType

from django.core.exceptions import ImproperlyConfigured

from huiying.config.embedded import EmbeddedDatabaseError

type Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

TERMINATED = 128 + signal.SIGTERM
INTERRUPTED = 128 + signal.SIGINT


@dataclass(frozen=True)
class Command:
    """A subcommand: the module with `add(subparsers)` and `run(args) -> int`, and what it is for."""

    module: str
    purpose: str


COMMANDS = {
    "up": Command("up", "Start everything: database, web pages and worker."),
    "web": Command("web", "Serve the web pages only."),
    "worker": Command("worker", "Send notices and do scheduled work only."),
    "migrate": Command("migrate", "Bring the database up to this version."),
    "demo": Command("demo", "Start with the sample letters and demo accounts."),
    "import": Command("import_file", "Take in letters from a CSV or XLSX file."),
    "bounces": Command("bounces", "Keep which mails came back."),
    "similar": Command("similar", "Try how well the same report is found again."),
    "divisions": Command("divisions", "Load the places that clerks choose from."),
    "calendar": Command("calendar", "Keep working hours and holidays."),
    "promises": Command("promises", "Keep what the agency promises."),
    "duty": Command("duty", "Check the duty roster."),
    "route": Command("route", "Learn to suggest categories, and try how well."),
    "escalation": Command("escalation", "Say who is told when a clock runs down."),
    "brief": Command("brief", "Print the daily brief."),
    "search": Command("search", "Search letters and answers as a member of staff."),
    "backup": Command("backup", "Write an archive of everything but the keys."),
    "restore": Command("restore", "Bring an archive into an empty installation."),
    "upgrade": Command("upgrade", "Check, back up, migrate and check again."),
    "keys": Command("key_ring", "List the key ring, add a key, seal under it."),
    "doctor": Command("doctor", "Check the installation and say how to mend it."),
    "leftovers": Command("leftovers", "List databases whose data folder is gone."),
    "user": Command("user", "Create staff accounts and give them roles."),
    "manage": Command("manage", "Run a management command of Django, for developers."),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; 0 is success, 1 a refusal that was explained, 2 a wrong call."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    args = parser_for(_chosen(given)).parse_args(given)
    if args.command is None:
        parser_for(None).print_help()
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    os.environ["PGAPPNAME"] = f"huiying {args.command}"  # how the database's own lists name us
    try:
        return int(args.run(args))
    except (EmbeddedDatabaseError, ImproperlyConfigured) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """Unwind as after Ctrl-C, once, so that the share in the database is given back."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(TERMINATED)


def _chosen(given: Sequence[str]) -> str | None:
    first = given[0] if given else ""
    return first if first in COMMANDS else None


def parser_for(chosen: str | None) -> argparse.ArgumentParser:
    """All names for the help text; the arguments of the chosen one only."""
    parser = argparse.ArgumentParser(
        prog="huiying", description="The desk with which a public agency hears its residents."
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, command in COMMANDS.items():
        if name == chosen:
            module = importlib.import_module(f"{__name__}.{command.module}")
            module.add(subparsers)
            subparsers.choices[name].set_defaults(run=module.run)
        else:
            subparsers.add_parser(name, help=command.purpose, add_help=False)
    return parser
