"""The whole tree, as people start it: `huiying up` and its end, clean and otherwise."""

import contextlib
import os
import signal
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from huiying.config.embedded import folders, postmaster
from tests.engine.commands import (
    HUIYING,
    answer,
    descendants,
    eventually,
    free_port,
    lives,
    running,
)
from tests.engine.conftest import is_up

FIRST_PAGE_SECONDS = 60
SLOW_CLIENTS = 100
pytestmark = pytest.mark.slow


@dataclass
class Tree:
    """A running `huiying up`."""

    pid: int
    url: str
    log: Path
    data: Path

    def children(self, word: str) -> list[int]:
        """Its processes whose command holds `word`."""
        return [
            pid
            for pid in descendants(self.pid)
            if word in Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        ]

    def answers(self) -> bool:
        return answer(self.url) == 200


@contextlib.contextmanager
def up(data: Path, log: Path) -> Iterator[Tree]:
    port = free_port()
    words = [*HUIYING, "up", "--port", str(port)]
    with running(data, *words, log=log, HUIYING_WEB_WORKERS="1") as process:
        tree = Tree(process.pid, f"http://127.0.0.1:{port}/zh-hans/", log, data)
        try:
            eventually(lambda: "is ready" in log.read_text(), FIRST_PAGE_SECONDS, "ready")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{log.read_text()}") from None
        yield tree


def test_it_serves_survives_deaths_and_stops_cleanly(data, tmp_path):
    """One tree through it all, since starting one takes seconds."""
    with up(data, tmp_path / "log") as tree:
        assert tree.answers()

        for word in ("web", "worker"):
            (old, *_) = tree.children(word)
            os.kill(old, signal.SIGKILL)
            eventually(lambda o=old: not lives(o), 5, f"{word} dies")
            eventually(lambda w=word: bool(tree.children(w)), 15, f"{word} is replaced")
        eventually(tree.answers, 20, "pages come back")

        found = postmaster.living(folders.of(data).cluster)
        assert found
        os.kill(found.pid, signal.SIGKILL)
        eventually(lambda: "it is back" in tree.log.read_text(), 20, "the database comes back")
        eventually(tree.answers, 10, "pages come back")

        everybody = descendants(tree.pid)
        os.kill(tree.pid, signal.SIGTERM)
        eventually(lambda: not lives(tree.pid), 15, "it stops")
        assert not any(lives(pid) for pid in everybody)
        assert not is_up(data)
        assert "Traceback" not in tree.log.read_text()


def test_nothing_outlives_a_killed_tree(data, tmp_path):
    """The children notice, leave, and the last one of them stops the database."""
    with up(data, tmp_path / "log") as tree:
        everybody = descendants(tree.pid)
        os.kill(tree.pid, signal.SIGKILL)
        eventually(lambda: not any(lives(pid) for pid in everybody), 20, "children end")
        eventually(lambda: not is_up(data), 10, "the database stops")


@contextlib.contextmanager
def slow_senders(url: str) -> Iterator[None]:
    """A hundred clients, each of whom sends a long letter byte by byte."""
    host, port = url.split("/")[2].split(":")
    head = (
        f"POST /zh-hans/ HTTP/1.1\r\nHost: {host}:{port}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n"
    ).encode()
    senders = []
    for _ in range(SLOW_CLIENTS):
        sender = socket.create_connection((host, int(port)))
        sender.sendall(head)
        senders.append(sender)
    finished = threading.Event()

    def dribble() -> None:
        while not finished.wait(0.2):
            for sender in senders:
                with contextlib.suppress(OSError):
                    sender.send(b"x")

    thread = threading.Thread(target=dribble)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()
        for sender in senders:
            sender.close()


def test_slow_senders_do_not_hold_up_a_page(data, tmp_path):
    with up(data, tmp_path / "log") as tree:
        assert tree.answers()
        with slow_senders(tree.url):
            time.sleep(1)
            took = []
            for _ in range(20):
                began = time.monotonic()
                assert tree.answers()
                took.append(time.monotonic() - began)
        assert statistics.quantiles(took, n=20)[-1] < 1.0, took


def test_a_taken_port_is_said_before_anything_starts(data, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        log = tmp_path / "log"
        with running(data, *HUIYING, "up", "--port", str(port), log=log) as process:
            assert process.wait(20) == 1
    assert f"Port {port} on 127.0.0.1 is taken" in log.read_text()
    assert not (data / "postgres").exists()
