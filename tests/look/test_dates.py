"""How a deadline reads, hour by hour."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from huiying.faces.look.dates import due
from huiying.kernel import time

# 17:30 in Yundu.
END = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def said(language: str, now: datetime, ended: datetime | None = None, **more: bool) -> str:
    with time.at(now), translation.override(language):
        clock = due(END, ended, **more)
        return f"{clock.words} {clock.day}".strip()


@pytest.mark.parametrize(
    ("before_the_end", "chinese", "english"),
    [
        (9 * DAY, "还剩 9 天 11月24日到期", "9 days left due 24 Nov"),
        (DAY, "还剩 1 天 11月24日到期", "1 day left due 24 Nov"),
        (HOUR, "今天 17:30 到期", "Due today at 17:30"),
        (-HOUR, "今天已到期", "late since today"),
        (-DAY, "超期 1 天 11月24日到期", "1 day late due 24 Nov"),
    ],
)
def test_a_running_clock_names_its_day_once(before_the_end, chinese, english):
    now = END - before_the_end
    assert said("zh-hans", now) == chinese
    assert said("en", now) == english


@pytest.mark.parametrize(
    ("ended", "chinese", "english"),
    [
        (END - HOUR, "按时答复 11月24日到期", "Answered in time due 24 Nov"),
        (END + HOUR, "已答复，超期几小时 11月24日到期", "Answered, hours late due 24 Nov"),
        (END + 3 * DAY, "已答复，超期 3 天 11月24日到期", "Answered, 3 days late due 24 Nov"),
    ],
)
def test_one_that_ended_is_told_the_same_ever_after(ended, chinese, english):
    for later in (ended, ended + 9 * DAY):
        assert said("zh-hans", later, ended) == chinese
        assert said("en", later, ended) == english


def test_a_paused_one_says_the_latest_day():
    assert said("zh-hans", END - DAY, paused=True) == "已暂停 最晚11月24日到期"
