"""`huiying calendar`: working hours, holidays and make-up workdays by which deadlines are reckoned."""

import argparse
import importlib
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from huiying.config.cli import installation
from huiying.config.cli.installation import say
from huiying.config.cli.rehearsed import print_rehearsal
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, NotFound, Refusal

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

PROGRESS_SECONDS = 1.0
WHOLE_CALENDAR, ONE_YEAR, ICAL = ".toml", ".json", ".ics"
HELP = "a calendar (.toml), one year of China's holidays (.json) or holidays as iCalendar (.ics)"


def add(subparsers: "Subparsers") -> None:
    """`import`, `rehearse`, `give`, `list`, `show`."""
    parser = subparsers.add_parser("calendar", help="Keep working hours and holidays.")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    take = acts.add_parser("import", help="make a calendar, or a new version of it")
    take.add_argument("file", type=Path, nargs="?", help=HELP)
    take.add_argument("--to", default="", metavar="CODE", help="the calendar that holidays go to")
    take.add_argument(
        "--china", action="store_true", help="the holidays of all years that this program came with"
    )
    take.add_argument(
        "--until", type=int, metavar="YEAR", help="the iCalendar file is complete up to this year"
    )
    take.add_argument("--note", default="", help="why; it stands beside the version")
    rehearse = acts.add_parser("rehearse", help="try a file on past cases; no clock is moved")
    rehearse.add_argument("file", type=Path, help=HELP)
    rehearse.add_argument("--to", required=True, metavar="CODE", help="the calendar that changes")
    rehearse.add_argument("--days", type=int, default=30, help="how far back, 90 at most; else 30")
    give = acts.add_parser("give", help="let a unit, and those below it, work by a calendar")
    give.add_argument("code", metavar="CODE", help="the calendar; - for that of the unit above")
    give.add_argument("unit", metavar="UNIT")
    acts.add_parser("list", help="list all calendars with the units that they were given to")
    show = acts.add_parser("show", help="print a calendar")
    show.add_argument("code", metavar="CODE")
    show.add_argument("--year", type=int, help="this year unless given")
    show.add_argument("--version", type=int, help="an earlier version")


def run(args: argparse.Namespace) -> int:
    """1 where a file cannot be read or a verb refuses."""
    with installation.ready():
        try:
            ACTS[args.act](args)
        except OSError as error:
            say(f"{args.file} cannot be read: {error.strerror}")
            return 1
        except NotFound:
            say("There is no such calendar, version or unit. See: huiying calendar list")
            return 1
        except Refusal as refusal:
            say(f"{refusal} {refusal.field}".strip())
            return 1
    return 0


def _import(args: argparse.Namespace) -> None:
    """First the calendar itself, then the holidays for it."""
    actions = importlib.import_module("huiying.clocks.actions")
    files = importlib.import_module("huiying.clocks.holiday_files")
    suffix = args.file.suffix.lower() if args.file else ""
    code = args.to
    if suffix == WHOLE_CALENDAR:
        read = importlib.import_module("huiying.clocks.calendar_files").read_calendar(_text(args))
        code = read.code
        number = actions.adopt_calendar_version(
            actor=SYSTEM, code=code, name=read.name, definition=read.definition, note=args.note
        )
    lists = [files.china()] if args.china else []
    if suffix == ONE_YEAR:
        lists.append(files.read_year(_text(args)))
    elif suffix == ICAL:
        lists.append(_ical(args))
    if not lists and suffix != WHOLE_CALENDAR:
        raise Invalid(f"Give {HELP}, or --china.")
    if not code:
        raise Invalid("Say with --to which calendar the holidays are for.")
    for each in lists:
        number = actions.add_holidays(actor=SYSTEM, code=code, holidays=each, note=args.note)
    say(f"Version {number} of {code} is in force.")
    _adopt(code)


def _rehearse(args: argparse.Namespace) -> None:
    trying = importlib.import_module("huiying.clocks.trying")
    definition = trying.changed(args.to, _text(args))
    terms = importlib.import_module("huiying.routing.trying").OtherTerms(
        code=args.to, timetable=definition.timetable()
    )
    print_rehearsal(terms, args.days)


def _adopt(code: str) -> None:
    """Let running clocks follow, batch by batch; what an interrupted call left is done by the next."""
    adopting = importlib.import_module("huiying.casework.actions.adopting")
    changed, after, looked_at = 0, 0, 0
    total, said = adopting.clocks_by(code), monotonic()
    while after is not None:
        more, after = adopting.adopt_calendar(actor=SYSTEM, code=code, after=after)
        changed += more
        looked_at += adopting.BATCH
        if after is not None and monotonic() - said > PROGRESS_SECONDS:
            said = monotonic()
            say(f"{min(looked_at, total)} of {total} running clocks reckoned anew.")
    if changed:
        say(f"{changed} running clocks end at another time now.")


def _text(args: argparse.Namespace) -> str:
    try:
        return str(args.file.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise Invalid("This file is not in UTF-8.") from None


def _ical(args: argparse.Namespace) -> Any:
    return importlib.import_module("huiying.clocks.ical").read_ical(
        args.file.read_bytes(), this_year=time.now().year, last_year=args.until
    )


def _give(args: argparse.Namespace) -> None:
    code = "" if args.code == "-" else args.code
    importlib.import_module("huiying.agencies.working_hours").give_calendar(
        actor=SYSTEM, unit_code=args.unit, calendar_code=code
    )
    say(f"{args.unit} works by {code or 'the calendar of the unit above'} from now on.")


def _list(_args: argparse.Namespace) -> None:
    reads = importlib.import_module("huiying.clocks.reads")
    working_hours = importlib.import_module("huiying.agencies.working_hours")
    given = working_hours.units_by_calendar()
    for line in reads.calendars():
        units = ", ".join(unit.code for unit in given.get(line.code, ())) or "no unit"
        known = "holidays do not matter" if line.known_years is None else _known(line.known_years)
        print(f"{line.code}  version {line.number}  {line.zone}  {known}  {units}")


def _known(years: tuple[int, ...]) -> str:
    return f"holidays {years[0]} to {years[-1]}" if years else "no holidays yet"


def _show(args: argparse.Namespace) -> None:
    reads = importlib.import_module("huiying.clocks.reads")
    definitions = importlib.import_module("huiying.clocks.definitions")
    hours = importlib.import_module("huiying.clocks.hours")
    shown = reads.calendar(args.code, args.version)
    definition, year = shown.definition, args.year or time.now().year
    print(f"{shown.code}  {localized(shown.name)}  {definition.zone}")
    for name, worked in zip(definitions.WEEKDAYS, definition.week, strict=True):
        print(f"  {name:<10} {hours.write_hours(worked) or 'off'}")
    print(f"  {'make-up':<10} {hours.write_hours(definition.makeup)}")
    if definition.known_years is not None and year not in definition.known_years:
        print(f"  {year}: holidays not known yet; reckoned by the week, and provisional")
    for stretch in shown.stretches(year):
        worked = hours.write_hours(definition.hours_of(stretch.special)) or "off"
        days = str(stretch.first)
        if stretch.last != stretch.first:
            days = f"{stretch.first} to {stretch.last}"
        print(f"  {days}  {worked}  {localized(stretch.special.name)}")


ACTS = {"import": _import, "rehearse": _rehearse, "give": _give, "list": _list, "show": _show}
