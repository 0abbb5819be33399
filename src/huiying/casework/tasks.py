"""What the worker does for cases by itself."""

from datetime import timedelta

from huiying.casework.actions.adopting import adopt_calendar
from huiying.clocks.reads import adopted_since
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.connections import alone

WORK = "clocks that follow a calendar"
RECENT = timedelta(days=14)

# By which version of a calendar (code, row) the clocks were reckoned here. A worker that was started
# since reckons them once more, which changes nothing where all is done. Not by its digest: a calendar that
# was put back has an old one.
_followed: dict[str, int] = {}


def follow_calendars() -> int:
    """Let running clocks follow the versions that calendars got lately, however they were put in force; of
    how many letters the day changed. Safe to stop and to repeat.
    """
    moved = 0
    with alone(WORK) as mine:
        newest = adopted_since(time.now() - RECENT) if mine else {}
        for code, version in newest.items():
            if _followed.get(code) != version:
                moved += _follow(code)
                _followed[code] = version
    return moved


def _follow(code: str) -> int:
    """Batch by batch; what an interrupted call left is done by the next."""
    moved, after = adopt_calendar(actor=SYSTEM, code=code)
    while after is not None:
        more, after = adopt_calendar(actor=SYSTEM, code=code, after=after)
        moved += more
    return moved
