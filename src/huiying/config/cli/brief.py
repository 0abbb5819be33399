"""`huiying brief`: the daily brief as text, HTML or JSON."""

import argparse
import importlib
import sys
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from huiying.config.cli import installation
from huiying.config.cli.installation import say
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Refusal

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers


def add(subparsers: "Subparsers") -> None:
    """`[--date D] [--until HH:MM] [--format F] [--language L] [--version N] [--recount]`."""
    parser = subparsers.add_parser("brief", help="Print the daily brief.")
    parser.add_argument(
        "--date", type=_day, help="the day on which it ends (YYYY-MM-DD); the newest unless given"
    )
    parser.add_argument("--until", help="the hour at which it ends (HH:MM), as the settings say")
    parser.add_argument("--format", choices=["text", "html", "json"], default="text")
    parser.add_argument("--language", choices=["zh-hans", "en"], help="of text and HTML")
    parser.add_argument("--version", type=int, help="an earlier count of the same day")
    parser.add_argument(
        "--recount", action="store_true", help="count again; other figures make a new version"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write the day as 2026-11-21") from None


def run(args: argparse.Namespace) -> int:
    """Print the brief, counting it first where it is not kept yet; 1 where that is refused."""
    with installation.ready(), translation.override(args.language or settings.LANGUAGE_CODE):
        try:
            sys.stdout.write(printed(args))
        except Refusal as refusal:
            say(str(refusal))
            return 1
    return 0


def printed(args: argparse.Namespace) -> str:
    """The brief as it is printed, in the active language. Raises what counting and reading refuse."""
    # These need the models, which are there only now.
    periods = importlib.import_module("huiying.insight.periods")
    reads = importlib.import_module("huiying.insight.reads")
    rendering = importlib.import_module("huiying.insight.rendering")
    until = periods.read_hour(args.until) if args.until else periods.usual_hour()
    day = args.date or periods.latest_day(until, time.now())
    if args.recount or not reads.newest(day, until):
        actions = importlib.import_module("huiying.insight.actions")
        actions.count_brief(actor=SYSTEM, day=day, until=until)
    brief = reads.read_brief(SYSTEM, day=day, until=until, version=args.version)
    if args.format == "json":
        return str(rendering.as_json(brief))
    if args.format == "html":
        return str(rendering.as_html(brief, _link(brief.brief)))
    return str(rendering.as_text(brief))


def _link(brief: Any) -> Callable[[str, dict[str, str]], str]:
    """Addresses of the lists of cases at the desk."""

    def link(figure: str, narrowed: dict[str, str]) -> str:
        path = reverse("staff_desk:brief_cases", args=[brief.day])
        known = {"until": f"{brief.until:%H:%M}", "version": brief.version, "figure": figure}
        return f"{settings.SITE_URL}{path}?{urlencode(known | narrowed)}"

    return link
