"""Lists of holidays: China's, by package and by the files of single years; other countries' by iCalendar."""

from datetime import date, timedelta
from itertools import pairwise

import chinese_calendar
import pytest

from huiying.clocks.calendar_files import read_calendar
from huiying.clocks.definitions import Definition, Kind, SpecialDay, define, from_data
from huiying.clocks.holiday_files import china, read_year
from huiying.clocks.ical import read_ical
from huiying.kernel.refusals import Invalid
from tests.shared import shared

WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-17:00")
ONE_YEAR = """{"year": 2027, "papers": ["https://www.gov.cn/example"], "days": [
  {"name": "元旦", "date": "2027-01-01", "isOffDay": true},
  {"name": "元旦", "date": "2026-12-31", "isOffDay": true},
  {"name": "春节", "date": "2027-02-20", "isOffDay": false},
  {"name": "开国纪念", "date": "2027-10-02", "isOffDay": true}]}"""


def offices() -> Definition:
    return define(zone="Asia/Shanghai", week=WEEK)


def works(definition: Definition, day: date) -> bool:
    return bool(definition.timetable().hours(day))


def test_all_days_from_2007_to_2026_agree_with_the_files_of_the_years():
    files = sorted(shared("cn-calendar").glob("20??.json"))
    ours, theirs = offices(), offices()
    for file in files:
        read = read_year(file.read_text("utf-8"))
        theirs = theirs.with_holidays(read.days, read.years)
    packaged = china()
    ours = ours.with_holidays(packaged.days, packaged.years)
    first, last = date(2007, 1, 1), date(2026, 12, 31)
    days = [first + timedelta(days=after) for after in range((last - first).days + 1)]
    assert len(days) == 7305
    ours_says, theirs_says = ours.timetable(), theirs.timetable()
    for day in days:
        assert bool(ours_says.hours(day)) == bool(theirs_says.hours(day)), day
        assert bool(ours_says.hours(day)) == chinese_calendar.is_workday(day)
    assert theirs.known_years == tuple(range(2007, 2027))  # the file of 2027 has no days yet
    assert not theirs_says.knows(2026, 2027)


def test_the_package_has_days_off_and_make_up_workdays_by_name():
    found = {each.day: each for each in china().days}
    assert found[date(2026, 10, 1)].name == {"zh-hans": "国庆节", "en": "National Day"}
    assert found[date(2026, 10, 10)].kind == Kind.MAKEUP  # a Saturday


def test_the_file_of_a_year_reaches_into_the_year_before_and_takes_its_own_place_only():
    before = offices().with_holidays([SpecialDay(date(2026, 10, 1), Kind.OFF, {}, 2026)], [2026])
    read = read_year(ONE_YEAR)
    assert read.source == "https://www.gov.cn/example"
    after = before.with_holidays(read.days, read.years)
    assert after.known_years == (2026, 2027)
    assert not works(after, date(2026, 12, 31))
    assert not works(after, date(2026, 10, 1))
    assert works(after, date(2027, 2, 20))  # a Saturday, worked with the hours of a Monday
    names = {each.day: each.name for each in after.days}
    assert names[date(2027, 1, 1)]["en"] == "New Year's Day"
    assert names[date(2027, 10, 2)] == {"zh-hans": "开国纪念"}
    corrected = read_year(
        '{"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}'
    )
    again = after.with_holidays(corrected.days, corrected.years)
    assert works(again, date(2026, 12, 31))
    assert not works(again, date(2027, 2, 20))
    assert not works(again, date(2026, 10, 1))


def test_a_year_without_its_notice_stays_unknown():
    assert read_year('{"year": 2028, "papers": [], "days": []}').years == ()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"year": 2027}', '{"year": 2027, "days": [{"date": "2027-01-01"}]}',
     '{"year": 2027, "days": [{"name": "x", "date": "2027-13-01", "isOffDay": true}]}',
     '{"year": 2027, "days": [{"name": "x", "date": "2027-01-01", "isOffDay": "no"}]}',
     '{"year": 2027, "days": [{"name": "x", "date": "2017-01-01", "isOffDay": true}]}'],
)  # fmt: skip
def test_a_file_of_something_else_is_refused(text):
    with pytest.raises(Invalid):
        read_year(text)


