"""`huiying promises`: what the agency promises, by which deadlines are reckoned."""

import argparse
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huiying.config.cli import installation
from huiying.config.cli.acting import actor_named
from huiying.config.cli.installation import say
from huiying.config.cli.rehearsed import print_rehearsal
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, Refusal

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers


def add(subparsers: "Subparsers") -> None:
    """`show`, `check`, `rehearse`, `adopt`."""
    parser = subparsers.add_parser("promises", help="Keep what the agency promises.")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    show = acts.add_parser("show", help="print the promises in force, and what waits")
    show.add_argument("--version", type=int, help="one version, also an earlier or a proposed one")
    check = acts.add_parser("check", help="read a file and print it, and change nothing")
    check.add_argument("file", type=Path)
    rehearse = acts.add_parser("rehearse", help="try a file on past cases; no clock is moved")
    rehearse.add_argument("file", type=Path)
    rehearse.add_argument("--days", type=int, default=30, help="how far back, 90 at most; else 30")
    adopt = acts.add_parser(
        "adopt", help="propose a file; the same file by a second person puts it in force"
    )
    adopt.add_argument("file", type=Path)
    adopt.add_argument("--by", required=True, metavar="USERNAME", help="whose act the record names")
    adopt.add_argument("--note", default="", help="why; it stands beside the version")


def run(args: argparse.Namespace) -> int:
    """1 where a file cannot be read or a verb refuses."""
    with installation.ready():
        try:
            ACTS[args.act](args)
        except OSError as error:
            say(f"{args.file} cannot be read: {error.strerror}")
            return 1
        except Refusal as refusal:
            say(f"{refusal} {refusal.field}".strip())
            return 1
    return 0


def _read(path: Path) -> Any:
    files = importlib.import_module("huiying.routing.promises.files")
    try:
        return files.read_promises(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise Invalid("This file is not in UTF-8.") from None


def _show(args: argparse.Namespace) -> None:
    reads = importlib.import_module("huiying.routing.promises.reads")
    shown = reads.shown()
    if args.version is not None:
        found = reads.version(args.version)
        if found is None:
            raise Invalid("There is no such version.")
        _print(found)
        return
    if shown.in_force is None:
        print("No promises are in force: each topic has its own target.")
    else:
        print(f"Version {shown.number}, in force since {shown.since:%Y-%m-%d %H:%M %Z}")
        _print(shown.in_force)
    if shown.waiting:
        print(f"Version {shown.waiting.number} waits for a second person.")


def _print(promises: Any) -> None:
    wording = importlib.import_module("huiying.routing.promises.wording")
    print(localized(promises.name))
    for line in wording.said(promises, wording.category_names()):
        cited = f" {line.cite}" if line.cite else ""
        print(f"  {line.stage}: {line.within} ({line.whom}). {line.who}: {line.basis}{cited}")
    print(f"  {wording.cap_in_words(promises.extension)}")


def _check(args: argparse.Namespace) -> None:
    promises = _read(args.file)
    importlib.import_module("huiying.routing.promises.actions").check_categories(promises)
    _print(promises)


def _rehearse(args: argparse.Namespace) -> None:
    promises = _read(args.file)
    importlib.import_module("huiying.routing.promises.actions").check_categories(promises)
    tried = importlib.import_module("huiying.routing.trying").OtherTerms(promises=promises)
    print_rehearsal(tried, args.days)


def _adopt(args: argparse.Namespace) -> None:
    """Two people: whoever comes first proposes, the second puts the same promises in force."""
    actions = importlib.import_module("huiying.routing.promises.actions")
    shown = importlib.import_module("huiying.routing.promises.reads").shown()
    promises = _read(args.file)
    actor = actor_named(args.by)
    waiting = shown.waiting
    if waiting is not None and waiting.digest == promises.digest():
        actions.adopt_promises(actor=actor, number=waiting.number)
        say(f"Version {waiting.number} is in force for what comes in from now on.")
        return
    number = actions.propose_promises(actor=actor, promises=promises, note=args.note)
    if shown.in_force is not None and shown.in_force.digest() == promises.digest():
        say(f"Version {number} says this already.")
        return
    say(f"Proposed as version {number}. A second person puts it in force, here or at the desk.")


ACTS = {"show": _show, "check": _check, "rehearse": _rehearse, "adopt": _adopt}
