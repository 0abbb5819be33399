"""Residents write while everything is killed: every receipt that was shown is there afterwards, and each of
their letters is told of by the one mail of its row.
"""

import http.client
import itertools
import os
import re
import signal
import threading
import time
from functools import partial
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlencode

import psycopg
import pytest

from huiying.config import embedded
from huiying.config.embedded import folders, postmaster
from tests.engine.commands import descendants, eventually, lives
from tests.engine.test_up import PATIENCE, Tree, up

WRITERS = 4
ENOUGH = 8  # more letters acknowledged after each death


class Residents:
    """People who write letter after letter, and send a letter again until its receipt comes.

    Each letter comes from another loopback address, as the number from one address is limited.
    """

    def __init__(self) -> None:
        self.port = 0
        self.receipts: dict[str, str] = {}
        self.sent_again = 0
        self._numbers = itertools.count(1)
        self._finished = threading.Event()
        self._threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]

    def __enter__(self) -> "Residents":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Nobody writes any more; what was under way is through or given up."""
        self._finished.set()
        for thread in self._threads:
            thread.join()

    def has_more_than(self, number: int) -> bool:
        return len(self.receipts) > number

    def _write(self) -> None:
        while not self._finished.is_set():
            number = next(self._numbers)
            body = f"第{number}封信：路灯坏了。"
            source = f"127.1.{number // 250}.{number % 250 + 1}"
            form = self._until_answered(source, "GET", "", r'name="form_key"[^>]*value="([^"]+)"')
            told = {"hears_by": "mail", "email": "resident@example.org"}
            given = urlencode({"body": body, "wish": "private", "form_key": form} | told)
            code = self._until_answered(source, "POST", given, r'name="code" value="([^"]+)"')
            if code:
                self.receipts[body] = re.sub(r"\D", "", code)

    def _until_answered(self, source: str, method: str, given: str, pattern: str) -> str:
        while not self._finished.is_set():
            found = re.search(pattern, self._page(source, method, given))
            if found:
                return found[1]
            self.sent_again += method == "POST"
            time.sleep(0.1)
        return ""

    def _page(self, source: str, method: str, given: str) -> str:
        client = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=10, source_address=(source, 0)
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if given else {}
        try:
            client.request(method, "/zh-hans/write/", given, headers)
            return client.getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            return ""
        finally:
            client.close()


def kill(tree: Tree, whom: str) -> None:
    """One part of the tree, or all of it at once, without a chance to finish anything."""
    server = postmaster.living(folders.of(tree.data).cluster)
    assert server
    if whom == "database":
        victims = [server.pid]
    elif whom == "everything":
        victims = [tree.pid, *descendants(tree.pid), server.pid]
    else:
        victims = tree.children(whom)
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not any(lives(pid) for pid in victims), PATIENCE, f"{whom} dies")


def ask(data: Path, query: LiteralString) -> list[tuple[object, ...]]:
    host = str(embedded.socket_folder(data))
    with psycopg.connect(host=host, user="huiying_app", dbname="huiying") as connection:
        return connection.execute(query).fetchall()


def all_sent(data: Path) -> bool:
    waiting = "SELECT count(*) FROM notices_outgoing WHERE ended_at IS NULL"
    return ask(data, waiting) == [(0,)]


@pytest.mark.slow
@pytest.mark.durable
def test_every_receipt_that_was_shown_is_there_afterwards(data: Path, tmp_path: Path) -> None:
    with Residents() as residents:
        with up(data, tmp_path / "first") as tree:
            residents.port = tree.port
            for whom in ("web", "worker", "database", "everything"):
                wanted = len(residents.receipts) + ENOUGH
                eventually(partial(residents.has_more_than, wanted), PATIENCE, f"before {whom}")
                kill(tree, whom)
        with up(data, tmp_path / "second") as tree:
            residents.port = tree.port
            wanted = len(residents.receipts) + ENOUGH
            eventually(partial(residents.has_more_than, wanted), PATIENCE, "after it all")
            residents.stop()
            eventually(partial(all_sent, data), PATIENCE, "all mails are sent")

    assert residents.sent_again, "some letters met a dead desk and were sent again"
    with embedded.shared(data):
        codes = [code for (code,) in ask(data, "SELECT code FROM intake_submission")]
        told = ask(data, "SELECT message_id, result FROM notices_outgoing")
    assert set(residents.receipts.values()) <= set(codes)
    # A letter sent again under its key is one letter; only those still under way have no receipt.
    assert len(codes) <= len(residents.receipts) + WRITERS
    # One row a letter, and one mail a row: a resend after a death has the name of the first.
    assert len(told) == len(codes)
    names = {str(name).partition("@")[0]: result for name, result in told}
    assert set(names.values()) <= {"sent", ""}  # one that came at the very end may still wait
    written = {path.stem for path in (data / "outbox").glob("*.eml")}
    assert {name for name, result in names.items() if result} <= written <= set(names)
    assert len(written) >= len(residents.receipts)
