"""`huiying web`: the pages, by granian."""

import argparse
import os
import socket
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from huiying.config import environment, lifeline
from huiying.config.cli import installation
from huiying.config.cli.installation import say

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

# A slow sender costs a thread until its letter has arrived. Threads are made when they are needed
# and end when idle; 100 slow senders at once leave enough for everybody else.
THREADS = 192
MOST_WORKERS = 4
STOP_SECONDS = 5
SHARED_COUNTERS = "PROMETHEUS_MULTIPROC_DIR"


def add(subparsers: "Subparsers") -> None:
    """`--host`, `--port`."""
    parser = subparsers.add_parser("web", help="Serve the web pages only.")
    add_address(parser)


def add_address(parser: argparse.ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")


def is_free(host: str, port: int) -> bool:
    """Whether this process could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def taken(host: str, port: int) -> str:
    """What to say where something else listens there."""
    return (
        f"Port {port} on {host} is taken. Choose another one: huiying … --port {port + 1}, "
        f"make demo PORT={port + 1}"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    lifeline.tie_to_supervisor()
    if not is_free(args.host, args.port):
        say(taken(args.host, args.port))
        return 1
    with installation.database(), TemporaryDirectory(prefix="huiying-metrics-") as shared:
        os.environ[SHARED_COUNTERS] = shared  # all web processes count into one folder
        os.environ["HUIYING_DATABASE_ROLE"] = "app"
        _server(args.host, args.port).serve()
    return 0


def _server(host: str, port: int) -> MPServer:
    usual = min(MOST_WORKERS, os.cpu_count() or 1)
    return MPServer(
        "huiying.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=environment.number("HUIYING_WEB_WORKERS", usual, least=1, most=64),
        blocking_threads=environment.number("HUIYING_WEB_THREADS", THREADS, least=4, most=2000),
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=STOP_SECONDS,
    )
