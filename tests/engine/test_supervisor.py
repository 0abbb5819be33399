"""The process tree without the product: children of a few lines."""

import os
import signal
import sys

import pytest

from huiying.config import supervisor
from huiying.config.supervisor import Child, Supervisor
from tests.engine.commands import eventually, lives, running

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGTERM, signal.SIG_IGN)
Path(sys.argv[1]).touch()
time.sleep(60)
"""


@pytest.fixture
def said() -> list[str]:
    return []


def test_a_child_that_dies_is_started_again_with_growing_pauses(said, monkeypatch):
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.05)
    child = Child("short", [sys.executable, "-c", "raise SystemExit(3)"], pause=0.05)
    tree = Supervisor([child], lambda: None, said.append)

    def stop_after_four() -> None:
        if len(said) >= 4:
            tree.stop()

    tree._watch = stop_after_four
    tree.run()
    assert said[0] == "The short process ended (exit code 3); starting it again in 0.05 s."
    pauses = [float(line.split()[-2]) for line in said]
    assert pauses[:4] == [0.05, 0.1, 0.2, 0.4]


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


def test_a_child_that_ignores_the_stop_is_killed(said, monkeypatch, tmp_path):
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.5)
    ignores = tmp_path / "ignores"
    child = Child("stubborn", [sys.executable, "-c", STUBBORN, str(ignores)])
    tree = Supervisor([child], lambda: None, said.append)

    def stop_once_ignored() -> None:
        if ignores.exists():
            tree.stop()

    tree._watch = stop_once_ignored
    tree.run()
    assert child.process
    assert child.process.returncode == -signal.SIGKILL


def test_a_signal_stops_the_tree_and_the_handlers_come_back(said):
    before = signal.getsignal(signal.SIGTERM)

    def signal_oneself() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    tree = Supervisor([Child("sleeper", SLEEPER)], signal_oneself, said.append)
    tree.run()
    assert signal.getsignal(signal.SIGTERM) is before
    assert said == []


PARENT = """
import subprocess, sys, os
from huiying.config.lifeline import SUPERVISOR
code = '''
import os, time
from huiying.config.lifeline import tie_to_supervisor
tie_to_supervisor()
print(os.getpid(), flush=True)
time.sleep(60)
'''
child = subprocess.Popen(
    [sys.executable, "-c", code], env={**os.environ, SUPERVISOR: str(os.getpid())},
    start_new_session=True,
)
child.wait()
"""


def test_a_child_does_not_outlive_its_parent(data, tmp_path):
    log = tmp_path / "log"
    with running(data, sys.executable, "-c", PARENT, log=log) as parent:
        eventually(lambda: log.read_text().endswith("\n"), 60, "it is tied")
        child = int(log.read_text())
        assert lives(child)
        parent.kill()
        parent.wait()
        eventually(lambda: not lives(child), 30, "the child ends")
