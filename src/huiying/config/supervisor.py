"""A small process tree: children restarted with back-off, all of them stopped together."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from huiying.config.lifeline import SUPERVISOR

LOOK_SECONDS = 0.2
WATCH_SECONDS = 1.0
STOP_SECONDS = 10.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 30.0  # a child that lived this long begins the back-off anew


@dataclass
class Child:
    """One process to keep alive: a name for messages, and its command."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    pause: float = field(default=FIRST_PAUSE)


class Supervisor:
    """Runs `children` until SIGTERM or SIGINT. Calls `watch` every second, between its own looks."""

    def __init__(
        self, children: Sequence[Child], watch: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        self._children = children
        self._watch = watch
        self._say = say
        self._stopping = False
        self._woken = threading.Event()

    def run(self) -> None:
        """Return once everything has stopped. The caller's own signal handlers are put back."""
        before = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
        }
        try:
            self._keep_running()
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """Ask `run` to stop everything and return."""
        self._stopping = True
        self._woken.set()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._stopping = True
        self._woken.set()

    def _keep_running(self) -> None:
        watch_at = time.monotonic()
        while not self._stopping:
            now = time.monotonic()
            if now >= watch_at:
                self._watch()
                watch_at = now + WATCH_SECONDS
            for child in self._children:
                self._look_after(child, now)
            self._woken.wait(LOOK_SECONDS)
            self._woken.clear()

    def _look_after(self, child: Child, now: float) -> None:
        if child.process is None:
            if now >= child.start_at:
                self._start(child, now)
            return
        code = child.process.poll()
        if code is None:
            return
        if now - child.started > STEADY_SECONDS:
            child.pause = FIRST_PAUSE
        self._say(
            f"The {child.name} process ended ({_reason(code)}); "
            f"starting it again in {child.pause:g} s."
        )
        child.process = None
        child.start_at = now + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _start(self, child: Child, now: float) -> None:
        surroundings = {**os.environ, SUPERVISOR: str(os.getpid())}
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which then
        # stops its children in order.
        child.process = subprocess.Popen(
            child.command, env=surroundings, stdin=subprocess.DEVNULL, start_new_session=True
        )
        child.started = now

    def _stop_all(self) -> None:
        running = [child.process for child in self._children if child.process]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _reason(code: int) -> str:
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
