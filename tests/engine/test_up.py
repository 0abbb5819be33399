"""The whole tree, as people start it: `huiying up` and its end, clean and otherwise."""

import contextlib
import itertools
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
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
    words_of,
)
from tests.engine.conftest import is_up

PATIENCE = 90  # on a machine that does much else at the same time
SLOW_CLIENTS = 100
ROUNDS_BEFORE = 5  # bytes from each of them, before pages are asked for
pytestmark = pytest.mark.slow


@dataclass
class Tree:
    """A running `huiying up`."""

    pid: int
    port: int
    url: str
    log: Path
    data: Path

    def children(self, word: str) -> list[int]:
        """Its processes whose command holds `word`."""
        return [pid for pid in descendants(self.pid) if word in words_of(pid)]

    def has_other(self, word: str, old: int) -> bool:
        return bool(set(self.children(word)) - {old})

    def answers(self) -> bool:
        return answer(self.url) == 200


@contextlib.contextmanager
def up(data: Path, log: Path) -> Iterator[Tree]:
    port = free_port()
    words = [*HUIYING, "up", "--port", str(port)]
    with running(data, *words, log=log, HUIYING_WEB_WORKERS="1") as process:
        tree = Tree(process.pid, port, f"http://127.0.0.1:{port}/zh-hans/", log, data)
        try:
            eventually(lambda: "is ready" in log.read_text(), PATIENCE, "ready")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{log.read_text()}") from None
        yield tree


@contextlib.contextmanager
def slow_senders(url: str) -> Iterator[None]:
    """A hundred clients, each of whom sends a long letter byte by byte, and has begun to."""
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
    rounds = itertools.count()
    begun = threading.Event()

    def dribble() -> None:
        while not finished.wait(0.2):
            if next(rounds) >= ROUNDS_BEFORE:
                begun.set()
            for sender in senders:
                with contextlib.suppress(OSError):
                    sender.send(b"x")

    thread = threading.Thread(target=dribble)
    thread.start()
    try:
        assert begun.wait(PATIENCE)
        yield
    finally:
        finished.set()
        thread.join()
        for sender in senders:
            sender.close()


def slowest_of(tree: Tree, pages: int) -> float:
    """Seconds of the slowest of so many pages, one after the other."""
    took = []
    for _ in range(pages):
        began = time.monotonic()
        assert tree.answers()
        took.append(time.monotonic() - began)
    return max(took)


def test_it_serves_survives_deaths_and_stops_cleanly(kept_data, tmp_path):
    """One tree through it all, since starting one takes seconds."""
    with up(kept_data, tmp_path / "log") as tree:
        quiet = slowest_of(tree, 20)
        with slow_senders(tree.url):
            beside_senders = slowest_of(tree, 20)
        # They cost next to nothing; without threads enough, a page would wait for the last byte.
        assert beside_senders < 5 * quiet + 1

        for word in ("web", "worker"):
            (old, *_) = tree.children(word)
            os.kill(old, signal.SIGKILL)
            eventually(partial(tree.has_other, word, old), PATIENCE, f"{word} is replaced")
        eventually(tree.answers, PATIENCE, "pages come back")
        assert "Traceback" not in tree.log.read_text()

        found = postmaster.living(folders.of(kept_data).cluster)
        assert found
        os.kill(found.pid, signal.SIGKILL)
        eventually(
            lambda: "it is back" in tree.log.read_text(), PATIENCE, "the database comes back"
        )
        assert [tree.answers() for _ in range(20)] == [True] * 20, "no page meets a dead connection"

        everybody = descendants(tree.pid)
        os.kill(tree.pid, signal.SIGTERM)
        eventually(lambda: not lives(tree.pid), PATIENCE, "it stops")
        assert not any(lives(pid) for pid in everybody)
        assert not is_up(kept_data)


def test_nothing_outlives_a_killed_tree(kept_data, tmp_path):
    """The children notice, leave, and the last one of them stops the database."""
    with up(kept_data, tmp_path / "log") as tree:
        everybody = descendants(tree.pid)
        os.kill(tree.pid, signal.SIGKILL)
        eventually(lambda: not any(lives(pid) for pid in everybody), PATIENCE, "children end")
        eventually(lambda: not is_up(kept_data), PATIENCE, "the database stops")


def test_a_taken_port_is_said_before_anything_starts(data, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        log = tmp_path / "log"
        with running(data, *HUIYING, "up", "--port", str(port), log=log) as process:
            assert process.wait(PATIENCE) == 1
    assert f"Port {port} on 127.0.0.1 is taken" in log.read_text()
    assert not (data / "postgres").exists()
