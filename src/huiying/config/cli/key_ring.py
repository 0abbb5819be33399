"""`huiying keys`: the key ring by numbers; a new key, and everything sealed under it."""

import argparse
from typing import TYPE_CHECKING, Any

from huiying.config import keys, places
from huiying.config.cli import installation
from huiying.config.cli.installation import say
from huiying.kernel.actors import SYSTEM

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

BATCH = 500
NAMES = {
    "intake_submission": "receipts whose secrets follow from it",
    "intake_callerpin": "PINs of callers that follow from it",
    "intake_helper": "helpers whose secrets and PINs follow from it",
    "intake_seal": "letters whose own keys it wraps",
    "intake_loosefile": "files that wait with an unsent letter (an hour at most)",
    "accounts_codeapp": "authenticator apps",
    "accounts_unsentwords": "unsent words of staff (seven days at most)",
}


def add(subparsers: "Subparsers") -> None:
    """`list`, `add`, `rewrap`."""
    parser = subparsers.add_parser("keys", help="List the key ring, add a key, seal under it.")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="which keys there are and what needs them; never a key itself")
    acts.add_parser("add", help="put a fresh key into the key file")
    acts.add_parser(
        "rewrap", help="bring what older keys seal under the newest; may be interrupted"
    )


def run(args: argparse.Namespace) -> int:
    """0 where it was done, 1 where a key that something needs is missing."""
    if args.act == "add":
        number = keys.add(places.data_folder())
        say(
            f"Key {number} is in the ring. Restart every process of the desk now, so that all know "
            "it; then run: huiying keys rewrap. Staff sign in again, and writers who have a letter "
            "open type code and secret again. Receipts go on working. Keep a copy of the key file "
            "apart from the backups."
        )
        return 0
    with installation.ready():
        return _rewrap() if args.act == "rewrap" else _list()


def _list() -> int:
    found = installation.loaded("huiying.config.key_uses").uses()
    for use in found:
        _print(use)
    return 0 if all(use.held for use in found) else 1


def _print(use: Any) -> None:
    state = "seals what is new" if use.newest else "opens what is old"
    if not use.held:
        state = "IS MISSING from the ring: put it back"
    elif use.removable:
        state = "is needed by nothing here; an older backup may still need it"
    print(f"key {use.number} {state}")
    for table, count in use.rows.items():
        print(f"  {count:,} {NAMES.get(table, table)}")


def _rewrap() -> int:
    vault = installation.loaded("huiying.intake.actions.revealing")
    apps = installation.loaded("huiying.accounts.actions.resealing")
    begun = installation.loaded("huiying.accounts.actions.unsent")
    try:
        letters = _all(lambda: vault.rewrap_seals(actor=SYSTEM, most=BATCH))
        accounts = _all(lambda: apps.reseal_apps(actor=SYSTEM, most=BATCH))
        _all(lambda: begun.reseal_unsent(actor=SYSTEM, most=BATCH))
    except KeyError as missing:
        say(f"Key {missing} is missing from the ring. Put it back, then run this again.")
        return 1
    say(f"Wrapped anew: the keys of {letters:,} letters, {accounts:,} authenticator apps.")
    say(
        "Secrets of receipts and PINs of callers follow from the key under which they were given "
        "out: it stays in the ring as long as `huiying keys list` shows them."
    )
    return _list()


def _all(batch: Any) -> int:
    """Call it until nothing is left; each call is a transaction of its own."""
    whole = 0
    while done := int(batch()):
        whole += done
    return whole
