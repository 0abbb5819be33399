"""Shares of a clock in working time, against a minute-by-minute count and what any right reckoning keeps."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.clocks.shares import share_at
from huiying.clocks.working_time import Timetable, working_between
from tests.clocks import wall
from tests.clocks.test_working_time import offices

MINUTE = timedelta(minutes=1)
PERCENTS = st.integers(0, 300)
# Nine to five on weekdays; the first three days of October are off.
OFFICE = Timetable(
    ZoneInfo("Asia/Shanghai"),
    (*(((540, 1020),),) * 5, (), ()),
    {datetime(2026, 10, day).date(): () for day in (1, 2, 3)},  # noqa: DTZ001 - a date
    None,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def test_half_of_the_time_is_half_of_the_work():
    start, due = at("09-30T09:00"), at("10-05T17:00")  # two working days around a holiday
    assert share_at(start, due, 50, OFFICE) == at("09-30T17:00")
    assert share_at(start, due, 75, OFFICE) == at("10-05T13:00")
    assert share_at(start, due, 100, OFFICE) == due
    assert share_at(start, due, 150, OFFICE) == at("10-06T17:00")
    assert share_at(start, due, 50, None) == start + (due - start) / 2


@settings(max_examples=60, deadline=None)
@given(offices(), st.integers(0, 3000), PERCENTS)
def test_so_much_was_worked_as_a_minute_by_minute_count_says(given_office, later, percent):
    office, timetable, start = given_office
    due = start.astimezone(UTC) + later * MINUTE
    whole = wall.worked(office, start, due)
    found = share_at(start, due, percent, timetable)
    if not whole:
        assert found == start.astimezone(UTC) + later * MINUTE * percent / 100
    elif percent < 100 and whole * percent % 100 == 0:
        assert found == wall.due(office, start, whole * percent // 100)
    elif percent > 100 and whole * percent % 100 == 0:
        assert found == wall.due(office, due, whole * (percent - 100) // 100)


@settings(max_examples=100, deadline=None)
@given(offices(), st.integers(0, 60 * 24 * 90), PERCENTS, PERCENTS)
def test_shares_follow_each_other_and_the_whole_ends_when_it_is_due(
    given_office, later, one, other
):
    """Properties: from the start on, monotone in the share; all of it exactly when it is due, and less never
    later; what was worked until a share is that share."""
    _office, timetable, start = given_office
    start = start.astimezone(UTC)
    due = start + later * MINUTE
    less, more = sorted((one, other))
    first, second = (share_at(start, due, each, timetable) for each in (less, more))
    assert start <= first <= second
    assert share_at(start, due, 0, timetable) == start
    assert share_at(start, due, 100, timetable) == due
    assert (first <= due) if less <= 100 else (first >= due)
    whole = working_between(start, due, timetable)
    if whole:
        passed = working_between(start, first, timetable)
        assert abs(passed * 100 - whole * less) < timedelta(milliseconds=1)


def test_what_makes_no_sense_is_refused():
    start = at("09-30T09:00")
    with pytest.raises(ValueError, match="nothing or more"):
        share_at(start, start, -1, OFFICE)
    with pytest.raises(ValueError, match="before it starts"):
        share_at(start, start - MINUTE, 50, OFFICE)