def ical(*events: str) -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\n{each}\r\nEND:VEVENT\r\n" for n, each in enumerate(events)
    )
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n"
    return f"{head}{body}END:VCALENDAR\r\n".replace("|", "\r\n").encode()


def days_of(data: bytes, **more: int) -> list[str]:
    return [each.day.isoformat() for each in read_ical(data, this_year=2026, **more).days]


CHRISTMAS = (
    "SUMMARY:Weihnachten|DTSTART;VALUE=DATE:20001225|DTEND;VALUE=DATE:20001227|RRULE:FREQ=YEARLY"
)
EASTER = "SUMMARY:Ostermontag|DTSTART;VALUE=DATE:20260406"


def test_days_that_come_back_reach_over_the_years_that_the_file_names():
    data = ical(CHRISTMAS, EASTER, "SUMMARY:Ostermontag|DTSTART;VALUE=DATE:20270329|DURATION:P1D")
    read = read_ical(data, this_year=2026)
    assert read.years == (2026, 2027)
    assert sorted(each.day.isoformat() for each in read.days) == [
        "2026-04-06", "2026-12-25", "2026-12-26", "2027-03-29", "2027-12-25", "2027-12-26",
    ]  # fmt: skip
    assert dict(read.days[0].name) == {"en": "Weihnachten"}
    assert read_ical(data, this_year=2026, last_year=2029).years == (2026, 2027, 2028, 2029)


def test_only_days_that_come_back_are_known_for_five_years_more():
    assert read_ical(ical(CHRISTMAS), this_year=2026).years == tuple(range(2026, 2032))


@pytest.mark.parametrize(
    ("event", "days"),
    [
        # the fourth Thursday of November
        ("DTSTART;VALUE=DATE:20241128|RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=3",
         ["2024-11-28", "2025-11-27", "2026-11-26"]),
        ("DTSTART;VALUE=DATE:20240501|RRULE:FREQ=YEARLY;UNTIL=20251231T235959Z",
         ["2024-05-01", "2025-05-01"]),
        ("DTSTART;VALUE=DATE:20240501|RRULE:FREQ=YEARLY;COUNT=3|EXDATE;VALUE=DATE:20250501",
         ["2024-05-01", "2026-05-01"]),
        ("DTSTART;VALUE=DATE:20240501|RDATE;VALUE=DATE:20250502,20260503",
         ["2024-05-01", "2025-05-02", "2026-05-03"]),
        # every other year, also from long before; and no further than ten years from now
        ("DTSTART;VALUE=DATE:19010501|RRULE:FREQ=YEARLY;INTERVAL=4;UNTIL=20220101",
         ["2017-05-01", "2021-05-01"]),
        ("DTSTART;VALUE=DATE:20260501|RRULE:FREQ=YEARLY;INTERVAL=5;UNTIL=99991231",
         ["2026-05-01", "2031-05-01", "2036-05-01"]),
        # the last Monday of May
        ("DTSTART;VALUE=DATE:20250526|RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=MO;BYSETPOS=-1;COUNT=2",
         ["2025-05-26", "2026-05-25"]),
        # the 29th of February comes back when there is one
        ("DTSTART;VALUE=DATE:20200229|RRULE:FREQ=YEARLY;COUNT=2", ["2020-02-29", "2024-02-29"]),
    ],
)  # fmt: skip
def test_rules_of_repetition(event, days):
    assert days_of(ical("SUMMARY:x|" + event)) == days


def test_a_moved_day_is_taken_from_where_it_was():
    data = ical("SUMMARY:x|DTSTART;VALUE=DATE:20250501|RRULE:FREQ=YEARLY;COUNT=2", "SUMMARY:x")
    moved = b"UID:0\r\nRECURRENCE-ID;VALUE=DATE:20260501\r\nDTSTART;VALUE=DATE:20260504\r\n"
    assert days_of(data.replace(b"UID:1\r\n", moved)) == ["2025-05-01", "2026-05-04"]


