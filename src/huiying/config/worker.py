"""The worker: loops that empty queues in the database, and procrastinate for what has a schedule.

Import it after Django is set up. Each loop has a thread of its own; one that fails is tried again.
"""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from django.db import close_old_connections
from procrastinate.contrib.django.django_connector import DjangoConnector

from huiying.casework.landing.at_intake import suggest_new
from huiying.casework.landing.trying import run_next_trial
from huiying.config import schedules
from huiying.config.backup.erasures import note_erasures
from huiying.config.pacing import Pace
from huiying.doors.tasks import run_next, sweep_files
from huiying.intake.indexing import index_letters, take_up_again
from huiying.intake.reads import newest_number
from huiying.intake.tasks import make_thumbnails, sweep_loose_files
from huiying.notices.tasks import sweep
from huiying.replies.tasks import index_answers
from huiying.supervision.tasks import escalate

logger = logging.getLogger(__name__)

STOP_SECONDS = 6
WATCH_SECONDS = 2
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
SHORTEST_PAUSE = 0.05


@dataclass(frozen=True)
class Loop:
    """A task that does what is there to do and returns how many rows it handled.

    It begins every `every` seconds, or as soon as it has ended. Nothing wakes it earlier: a NOTIFY in each
    verb would make commits wait for each other.
    """

    name: str
    task: Callable[[], int]
    every: float


# The thread of the outbox is the only one that asks it.
PACE = Pace(newest_number)
LOOPS = [
    Loop("outbox", lambda: sweep(PACE.rest), every=2.0),
    Loop("letters indexed", index_letters, every=0.5),
    Loop("letters set aside", take_up_again, every=60.0),
    Loop("answers indexed", index_answers, every=0.5),
    Loop("cases suggested on", suggest_new, every=3.0),
    Loop("models tried", run_next_trial, every=3.0),
    Loop("small pictures", make_thumbnails, every=3.0),
    Loop("clocks watched", escalate, every=60.0),
    Loop("erasures noted", note_erasures, every=5.0),
    Loop("imports", run_next, every=2.0),
    Loop("uploaded files", sweep_files, every=600.0),
    Loop("loose files", sweep_loose_files, every=60.0),
]


@dataclass
class Worker:
    """Runs `loops` and the schedules until SIGTERM or SIGINT; calls `watch` every two seconds."""

    loops: Sequence[Loop] = field(default_factory=lambda: LOOPS)
    watch: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._stop = threading.Event()

    def run(self) -> None:
        """Return within seconds of a signal; what was unfinished is rolled back and done later."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        targets: list[Callable[[], None]] = [self._keep_schedules]
        targets += [self._repeated(loop) for loop in self.loops]
        # Daemons: a mail server that never answers must not hold up the stop.
        threads = [threading.Thread(target=target, daemon=True) for target in targets]
        for thread in threads:
            thread.start()
        while not self._stop.wait(WATCH_SECONDS):
            self.watch()
        for thread in threads:
            thread.join(STOP_SECONDS / len(threads))

    def stop(self) -> None:
        """Ask `run` to return."""
        self._stop.set()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _repeated(self, loop: Loop) -> Callable[[], None]:
        def repeat() -> None:
            began = time.monotonic()
            close_old_connections()
            try:
                loop.task()
            finally:
                close_old_connections()
            self._stop.wait(max(loop.every - (time.monotonic() - began), SHORTEST_PAUSE))

        return lambda: self._persist(loop.name, repeat)

    def _persist(self, name: str, work: Callable[[], None]) -> None:
        """Do `work` again and again; after a failure with growing pauses."""
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            try:
                work()
                pause = FIRST_PAUSE
            except Exception as error:  # noqa: BLE001 - a loop outlives whatever its task runs into
                if self._stop.is_set():
                    return
                # The class alone: a message may quote a row.
                logger.error("worker loop %s failed: %s", name, type(error).__name__)
                self._stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _keep_schedules(self) -> None:
        self._persist("schedules", lambda: asyncio.run(self._run_procrastinate()))

    async def _run_procrastinate(self) -> None:
        connected = schedules.app.with_connector(DjangoConnector().get_worker_connector())
        async with connected.open_async():
            work = asyncio.create_task(
                connected.run_worker_async(
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=STOP_SECONDS / 2,
                    delete_jobs="successful",
                )
            )
            while not self._stop.is_set() and not work.done():
                await asyncio.sleep(0.2)
            work.cancel()
            try:
                await work
            except asyncio.CancelledError:
                if not self._stop.is_set():
                    raise
