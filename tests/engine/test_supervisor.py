"""The process tree without the product: children of a few lines."""

import os
import signal
import sys
import threading
import time

import pytest

from huiying.config import supervisor
from huiying.config.supervisor import Child, Supervisor
from tests.engine.commands import eventually, lives, running

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
]


@pytest.fixture
def said() -> list[str]:
    return []


def test_a_child_that_dies_is_started_again_with_growing_pauses(said, monkeypatch):
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.05)
    child = Child("short", [sys.executable, "-c", "raise SystemExit(3)"], pause=0.05)
    tree = Supervisor([child], lambda: None, said.append)
    threading.Timer(2.5, tree.stop).start()
    tree.run()
    assert said[0] == "The short process ended (exit code 3); starting it again in 0.05 s."
    pauses = [float(line.split()[-2]) for line in said]
    assert pauses == sorted(pauses)
    assert 3 <= len(pauses) <= 6


def test_a_child_killed_from_outside_is_replaced(said):
    child = Child("sleeper", SLEEPER)
    tree = Supervisor([child], lambda: None, said.append)
    seen: list[int] = []

    def kill_once() -> None:
        if child.process and not seen:
            seen.append(child.process.pid)
            child.process.kill()
        elif child.process and child.process.pid not in seen:
            seen.append(child.process.pid)
            tree.stop()

    tree._watch = kill_once
    tree.run()
    assert len(set(seen)) == 2
    assert "signal SIGKILL" in said[0]
    assert not any(lives(pid) for pid in seen)


def test_a_child_that_ignores_the_stop_is_killed(said, monkeypatch):
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.5)
    child = Child("stubborn", STUBBORN)
    tree = Supervisor([child], lambda: None, said.append)
    threading.Timer(1.5, tree.stop).start()
    began = time.monotonic()
    tree.run()
    assert time.monotonic() - began < 5
    assert child.process
    assert child.process.returncode == -signal.SIGKILL


def test_a_signal_stops_the_tree_and_the_handlers_come_back(said):
    before = signal.getsignal(signal.SIGTERM)
    tree = Supervisor([Child("sleeper", SLEEPER)], lambda: None, said.append)
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
    tree.run()
    assert signal.getsignal(signal.SIGTERM) is before
    assert said == []


PARENT = """
import subprocess, sys, os
from huiying.config.lifeline import SUPERVISOR
code = "from huiying.config.lifeline import tie_to_supervisor as t; t(); import time; time.sleep(60)"
child = subprocess.Popen(
    [sys.executable, "-c", code], env={**os.environ, SUPERVISOR: str(os.getpid())},
    start_new_session=True,
)
print(child.pid, flush=True)
child.wait()
"""


def test_a_child_does_not_outlive_its_parent(data, tmp_path):
    log = tmp_path / "log"
    with running(data, sys.executable, "-c", PARENT, log=log) as parent:
        eventually(lambda: log.read_text().strip() != "", 60, "started")
        child = int(log.read_text())
        time.sleep(0.5)
        assert lives(child)
        parent.kill()
        parent.wait()
        eventually(lambda: not lives(child), 30, "the child ends")
