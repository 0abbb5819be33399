"""Working time against a slow reckoning by other means, and what any right reckoning must keep."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.clocks.hours import read_hours, write_hours
from huiying.clocks.working_time import (
    Timetable,
    add_working,
    add_working_days,
    working_between,
)
from huiying.kernel.refusals import Invalid
from tests.clocks import wall

# Zones whose clocks were put forward or back, and a moment close to it: an hour at night, half an hour,
# at midnight, a day that was left out altogether, China's summer time of 1986 to 1991.
CHANGES = {
    "America/New_York": ["2026-03-08T06:30", "2026-11-01T05:30"],
    "Europe/Berlin": ["2026-03-29T00:30", "2026-10-25T00:30"],
    "Australia/Lord_Howe": ["2026-04-04T14:45", "2026-10-03T15:15"],
    "America/Sao_Paulo": ["2018-11-04T02:30", "2018-02-18T01:30"],
    "Pacific/Apia": ["2011-12-30T09:30"],
    "Asia/Shanghai": ["1991-04-13T17:30", "1991-09-14T16:30", "2026-02-14T03:00"],
}
MOMENTS = [
    (zone, datetime.fromisoformat(moment).replace(tzinfo=UTC))
    for zone, moments in CHANGES.items()
    for moment in moments
]


@st.composite
def spans(draw: st.DrawFn, least: int = 0) -> list[tuple[int, int]]:
    """Up to three spans of a day, whole minutes, also around midnight."""
    marks = draw(st.lists(st.integers(0, 1440), unique=True, max_size=6, min_size=2 * least))
    marks = sorted(marks)[: len(marks) // 2 * 2]
    return list(zip(marks[::2], marks[1::2], strict=True))


@st.composite
def offices(draw: st.DrawFn) -> tuple[wall.Office, Timetable, datetime]:
    """An office in a zone, for the slow reckoning and for ours, and a start near a change of its clock."""
    name, around = draw(st.sampled_from(MOMENTS))
    zone = ZoneInfo(name)
    start = around + timedelta(minutes=draw(st.integers(-1500, 300)))
    if draw(st.booleans()):
        start = start.astimezone(zone)  # with which Python reckons by the wall
    week = {day: draw(spans()) for day in range(7)}
    week[around.weekday()] = draw(spans(least=1))
    exceptions = {
        around.date() + timedelta(days=after): draw(spans())
        for after in draw(st.lists(st.integers(-1, 4), unique=True, max_size=2))
    }
    timetable = Timetable(
        zone,
        tuple(tuple(week[day]) for day in range(7)),
        {day: tuple(given) for day, given in exceptions.items()},
        frozenset(range(1980, 2030)),
    )
    return (zone, week, exceptions), timetable, start


@settings(max_examples=100)
@given(offices(), st.integers(0, 900))
def test_it_is_due_when_a_minute_by_minute_count_says_so(given_office, promised):
    office, timetable, start = given_office
    found = add_working(start, timedelta(minutes=promised), timetable)
    assert found.at == wall.due(office, start, promised)
    assert not found.provisional


@settings(max_examples=100)
@given(offices(), st.integers(0, 4000))
def test_so_much_was_worked_as_a_minute_by_minute_count_says(given_office, later):
    office, timetable, start = given_office
    end = start.astimezone(UTC) + timedelta(minutes=later)
    found = working_between(start, end, timetable)
    assert found == timedelta(minutes=wall.worked(office, start, end))


@settings(max_examples=60)
@given(offices(), st.integers(1, 3))
def test_working_days_end_with_the_last_minute_of_the_day(given_office, days):
    office, timetable, start = given_office
    assert add_working_days(start, days, timetable).at == wall.closing(office, start, days)


durations = st.timedeltas(timedelta(), timedelta(days=40))


@settings(max_examples=80)
@given(offices(), durations, durations)
def test_what_any_right_reckoning_keeps(given_office, promise, pause):
    """To the microsecond: the promise is kept exactly; a longer promise and a later start are never due
    sooner; a pause moves the due time by itself; nothing ends before it starts; twice is as once."""
    _office, timetable, start = given_office
    due = add_working(start, promise, timetable).at
    assert due >= start
    assert working_between(start, due, timetable) == promise
    assert add_working(start, promise, timetable).at == due
    moved = add_working(start, promise + pause, timetable).at
    assert moved >= due
    assert add_working(start.astimezone(UTC) + pause, promise, timetable).at >= due
    if pause:
        assert add_working(due, pause, timetable).at == moved


OFFICE_WEEK = (*[read_hours("08:30-12:00 14:00-17:30")] * 5, (), ())
SHANGHAI = ZoneInfo("Asia/Shanghai")


def office(**exceptions: str) -> Timetable:
    """08:30-12:00 14:00-17:30 on weekdays of 2026, other hours on days `d1224="08:30-12:00"`."""
    days = {
        date(2026, int(name[1:3]), int(name[3:])): read_hours(hours)
        for name, hours in exceptions.items()
    }
    return Timetable(SHANGHAI, OFFICE_WEEK, days, frozenset({2026}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("11-24T09:00", 2, "11-24T11:00"),
        ("11-24T11:00", 2, "11-24T15:00"),  # over lunch
        ("11-24T09:00", 3, "11-24T12:00"),  # what ends with the morning is due then, not at two
        ("11-24T12:30", 1, "11-24T15:00"),  # sent over lunch
        ("11-27T17:00", 1, "11-30T09:00"),  # over the weekend
        ("11-28T10:00", 1, "11-30T09:30"),  # sent on a Saturday
        ("11-24T03:00", 7, "11-24T17:30"),
        ("11-24T09:00", 0, "11-24T09:00"),
        ("11-28T10:00", 0, "11-28T10:00"),  # no time at all is over at once, also on a Saturday
    ],
)
def test_lunch_nights_and_weekends(start, hours, due):
    assert add_working(at(start), timedelta(hours=hours), office()).at == at(due)


def test_half_days_days_off_and_make_up_workdays():
    timetable = office(d1224="08:30-12:00", d1225="", d1226="08:30-12:00 14:00-17:30")
    eve = at("12-24T09:00")
    assert add_working(eve, timedelta(hours=3), timetable).at == at("12-24T12:00")
    assert add_working(eve, timedelta(hours=4), timetable).at == at("12-26T09:30")
    assert add_working_days(eve, 1, timetable).at == at("12-26T17:30")  # a Saturday, worked
    assert add_working_days(at("12-23T16:00"), 1, timetable).at == at("12-24T12:00")


def test_seconds_are_kept():
    start = datetime(2026, 11, 24, 11, 59, 30, 250_000, SHANGHAI)
    due = add_working(start, timedelta(minutes=1), office()).at
    assert due == datetime(2026, 11, 24, 14, 0, 30, 250_000, SHANGHAI)


def test_beyond_the_last_known_year_it_goes_by_the_week_and_says_so():
    timetable = office()
    assert not add_working(at("12-31T09:00"), timedelta(hours=6), timetable).provisional
    into_next = add_working(at("12-31T09:00"), timedelta(hours=7), timetable)
    assert into_next.provisional
    assert into_next.at == datetime(2027, 1, 1, 9, 0, tzinfo=SHANGHAI)  # which will be a holiday
    assert add_working_days(at("12-31T09:00"), 1, timetable).provisional
    assert add_working(datetime(2025, 12, 31, tzinfo=UTC), timedelta(days=2), timetable).provisional


def test_who_works_through_holidays_is_never_provisional():
    whole_day = read_hours("00:00-24:00")
    hotline = Timetable(ZoneInfo("Europe/Berlin"), (whole_day,) * 7, {}, None)
    start = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    due = add_working(start, timedelta(hours=48), hotline)
    assert due.at - start.astimezone(UTC) == timedelta(
        hours=48
    )  # whatever the clock on the wall did
    assert not due.provisional


def test_long_promises_over_many_years():
    start = at("01-01T00:00")
    due = add_working(start, timedelta(hours=7 * 2610), office())
    assert due.provisional
    assert working_between(start, due.at, office()) == timedelta(hours=7 * 2610)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="backwards"):
        add_working(at("11-24T09:00"), timedelta(minutes=-1), office())
    with pytest.raises(ValueError, match="ends before"):
        working_between(at("11-24T09:00"), at("11-24T08:00"), office())
    with pytest.raises(ValueError, match="zone"):
        add_working(datetime(2026, 11, 24), timedelta(hours=1), office())  # noqa: DTZ001
    with pytest.raises(ValueError, match="one working day"):
        add_working_days(at("11-24T09:00"), 0, office())
    with pytest.raises(ValueError, match="somebody works"):
        Timetable(SHANGHAI, ((),) * 7, {}, None)


def test_hours_are_read_and_written():
    assert read_hours("08:30-12:00 14:00-17:30") == ((510, 720), (840, 1050))
    assert read_hours("") == ()
    assert write_hours(read_hours("08:00-12:00, 12:00–17:00")) == "08:00-17:00"
    assert write_hours(read_hours("22:00-24:00")) == "22:00-24:00"


@pytest.mark.parametrize(
    "text", ["8:30-12:00", "12:00-08:30", "22:00-06:00", "08:00-12:00 11:00-13:00", "25:00-26:00",
             "08:60-09:00", "09:00-24:30", "closed"],
)  # fmt: skip
def test_hours_that_are_none_are_refused(text):
    with pytest.raises(Invalid):
        read_hours(text)
