"""`huiying user`: accounts of staff and their roles."""

import argparse
import getpass
import importlib
import secrets
import sys
from typing import TYPE_CHECKING

from huiying.config.cli import installation
from huiying.config.cli.installation import say
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import NotFound, Refusal

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 5, 4


def add(subparsers: "Subparsers") -> None:
    """`create`, `roles`, `password`, `reset-second-step`, `off`, `list`."""
    parser = subparsers.add_parser("user", help="Create staff accounts and give them roles.")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    create = _account(acts.add_parser("create", help="make an account"))
    create.add_argument("--name", required=True, help="the name that colleagues see")
    create.add_argument("--name-en", help="the same in Latin letters; --name unless given")
    create.add_argument("--mail", default="", help="where notices about the account go")
    create.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans")
    _roles(create, "--role", "a role at a unit, for example handler@housing; may be repeated")
    _password(create)
    roles = _account(acts.add_parser("roles", help="give roles, or end them"))
    _roles(roles, "--give", "a role at a unit, for example clerk@desk; may be repeated")
    _roles(roles, "--end", "a role that ends now; may be repeated")
    _password(_account(acts.add_parser("password", help="set a new password")))
    reset = acts.add_parser(
        "reset-second-step", help="take a lost app and passkeys from an account"
    )
    _account(reset)
    _account(acts.add_parser("off", help="end an account; what it did stays in the record"))
    acts.add_parser("list", help="list all accounts with their roles")


def _account(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("username", metavar="USERNAME")
    return parser


def _roles(parser: argparse.ArgumentParser, option: str, purpose: str) -> None:
    parser.add_argument(
        option, type=_role_at, action="append", default=[], metavar="ROLE@UNIT", help=purpose
    )


def _password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input; otherwise it is asked for, or made up and "
        "printed where there is no terminal",
    )


def _role_at(text: str) -> tuple[str, str]:
    role, _, unit = text.partition("@")
    if not role or not unit:
        raise argparse.ArgumentTypeError("write it as ROLE@UNIT, for example handler@housing")
    return role, unit


def run(args: argparse.Namespace) -> int:
    """1 where a verb refuses."""
    with installation.ready():
        try:
            ACTS[args.act](args)
        except NotFound:
            say("There is no such user name, unit or role. See: huiying user list")
            return 1
        except Refusal as refusal:
            say(str(refusal))
            return 1
    return 0


def _create(args: argparse.Namespace) -> None:
    password, is_made_up = _chosen_password(args)
    importlib.import_module("huiying.accounts.actions").create_account(
        actor=SYSTEM,
        username=args.username,
        name={"zh-hans": args.name, "en": args.name_en or args.name},
        password=password,
        language=args.language,
    )
    if args.mail:
        importlib.import_module("huiying.accounts.actions").give_mail_address(
            actor=SYSTEM, username=args.username, email=args.mail
        )
    say(f"Made the account {args.username}.")
    if is_made_up:
        print(f"Password: {password}")
    _give(args.username, args.role)


def _change_roles(args: argparse.Namespace) -> None:
    agencies = importlib.import_module("huiying.agencies.actions")
    _give(args.username, args.give)
    for role, unit in args.end:
        agencies.end_role(actor=SYSTEM, username=args.username, unit_code=unit, role=role)
        say(f"{args.username} is no longer {role} at {unit}.")


def _give(username: str, roles: list[tuple[str, str]]) -> None:
    agencies = importlib.import_module("huiying.agencies.actions")
    for role, unit in roles:
        agencies.give_role(actor=SYSTEM, username=username, unit_code=unit, role=role)
        say(f"{username} is {role} at {unit}.")


def _set_password(args: argparse.Namespace) -> None:
    accounts = importlib.import_module("huiying.accounts.actions")
    password, is_made_up = _chosen_password(args)
    accounts.set_password(actor=SYSTEM, username=args.username, password=password)
    say(f"Set a new password for {args.username}.")
    if is_made_up:
        print(f"Password: {password}")


def _reset_second_step(args: argparse.Namespace) -> None:
    verbs = importlib.import_module("huiying.accounts.actions.second_step")
    verbs.reset_second_step(actor=SYSTEM, username=args.username)
    say(f"{args.username} signs in with the password alone until they set a second step up again.")


def _switch_off(args: argparse.Namespace) -> None:
    agencies = importlib.import_module("huiying.agencies.actions")
    agencies.let_go(actor=SYSTEM, username=args.username)
    say(f"Ended the account {args.username}.")


def _list(_args: argparse.Namespace) -> None:
    for person in importlib.import_module("huiying.agencies.reads").directory():
        roles = ", ".join(f"{role}@{unit}" for role, unit in person.roles) or "no role"
        ended = "" if person.active else " (ended)"
        print(f"{person.username}{ended}: {person.name.get('zh-hans', '')}; {roles}")


def _chosen_password(args: argparse.Namespace) -> tuple[str, bool]:
    """The password, and whether it was made up here: neither given nor asked for."""
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\n"), False
    if sys.stdin.isatty():
        return getpass.getpass(f"Password for {args.username}: "), False
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups), True


ACTS = {
    "create": _create,
    "roles": _change_roles,
    "password": _set_password,
    "reset-second-step": _reset_second_step,
    "off": _switch_off,
    "list": _list,
}
