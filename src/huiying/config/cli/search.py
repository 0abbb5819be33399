"""`huiying search`: what one member of staff finds among the letters and answers that they may read."""

import argparse
import importlib
import json
import sys
from typing import TYPE_CHECKING, Any

from huiying.config.cli import installation
from huiying.config.cli.installation import say
from huiying.kernel.refusals import Refusal

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers


def add(subparsers: "Subparsers") -> None:
    """`QUERY --as USERNAME [--kind K] [--category C] [--unit U] [--order O] [--older P]
    [--json]`."""
    parser = subparsers.add_parser(
        "search", help="Search letters and answers as a member of staff."
    )
    parser.add_argument("query", metavar="QUERY", help="words; all of them must be there")
    parser.add_argument(
        "--as", dest="username", required=True, metavar="USERNAME",
        help="whose search it is: what they may read is searched, and the record names them",
    )  # fmt: skip
    parser.add_argument("--kind", choices=["letter", "answer"], default="")
    parser.add_argument("--category", default="", metavar="CODE")
    parser.add_argument("--unit", default="", metavar="CODE")
    parser.add_argument("--older", default="", help="the place that the page before named")
    parser.add_argument(
        "--order", choices=["newest", "relevance"], default="newest",
        help="relevance: one page of those that fit best",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print total, hits and older as JSON")


def run(args: argparse.Namespace) -> int:
    """Print what is found; 1 where the search is refused or nobody has that name."""
    with installation.ready():
        # These need the models, which are there only now.
        accounts = importlib.import_module("huiying.accounts.models")
        agencies = importlib.import_module("huiying.agencies.reads")
        searching = importlib.import_module("huiying.replies.actions.searching")
        asked = importlib.import_module("huiying.replies.reads.searching").Asked
        account = accounts.Account.objects.filter(username=args.username, is_active=True).first()
        if account is None:
            say("Nobody who is active has this user name.")
            return 1
        try:
            found = searching.search(
                actor=agencies.standing_of(account).actor,
                query=args.query,
                asked=asked(
                    args.category,
                    args.unit,
                    args.kind,
                    order="relevance" if args.order == "relevance" else "",
                ),
                older=args.older,
                exact=True,
            )
        except Refusal as refusal:
            say(str(refusal))
            return 1
    sys.stdout.write(_as_json(found) if args.json else _as_text(found))
    return 0


def _joined(pieces: Any) -> str:
    return "".join(piece.text for piece in pieces)


def _as_json(found: Any) -> str:
    hits = [
        {
            "kind": hit.kind,
            "case": hit.number,
            "title": _joined(hit.title),
            "excerpt": _joined(hit.excerpt),
            "found": sorted({piece.text for piece in (*hit.title, *hit.excerpt) if piece.found}),
            "state": hit.state,
            "at": hit.at.isoformat(),
        }
        for hit in found.hits
    ]
    answer = {"total": found.total, "hits": hits, "older": found.older}
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


def _as_text(found: Any) -> str:
    lines = [f"{hit.number}  {hit.at:%Y-%m-%d}  {_joined(hit.title)}\n" for hit in found.hits]
    return f"{found.total}\n{''.join(lines)}"
