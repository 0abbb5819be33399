"""A few days of March 2026, lived by the real verbs at set times."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from huiying.casework.models import CaseFile
from huiying.insight.actions import count_brief
from huiying.insight.reads import BriefHead, DailyBrief, read_brief
from huiying.kernel import time as clock
from huiying.kernel.actors import SYSTEM
from tests.people import People
from tests.scene import letter

SEVEN = time(7)
DAY = date(2026, 3, 10)


def on(day: int, hour: int, minute: int = 0) -> AbstractContextManager[None]:
    """Let it be this day of March 2026 at this hour in Shanghai."""
    return clock.at(datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")))


def counted(day: date = DAY) -> DailyBrief:
    """The brief of this day, counted now."""
    count_brief(actor=SYSTEM, day=day, until=SEVEN)
    return read_brief(SYSTEM, day=day, until=SEVEN)


@pytest.fixture
def case_at(people: People) -> Callable[..., CaseFile]:
    """A letter received on a day of March at an hour, brought as far as `upto` at once."""

    def make(day: int, hour: int, **changes: object) -> CaseFile:
        with on(day, hour):
            case, _receipt = letter(people, **changes)  # type: ignore[arg-type]
        return case

    return make


@pytest.fixture
def kept(case_at: Callable[..., CaseFile]) -> BriefHead:
    """The brief of 10 March: one case late with housing, one new."""
    case_at(1, 9, upto="in_progress")
    case_at(9, 10)
    with on(10, 8):
        return count_brief(actor=SYSTEM, day=DAY, until=SEVEN)