def test_hours_and_what_was_called_off_are_left_out():
    data = ical(EASTER, "SUMMARY:party|DTSTART:20260407T100000Z", EASTER + "|STATUS:CANCELLED")
    assert days_of(data) == ["2026-04-06"]


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b"hello",
     ical("SUMMARY:no start"),
     ical("SUMMARY:a\0b|DTSTART;VALUE=DATE:20260406"),
     ical("SUMMARY:x|DTSTART;VALUE=DATE:20260406|RRULE:FREQ=WEEKLY"),
     ical("SUMMARY:x|DTSTART;VALUE=DATE:20260406|DTEND;VALUE=DATE:20260406"),
     ical("SUMMARY:x|DTSTART;VALUE=DATE:20260406|DTEND;VALUE=DATE:20290406"),
     ical("SUMMARY:x|DTSTART;VALUE=DATE:20150406|RRULE:FREQ=YEARLY;COUNT=20"),
     ical("SUMMARY:x|DTSTART;VALUE=DATE:20260406|RDATE;VALUE=DATE:20370406"),
     ical(*["SUMMARY:x|DTSTART;VALUE=DATE:20260406|RRULE:FREQ=YEARLY"] * 101)],
)  # fmt: skip
def test_an_ical_file_that_cannot_be_used_is_refused(data):
    with pytest.raises(Invalid):
        read_ical(data, this_year=2026)


TOML = """
code = "offices"
name = { zh-hans = "机关作息", en = "Office hours" }
zone = "Asia/Shanghai"
makeup = "09:00-12:00"
[week]
monday = "08:30-12:00 14:00-17:30"
saturday = "08:30-12:00"
[[day]]
day = 2026-10-01
hours = "09:00-10:00"
name = { zh-hans = "值班" }
[[day]]
day = 2026-10-05
"""


def test_a_calendar_is_read_from_toml_and_its_own_days_go_before_lists():
    file = read_calendar(TOML)
    assert file.code == "offices"
    found = file.definition.with_holidays(china().days, china().years)
    assert found.timetable().hours(date(2026, 10, 1)) == ((540, 600),)
    assert found.timetable().hours(date(2026, 10, 10)) == ((540, 720),)  # make-up
    assert not works(found, date(2026, 10, 5))
    assert from_data(found.as_data()) == found
    assert from_data(found.as_data()).digest() == found.digest()


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('zone = "Asia/Shanghai"', 'zone = "Mars/Olympus"', "Mars/Olympus"),
        ('zone = "Asia/Shanghai"', 'zone = "../../etc/passwd"', "../../etc/passwd"),
        ('zone = "Asia/Shanghai"', "", "zone"),
        ("monday", "montag", "montag"),
        ('"08:30-12:00 14:00-17:30"', '"half past eight"', "half"),
        ("day = 2026-10-05", 'day = "2026-10-05"', "2026-10-05"),
        ("day = 2026-10-05", "hours = '08:00-09:00'", "day"),
        ("makeup", "make_up", "make_up"),
        ('code = "offices"', "code = 7", "code"),
        ('saturday = "08:30-12:00"', "saturday = 8", "saturday"),
        ("[[day]]\nday = 2026-10-05", "", ""),
    ],
)
def test_a_wrong_calendar_file_says_where(old, new, field):
    if not field:
        assert read_calendar(TOML.replace(old, new))
        return
    with pytest.raises(Invalid) as refused:
        read_calendar(TOML.replace(old, new))
    assert refused.value.field == field


@pytest.mark.parametrize("text", ["=", "week = 3", "day = 3", "[day]\nday = 2026-01-01"])
def test_toml_of_something_else_is_refused(text):
    with pytest.raises(Invalid):
        read_calendar(text)


def test_a_week_without_work_is_refused():
    with pytest.raises(Invalid):
        define(zone="Asia/Shanghai", week={"monday": ""})


def test_who_works_through_holidays_keeps_none():
    hotline = define(zone="Asia/Shanghai", week=WEEK, works_on_holidays=True)
    with pytest.raises(Invalid):
        hotline.with_holidays(china().days, china().years)
    assert hotline.timetable().knows(1990, 2090)


def test_special_days_of_a_version_stand_in_the_order_of_the_calendar():
    found = offices().with_holidays(china().days, china().years)
    assert all(one.day < two.day for one, two in pairwise(found.days))
