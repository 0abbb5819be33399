"""`huiying duty`: who is on duty, and what the coming weeks lack."""

import argparse
import importlib
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from huiying.config.cli import installation
from huiying.config.cli.installation import say
from huiying.kernel.names import localized
from huiying.kernel.refusals import NotFound

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

MOST_WEEKS = 52


def _weeks(text: str) -> int:
    count = int(text)
    if not 1 <= count <= MOST_WEEKS:
        raise argparse.ArgumentTypeError(f"between 1 and {MOST_WEEKS}")
    return count


def add(subparsers: "Subparsers") -> None:
    """`check`, `now`, `plan`."""
    parser = subparsers.add_parser("duty", help="Check the duty roster.")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    check = acts.add_parser("check", help="list what nobody covers, and who is in two places")
    check.add_argument("code", metavar="ROSTER", nargs="?", help="one roster; all unless given")
    check.add_argument("--weeks", type=_weeks, default=MOST_WEEKS, metavar="N")
    acts.add_parser("now", help="print who is on duty now")
    acts.add_parser("plan", help="bring every plan up to what calendars and patterns say")


def run(args: argparse.Namespace) -> int:
    """1 where something is amiss, so that a timer can tell."""
    with installation.ready():
        try:
            return int(ACTS[args.act](args))
        except NotFound:
            say("There is no such roster. All of them: huiying duty check")
            return 1


def _check(args: argparse.Namespace) -> int:
    checking = importlib.import_module("huiying.agencies.duty.checking")
    models = importlib.import_module("huiying.agencies.duty.models")
    rosters = models.Roster.objects.filter(ended_at=None).order_by("pk")
    if args.code:
        rosters = rosters.filter(code=args.code)
        if not rosters.exists():
            raise NotFound
    amiss = 0
    for roster in rosters:
        found = checking.check(roster.code, weeks=args.weeks)
        print(f"{roster.code}  {localized(roster.name)}  {'sound' if found.sound else 'AMISS'}")
        _say_what(found, ZoneInfo(roster.zone))
        amiss += not found.sound
    return 1 if amiss else 0


def _say_what(found: Any, zone: ZoneInfo) -> None:
    for starts, ends in found.gaps:
        print(f"  nobody     {_stretch(starts, ends, zone)}")
    for starts, ends in found.overlaps:
        print(f"  twice      {_stretch(starts, ends, zone)}")
    for clash in found.clashes:
        names = f"{localized(clash.person)}, also {localized(clash.roster)}"
        print(f"  two places {_stretch(clash.starts, clash.ends, zone)}  {names}")
    if found.provisional_from:
        print(f"  holidays from {found.provisional_from} on are not known yet")


def _stretch(starts: datetime, ends: datetime, zone: ZoneInfo) -> str:
    begins, until = starts.astimezone(zone), ends.astimezone(zone)
    return f"{begins:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"


def _now(_args: argparse.Namespace) -> int:
    for shift in importlib.import_module("huiying.agencies.duty.reads").on_duty():
        until = shift.ends_at.astimezone(ZoneInfo(shift.zone))
        who = localized(shift.who) or "nobody"
        print(f"{localized(shift.roster_name)}  {who}  until {until:%Y-%m-%d %H:%M}")
    return 0


def _plan(_args: argparse.Namespace) -> int:
    changed = importlib.import_module("huiying.agencies.duty.tasks").keep_planned()
    say(f"{changed} shifts are new or replaced.")
    return 0


ACTS = {"check": _check, "now": _now, "plan": _plan}
