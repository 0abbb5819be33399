"""The stand: a database of its own in a temporary folder, and the web server over it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huiying.config.embedded import folders

WAIT_SECONDS = 60
# So that no bench meets a limit on tries: the limits are not what is measured.
UNLIMITED = "1000000"


@contextmanager
def data_folder() -> Iterator[str]:
    """`HUIYING_DATA` in a temporary folder, while the block runs."""
    with tempfile.TemporaryDirectory(prefix="huiying-bench-") as folder:
        os.environ["HUIYING_DATA"] = folder
        os.environ["HUIYING_LOG_LEVEL"] = "ERROR"
        os.environ["HUIYING_TRIES_FACTOR"] = UNLIMITED
        os.environ.pop("HUIYING_DEBUG", None)
        try:
            yield folder
        finally:
            home = folders.of(Path(folder)).home
            # Started by root, its database lies elsewhere, and nobody would find it again.
            if not home.is_relative_to(Path(folder).resolve()):
                shutil.rmtree(home, ignore_errors=True)


def huiying(*arguments: str) -> None:
    """Run one command to its end; raises CalledProcessError where it fails."""
    subprocess.run(
        [sys.executable, "-m", "huiying.config.cli", *arguments],
        check=True,
        stderr=subprocess.DEVNULL,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def web(workers: int) -> Iterator[str]:
    """`huiying web` with this many worker processes; yields its address."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "huiying.config.cli", "web", "--port", str(port)],
        env=os.environ | {"HUIYING_WEB_WORKERS": str(workers)},
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/en/")
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


@contextmanager
def worker() -> Iterator[None]:
    """`huiying worker` beside whatever else runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "huiying.config.cli", "worker"], stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_for(url: str) -> None:
    """Until `url` answers; raises TimeoutError."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=2).read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"No answer from {url} within {WAIT_SECONDS} s.")
