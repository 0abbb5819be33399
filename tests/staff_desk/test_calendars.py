"""Calendars at the desk: the week, a year's special days, a try at reckoning, the versions."""

import html
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from huiying.agencies.working_hours import give_calendar
from huiying.clocks.actions import add_holidays, adopt_calendar_version
from huiying.clocks.calendar_files import read_calendar
from huiying.clocks.holiday_files import china
from huiying.config.demo_sample import file as sample
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db

LIST, PAGE = "/en/desk/calendars/", "/en/desk/calendars/offices/"
TOML = 'code="offices"\nname={en="x"}\nzone="Asia/Shanghai"\n[week]\nmonday="08:00-12:00"\n'
YEAR = '{"year": 2027, "days": [{"name": "a%sb", "date": "2027-01-01", "isOffDay": true}]}'
NOON = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def calendar(county):
    for code in ("offices", "hotline"):
        file = read_calendar(sample(f"calendar_{code}.toml").read_text("utf-8"))
        adopt_calendar_version(
            actor=SYSTEM, code=code, name=file.name, definition=file.definition, note="启用"
        )
    add_holidays(actor=SYSTEM, code="offices", holidays=china())
    give_calendar(actor=SYSTEM, unit_code="county", calendar_code="offices")


def test_without_a_calendar_the_list_says_how_to_make_one(people):
    assert "huiying calendar import" in people.supervisor.client.get(LIST).text


def test_the_list_names_units_and_how_far_holidays_are_known(people, calendar):
    page = people.administrator.client.get(LIST).text
    assert "Yundu County, and what is below" in page
    assert "Holidays are known to the end of 2026." in page
    assert "Works through holidays." in page
    assert "云渡县和下属单位" in people.administrator.client.get("/zh-hans/desk/calendars/").text


def test_the_page_shows_week_year_and_versions(people, calendar):
    with time.at(NOON):
        page = people.supervisor.client.get(PAGE + "?year=2026").text
        coming = people.supervisor.client.get(PAGE).text
    assert "None are known in the coming 12 months" in coming
    with time.at(NOON - timedelta(days=60)):
        coming = people.supervisor.client.get(PAGE).text
    assert "1 Oct Thursday" in coming
    assert "Labour Day" not in coming
    assert "Monday to Friday" in page
    assert "08:30–12:00, 14:00–17:30" in page
    assert "1 Oct Thursday to 7 Oct Wednesday" in page
    assert "10 Oct Saturday" in page
    assert "a due time is provisional" in page  # next year's holidays are not known yet
    assert "Version 2" in page
    assert "启用" in page
    with time.at(NOON):
        assert (
            "There are none in this year" in people.supervisor.client.get(PAGE + "?year=2027").text
        )
        for wrong in ("x", "99999", "-1", "０", "9" * 5000):
            page = people.supervisor.client.get(PAGE, {"year": wrong}).text
            assert "None are known in the coming 12 months" in page


@pytest.mark.parametrize(
    ("day", "hour", "amount", "unit", "due"),
    [
        ("2026-09-30", "17:00", "1", "hours", "Due Thursday 8 October 2026, 09:00."),
        ("2026-09-30", "17:00", "2", "days", "Due Friday 9 October 2026, 17:30."),
        ("2026-12-31", "17:00", "1", "hours", "Due Friday 1 January 2027, 09:00."),
    ],
)
def test_a_try_says_when_it_is_due(people, calendar, day, hour, amount, unit, due):
    asked = {"day": day, "hour": hour, "amount": amount, "unit": unit}
    page = people.auditor.client.get(PAGE, asked).text
    assert due in page
    assert ("This is provisional" in page) == ("2027" in due)


@pytest.mark.parametrize(
    ("field", "value"),
    [("day", "yesterday"), ("day", "0001-01-01"), ("day", "9999-12-31"), ("hour", "25:00"),
     ("amount", "0"), ("amount", "2001"), ("amount", "\0"), ("unit", "weeks")],
)  # fmt: skip
def test_what_cannot_be_reckoned_is_said_at_the_field(people, calendar, field, value):
    asked = {"day": "2026-09-30", "hour": "17:00", "amount": "1", "unit": "hours"} | {field: value}
    reply = people.supervisor.client.get(PAGE, asked)
    assert "Due " not in reply.text
    assert "hy-error" in reply.text or "error-message" in reply.text


def test_an_unknown_calendar_is_not_there(people, calendar):
    assert people.supervisor.client.get("/en/desk/calendars/nowhere/").status_code == 404


def test_the_way_there_is_shown_to_who_may_go(people, calendar):
    for name in ("supervisor", "auditor", "administrator"):
        assert LIST in getattr(people, name).client.get("/en/desk/account/").text
    for name in ("clerk", "handler", "leader"):
        assert LIST not in getattr(people, name).client.get("/en/desk/account/").text


def _event(event: str) -> str:
    return f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def _yearly(rule: str) -> str:
    return _event(f"DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=YEARLY;{rule}")


ALL_HOURS = "BYHOUR=" + ",".join(str(hour) for hour in range(24))
FAR = "Only days from"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(_yearly("INTERVAL=0;UNTIL=20301231"), "(INTERVAL)", id="ical-step"),
        pytest.param(_yearly(ALL_HOURS), "(BYHOUR)", id="ical-hours"),
        pytest.param(_yearly("BYSETPOS=" + ",".join(["1"] * 40)), "(BYSETPOS)", id="ical-long"),
        pytest.param(_yearly("BYMONTH=2;BYMONTHDAY=30;UNTIL=99991231"), "no all-day event",
                     id="ical-never"),
        pytest.param(_yearly("BYDAY=MO,TU,WE,TH,FR,SA,SU;UNTIL=99991231"), "more than holidays",
                     id="ical-many"),
        pytest.param(_event("DTSTART;VALUE=DATE:99991231\r\nDURATION:P5D"), FAR, id="ical-last"),
        pytest.param('{"a":' + "[" * 40_000, "not a file of holidays", id="json-deep"),
        pytest.param('{"year":1e999,"days":[]}', "not a file of holidays", id="json-infinite"),
        pytest.param('{"year":1,"days":[]}', FAR, id="json-year"),
        pytest.param(YEAR % "\\u0000", "character that cannot", id="json-nul"),
        pytest.param(YEAR % "\\ud800", "character that cannot", id="json-half"),
        pytest.param("a = " + "[" * 40_000, "cannot be read", id="toml-long"),
        pytest.param("a = " + "[\n" * 40_000, "nested too deeply", id="toml-deep"),
        pytest.param("a" + ".a" * 40_000 + " = 1", "too long", id="toml-dots"),
        pytest.param("a = " + "9" * 900 * 5, "cannot be read", id="toml-number"),
        pytest.param("day = 5\n" + TOML, "[[day]]", id="toml-day"),
        pytest.param(TOML + "[[day]]\nday = 0001-01-01", FAR, id="toml-first"),
        pytest.param(TOML + "[[day]]\nday = 9999-12-31", FAR, id="toml-last"),
        pytest.param(TOML.replace('"x"', '"x\\u0000"'), "character that cannot", id="toml-nul"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_at_the_field(people, calendar, text, said):
    reply = people.administrator.client.post(PAGE + "try/", {"text": text, "do": "try"})
    assert reply.status_code == 422
    wrong = str(reply.context["page"].form.errors["text"])
    assert said in html.unescape(wrong)
