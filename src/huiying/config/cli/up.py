"""`huiying up`: the database, its migrations, the pages and the worker, in one process tree."""

import argparse
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING

from huiying.config import embedded
from huiying.config.cli import installation, web
from huiying.config.cli.installation import command, say
from huiying.config.supervisor import Child, Supervisor

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

FIRST_PAGE_SECONDS = 60


def add(subparsers: "Subparsers") -> None:
    """`--host`, `--port`."""
    parser = subparsers.add_parser("up", help="Start everything: database, web pages and worker.")
    web.add_address(parser)


def run(args: argparse.Namespace) -> int:
    """Everything, until SIGTERM or SIGINT."""
    if not web.is_free(args.host, args.port):
        say(web.taken(args.host, args.port))
        return 1
    name_port(args.port)
    with installation.database() as share:
        if not installation.migrated():
            return 1
        address = address_of(args.host, args.port)
        run_tree(args.host, args.port, share, lambda: say(f"Huiying is ready: {address}"))
    return 0


def name_port(port: int) -> None:
    """Without HUIYING_URL, what is sent out links to the port that is listened on."""
    os.environ.setdefault("HUIYING_URL", f"http://127.0.0.1:{port}")


def address_of(host: str, port: int) -> str:
    """The address to type into a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - read, not bound
    return f"http://{shown}:{port}/"


def run_tree(
    host: str, port: int, share: embedded.Share | None, when_ready: Callable[[], None]
) -> None:
    """Pages and worker until a signal; `when_ready` is called once, when the first page answers.

    A dead embedded database (`share`) is brought back within seconds.
    """

    tree = Supervisor(
        [
            Child("web", command("web", "--host", host, "--port", str(port))),
            Child("worker", command("worker")),
        ],
        lambda: mend(share),
        say,
    )
    waiting = threading.Thread(
        target=_tell_when_ready, args=(address_of(host, port), when_ready), daemon=True
    )
    waiting.start()
    tree.run()


def mend(share: embedded.Share | None) -> None:
    """Bring a dead embedded database back, and say so; failing that, say why and let it be tried
    again."""
    try:
        if share and share.mend():
            say("The database had stopped; it is back.")
    except embedded.EmbeddedDatabaseError as error:
        say(str(error))


def _tell_when_ready(address: str, when_ready: Callable[[], None]) -> None:
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while time.monotonic() < deadline:
        if _answers(address):
            when_ready()
            return
        time.sleep(0.1)
    say(f"No page came from {address} within {FIRST_PAGE_SECONDS} seconds; see the messages above.")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10):  # noqa: S310 - our own http address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
