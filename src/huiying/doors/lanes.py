"""Threads that keep batches side by side, each on a connection of its own."""

import contextvars
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection


class Lanes:
    """Work is dealt out in turn; a lane keeps its connection, which knows its tables after once."""

    def __init__(self, count: int) -> None:
        self._lanes = [
            ThreadPoolExecutor(1, thread_name_prefix=f"import-{place}") for place in range(count)
        ]

    def submit[R](self, work: Callable[[], R]) -> Future[R]:
        """Do `work` in the next lane, in the present context (what `time.now()` says, for one)."""
        lane = self._lanes.pop(0)
        self._lanes.append(lane)
        return lane.submit(contextvars.copy_context().run, work)

    def close(self) -> None:
        """Wait for what is under way and close the connections."""
        for lane in self._lanes:
            lane.submit(_leave)
        for lane in self._lanes:
            lane.shutdown()


def _leave() -> None:
    """Close the connection of the thread that runs this."""
    connection.close()
