from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from huiying.insight.errors import NoBrief, WrongHour
from huiying.insight.periods import SETTLING, latest_day, may_count, period, read_hour

SEVEN = time(7)


def test_a_day_in_shanghai(settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    found = period(date(2026, 3, 10), SEVEN)
    assert found.starts_at == datetime(2026, 3, 8, 23, tzinfo=UTC)
    assert found.ends_at == datetime(2026, 3, 9, 23, tzinfo=UTC)
    assert found.hours == 24


@pytest.mark.parametrize(
    ("day", "starts", "ends", "hours"),
    [
        (date(2026, 3, 8), "2026-03-07 12:00Z", "2026-03-08 11:00Z", 23),
        (date(2026, 3, 9), "2026-03-08 11:00Z", "2026-03-09 11:00Z", 24),
        (date(2026, 11, 1), "2026-10-31 11:00Z", "2026-11-01 12:00Z", 25),
    ],
)
def test_days_on_which_the_clocks_change_in_new_york(settings, day, starts, ends, hours):
    settings.TIME_ZONE = "America/New_York"
    found = period(day, SEVEN)
    assert found.starts_at == datetime.fromisoformat(starts)
    assert found.ends_at == datetime.fromisoformat(ends)
    assert found.hours == hours


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"])
@given(
    day=st.dates(date(1971, 1, 2), date(2100, 1, 1)),
    until=st.times().map(lambda moment: moment.replace(second=0, microsecond=0, fold=0)),
)
def test_briefs_of_one_hour_follow_without_gap_or_overlap(zone, day, until):
    with override_settings(TIME_ZONE=zone):
        today, tomorrow = period(day, until), period(day + timedelta(days=1), until)
    assert today.ends_at == tomorrow.starts_at
    assert timedelta(0) < today.ends_at - today.starts_at <= timedelta(hours=26)


def test_an_hour_that_the_clock_skips_or_shows_twice(settings):
    settings.TIME_ZONE = "America/New_York"
    skipped = period(date(2026, 3, 8), time(2, 30))
    twice = period(date(2026, 11, 1), time(1, 30))
    assert skipped.ends_at == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert twice.ends_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "7", "25:00", "07:60", "seven", "07:00:00", "\0"])
def test_what_is_no_hour(text):
    with pytest.raises(WrongHour):
        read_hour(text)


@pytest.mark.parametrize("year", [1, 9999])
def test_years_beyond_the_calendar(year):
    with pytest.raises(NoBrief):
        period(date(year, 1, 1), SEVEN)


def test_the_newest_day(settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    ends = period(date(2026, 3, 10), SEVEN).ends_at
    assert latest_day(SEVEN, ends) == date(2026, 3, 9)
    assert latest_day(SEVEN, ends + SETTLING) == date(2026, 3, 10)
    assert not may_count(period(date(2026, 3, 10), SEVEN), ends)
