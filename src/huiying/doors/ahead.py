"""Working ahead in a thread: the next batches are read while the database keeps the last one."""

import contextvars
import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

NOTICE_SECONDS = 0.2  # how soon the thread notices that nobody wants more


@dataclass(frozen=True, slots=True)
class _Item[T]:
    value: T


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None


class _Ahead[T]:
    """The thread's side and the caller's side of one short queue."""

    def __init__(self, items: Iterator[T], depth: int) -> None:
        self._items = items
        self._waiting: queue.Queue[_Item[T] | _End] = queue.Queue(depth)
        self.stop = threading.Event()

    def work(self) -> None:
        """Make items until they end, fail, or nobody wants them."""
        try:
            for value in self._items:
                self._put(_Item(value))
                if self.stop.is_set():
                    return
        except Exception as error:  # noqa: BLE001 - raised again where it is awaited
            self._put(_End(error))
        else:
            self._put(_End(None))

    def _put(self, what: _Item[T] | _End) -> None:
        while not self.stop.is_set():
            try:
                self._waiting.put(what, timeout=NOTICE_SECONDS)
            except queue.Full:
                continue
            return

    def __iter__(self) -> Generator[T]:
        while isinstance(what := self._waiting.get(), _Item):
            yield what.value
        if what.error:
            raise what.error


@contextmanager
def ahead[T](items: Iterator[T], depth: int) -> Generator[Iterator[T]]:
    """The same items, up to `depth` of them made before they are asked for.

    What `items` raises is raised at its turn. The thread ends with the block.
    """
    made = _Ahead(items, depth)
    run = contextvars.copy_context().run
    thread = threading.Thread(target=run, args=(made.work,), name="ahead", daemon=True)
    thread.start()
    try:
        yield iter(made)
    finally:
        made.stop.set()
        thread.join()
