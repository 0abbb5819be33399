"""Letters go before confirmations: while many come, sending takes little of the processor."""

import time
from collections.abc import Callable
from dataclasses import dataclass

MANY = 20.0  # letters a second
SHARE = 0.05  # of one processor, for sending while that many come
LOOK_SECONDS = 1.0
LONGEST_REST = 0.5


@dataclass
class Pace:
    """For one thread. `newest` gives a number that grows by one with each letter; it is asked once a second.

    A receipt and a confirmation want the same processor and the same disk. Without a pace whoever writes
    in a flood waits for the mails to those who have written.
    """

    newest: Callable[[], int]
    clock: Callable[[], float] = time.monotonic
    spent: Callable[[], float] = time.thread_time
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        self._looked_at, self._number = float("-inf"), 0
        self._many = False
        self._since, self._spent = self.clock(), self.spent()

    def rest(self) -> None:
        """Sleep so long that this thread keeps to its share, where many letters come; at once otherwise."""
        if self._letters_come():
            due = (self.spent() - self._spent) / SHARE - (self.clock() - self._since)
            if due > 0:
                self.sleep(min(due, LONGEST_REST))
        self._since, self._spent = self.clock(), self.spent()

    def _letters_come(self) -> bool:
        now = self.clock()
        passed = now - self._looked_at
        if passed >= LOOK_SECONDS:
            number = self.newest()
            self._many = number - self._number >= MANY * passed
            self._looked_at, self._number = now, number
        return self._many
