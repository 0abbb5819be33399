"""`huiying escalation`: whom to tell when a clock runs down, tried before it is put in force."""

import argparse
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huiying.config.cli import installation
from huiying.config.cli.acting import actor_named
from huiying.config.cli.installation import say
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, Refusal

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

MOST_NAMED = 10
FILE_HELP = "the policy (.toml); nothing for the usual one that this program came with"
BY_HELP = "whose act the record names"


def add(subparsers: "Subparsers") -> None:
    """`rehearse`, `adopt`, `decline`, `show`."""
    parser = subparsers.add_parser("escalation", help="Say who is told when a clock runs down.")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    rehearse = acts.add_parser("rehearse", help="try a policy on past cases; nobody is told")
    rehearse.add_argument("file", type=Path, nargs="?", help=FILE_HELP)
    rehearse.add_argument("--days", type=int, default=30, help="how far back, 90 at most; else 30")
    adopt = acts.add_parser(
        "adopt", help="propose a policy; the same one by a second person puts it in force"
    )
    adopt.add_argument("file", type=Path, nargs="?", help=FILE_HELP)
    adopt.add_argument("--by", required=True, metavar="USERNAME", help=BY_HELP)
    adopt.add_argument("--note", default="", help="why; it stands beside the version")
    decline = acts.add_parser("decline", help="decline the policy that waits")
    decline.add_argument("number", type=int, help="the number of the version")
    decline.add_argument("--by", required=True, metavar="USERNAME", help=BY_HELP)
    decline.add_argument("--because", required=True, help="why; it stands beside the version")
    acts.add_parser("show", help="print the policy in force, and what waits")


def run(args: argparse.Namespace) -> int:
    """1 where a file cannot be read or a verb refuses."""
    with installation.ready():
        try:
            ACTS[args.act](args)
        except OSError as error:
            say(f"{args.file} cannot be read: {error.strerror}")
            return 1
        except Refusal as refusal:
            say(str(refusal))
            return 1
    return 0


def _definition(args: argparse.Namespace) -> Any:
    definitions = importlib.import_module("huiying.supervision.definitions")
    try:
        text = args.file.read_text("utf-8-sig") if args.file else definitions.usual()
    except UnicodeDecodeError:
        raise Invalid("This file is not in UTF-8.") from None
    return definitions.read_policy(text)


def _rehearse(args: argparse.Namespace) -> None:
    rehearse = importlib.import_module("huiying.supervision.rehearsing").rehearse
    found = rehearse(_definition(args), days=args.days)
    print(f"{found.cases} cases ran since {found.since:%Y-%m-%d}; {found.told} came to a step.")
    for line in found.steps:
        whom = ", ".join(each.value for each in line.step.tell)
        share = f"{line.step.stage.value:<13} {line.step.at:>4} %"
        print(f"  {share}  {line.cases:>6} cases  {line.notices:>6} notices  {whom}")
    most_told = found.people[:MOST_NAMED]
    names = importlib.import_module("huiying.agencies.reads").staff_names(
        each.recipient for each in most_told
    )
    for each in most_told:
        name = localized(names.get(each.recipient)) or each.recipient
        print(f"  {name}: {each.notices} notices, {each.most_a_day} on the worst day")


def _adopt(args: argparse.Namespace) -> None:
    """Two people: whoever comes first proposes, the second puts the same policy in force."""
    adopting = importlib.import_module("huiying.supervision.actions.adopting")
    shown = importlib.import_module("huiying.supervision.reads").policies()
    definition, actor = _definition(args), actor_named(args.by)
    if shown.waiting and shown.waiting.digest == definition.digest():
        adopting.adopt_policy(actor=actor, number=shown.waiting.number)
        say(f"Version {shown.waiting.number} is in force.")
        return
    number = adopting.propose_policy(actor=actor, definition=definition, note=args.note)
    if shown.in_force and shown.in_force.number == number:
        say(f"Version {number} says this already.")
        return
    say(f"Proposed as version {number}. A second person puts it in force, here or at the desk.")


def _decline(args: argparse.Namespace) -> None:
    adopting = importlib.import_module("huiying.supervision.actions.adopting")
    actor = actor_named(args.by)
    adopting.decline_policy(actor=actor, number=args.number, because=args.because)
    say(f"Version {args.number} is declined. Everything stays as it was.")


def _show(_args: argparse.Namespace) -> None:
    shown = importlib.import_module("huiying.supervision.reads").policies()
    if shown.waiting:
        say(f"Version {shown.waiting.number} waits for a second person.")
    found = shown.in_force
    if found is None:
        say("No policy is in force: nobody is told. See: huiying escalation adopt")
        return
    say(f"Version {found.number}, since {found.adopted_at:%Y-%m-%d %H:%M} UTC")
    print(found.definition.as_text(), end="")


ACTS = {"rehearse": _rehearse, "adopt": _adopt, "decline": _decline, "show": _show}
