import os
from collections.abc import Callable
from pathlib import Path

import pytest

from huiying.doors import importing, mapping
from huiying.doors.importing import DOOR, Report
from huiying.kernel.actors import Actor

HEADER = "id,title,text,came,kind,unit,state,answer,answered,closed,phone"
MAP = """
source = "partner"
language = "en"
time_zone = "Asia/Shanghai"
publish = true
open_state = "in_progress"
[targets]
id = "id"
title = "title"
body = "text"
received = "came"
category = "kind"
unit = "unit"
answer = "answer"
answered = "answered"
closed = "closed"
outcome = { constant = "solved" }
[targets.state]
column = "state"
values = { open = "open", done = "answered", closed = "closed" }
"""


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def row(number: int, **given: str) -> str:
    """One line of a partner's file that fits; `given` replaces its fields."""
    fields = {
        "id": str(number),
        "title": f"Title {number}",
        "text": f"Text {number}",
        "came": "2026-03-02 08:00:00",
        "kind": "leak",
        "unit": "water",
        "state": "open",
        "answer": "",
        "answered": "",
        "closed": "",
        "phone": "13800000000",
    } | given
    return ",".join(quoted(fields[name]) for name in HEADER.split(","))


class File:
    """A partner's file and its import: `write` lines, then `load` them."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "partner.csv"
        self.map = folder / "partner.toml"
        self.map.write_text(MAP, encoding="utf-8")

    def write(self, *lines: str, encoding: str = "utf-8", header: str = HEADER) -> Path:
        self.path.write_bytes("\n".join([header, *lines, ""]).encode(encoding))
        return self.path

    def load(
        self,
        *lines: str,
        actor: Actor = DOOR,
        source: str = "",
        tell: Callable[[Report], None] = lambda _report: None,
    ) -> Report:
        if lines:
            self.write(*lines)
        if source:
            text = MAP.replace('source = "partner"', f'source = "{source}"')
            self.map.write_text(text, encoding="utf-8")
        return importing.run(self.path, mapping.load(self.map), actor=actor, tell=tell)


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows a batch."""
    monkeypatch.setattr(importing, "ROWS_A_BATCH", 3)


def shared_file(name: str) -> Path:
    """A file of the shared data; skips the test where it is not on this machine."""
    beside = Path(__file__).resolve().parents[3] / "shared"
    path = Path(os.environ.get("HUIYING_SHARED", beside)) / "data" / name
    if not path.exists():
        pytest.skip(f"{name} is not here; set HUIYING_SHARED to the folder that has data/{name}")
    return path
