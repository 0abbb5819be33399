"""What is taken off a count, so that nobody with letters of their own learns of a single other one. Pure.

Whoever wrote four of five letters would else see from a line that there is a fifth.
"""

from collections.abc import Mapping
from datetime import date

from huiying.kernel import keys

MOST = 5  # letters that are taken off; one at least
STEP = 5  # what is left is shown rounded down to these
TESTED_STEP = 100  # and of places and categories that were tested, only the hundreds


def blurred(
    week: date, counts: Mapping[tuple[str, int], int], key_number: int
) -> dict[tuple[str, int], int]:
    """The letters of a week by cell, each count without one to `MOST` of them, and no cell without any.

    How many, only the installation's key `key_number` tells: the same for a cell and week however often it is
    counted, so that no second list gives it away. Raises KeyError when the ring no longer holds that key.
    """
    left = {cell: count - _taken_off(week, cell, key_number) for cell, count in counts.items()}
    return {cell: count for cell, count in left.items() if count > 0}


def _taken_off(week: date, cell: tuple[str, int], key_number: int) -> int:
    name = f"{week:%Y-%m-%d} {cell[0]} {cell[1]}"
    return 1 + keys.drawn("growing", name, MOST, number=key_number)


def at_least(count: int, step: int = STEP) -> int:
    """Rounded down: so many, or more."""
    return count - count % step
