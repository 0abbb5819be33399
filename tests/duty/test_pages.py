"""The pages of the duty roster, over HTTP, as a named person sees them."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from icalendar import Calendar

from huiying.agencies.duty.actions.logbook import write_log
from huiying.agencies.duty.models import Change, Feed, PatternVersion, Roster, Shift
from huiying.faces.staff_desk.duty import words
from huiying.kernel import time
from tests.duty.conftest import NOW, TODAY

DUTY = "/en/desk/duty/"
A_DAY = timedelta(days=1)


def page(person, path: str = "") -> str:
    reply = person.client.get(DUTY + path)
    assert reply.status_code == 200, reply.status_code
    return str(reply.text)


def shift_of(person, day: date) -> Shift:
    return Shift.objects.get(account=person.account, day=day, replaced_at=None)


def test_without_a_roster_the_room_says_who_makes_one(people, now):
    Roster.objects.update(ended_at=NOW)
    assert "A supervisor of your unit makes one" in page(people.clerk)
    assert "duty/new/" in page(people.supervisor)
    assert "还没有值班表" in people.clerk.client.get("/zh-hans/desk/duty/").text


def test_every_colleague_sees_who_is_on_duty_on_every_page_and_nobody_else_does(people, roster):
    for name in ("clerk", "leader", "administrator", "other_handler"):
        text = getattr(people, name).client.get("/en/desk/account/").text
        assert "On duty now" in text
        assert "Handler" in text
        assert "until 20:00" in text
    refused = people.clerk.client.post("/en/desk/account/mail/", {"email": "nobody"})
    assert (refused.status_code, "On duty now" in refused.text) == (422, True)
    assert "On duty now" not in people.stranger.get("/en/").text
    assert people.stranger.get(DUTY + "now.json").status_code == 302


def test_a_machine_reads_names_and_hours_and_nothing_else(people, roster):
    found = json.loads(people.clerk.client.get(DUTY + "now.json").text)
    (one,) = found["on_duty"]
    assert set(one) == {"roster", "unit", "shift", "who", "starts_at", "ends_at"}
    assert one["who"]["en"] == "Handler"
    assert one["ends_at"] == "2026-09-28T12:00:00+00:00"


def test_the_month_and_the_week_show_each_shift_on_the_day_it_begins(people, roster):
    text = page(people.handler, f"rosters/{roster.code}/?month=2026-10")
    assert text.count('class="hy-duty__shift') == 70  # five whole weeks of two shifts a day
    assert "20:00–08:00 next day" in text
    assert "yours" in text
    week = page(people.handler, f"rosters/{roster.code}/?week=2026-09-30")
    assert week.count('class="hy-duty__shift') == 14
    for wrong in (
        "?month=2026-13",
        "?month=x",
        "?week=0001-01-01",
        "?week=9999-99-99",
        "?month=%00",
    ):
        assert "Duty room" in page(people.handler, f"rosters/{roster.code}/{wrong}")


def test_a_supervisor_makes_a_roster_and_its_pattern_by_form(people, now):
    client = people.supervisor.client
    made = client.post(DUTY + "new/", {"name_zh": "热线夜班", "name_en": "Hotline", "unit_code": "desk",
                                       "zone": "Asia/Shanghai"})  # fmt: skip
    assert made.status_code == 302
    empty = client.get(made.headers["Location"]).text
    assert 'value="2026-09-29"' in empty  # tomorrow, as the browser's own field wants it
    assert empty.count('<details class="hy-details">') == 3  # the first shift stands open
    turn: dict[str, str | list[str]] = {
        "name_zh": "夜班",
        "begins": "20:00",
        "ends": "08:00",
        "people": "clerk， dispatcher",
        "days": ["monday", "holiday"],
        "each": "2",
        "count": "days",
    }
    form: dict[str, str | list[str]] = {"starts_on": "2026-09-29", "cover": "always"}
    form |= {f"turn_1-{name}": value for name, value in turn.items()}
    done = client.post(made.headers["Location"], form)
    assert done.headers["Location"].endswith("/check/")
    assert "Nobody is on duty" in client.get(done.headers["Location"]).text
    (saved,) = PatternVersion.objects.get(roster__name__en="Hotline").turns
    assert (saved["begins"], saved["ends"], saved["each"]) == (1200, 1920, 2)
    assert saved["people"] == [people.clerk.account.pk, people.dispatcher.account.pk]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("turn_1-people", "nobody", "Nobody has the user name nobody."),
     ("turn_1-people", "clerk", "clerk does not work in the roster&#x27;s unit or below it."),
     ("turn_1-begins", "25:00", "Enter a valid time"), ("turn_1-days", "someday", "valid choice"),
     ("turn_1-name_zh", "", "This is missing."), ("starts_on", "2026-09-01", "begins today or within"),
     ("cover", "office", "no calendar of working hours")],
)  # fmt: skip
def test_what_does_not_fit_in_a_pattern_is_said_at_the_field(people, roster, field, value, said):
    form = {"starts_on": "2026-09-29", "cover": "always", "turn_1-name_zh": "班",
            "turn_1-begins": "08:00", "turn_1-ends": "08:00", "turn_1-people": "handler",
            "turn_1-days": "monday"} | {field: value}  # fmt: skip
    path = f"{DUTY}rosters/{roster.code}/pattern/"
    reply = people.supervisor.client.post(path, form)
    assert reply.status_code == 422
    assert said in reply.text


def test_a_swap_from_form_to_approval(people, roster):
    mine, theirs = (
        shift_of(people.handler, TODAY + 4 * A_DAY),
        shift_of(people.colleague, TODAY + 5 * A_DAY),
    )
    path = f"shifts/{mine.label}/"
    assert "Swap it" in page(people.handler, path)
    assert "Swap it" not in page(people.colleague, path)
    asked = people.handler.client.post(DUTY + path, {"do": "swap", "other": theirs.label})
    assert asked.status_code == 302
    wish = Change.objects.get()
    for name, verb in (("colleague", "agree"), ("supervisor", "approve")):
        person = getattr(people, name)
        assert "waits for you" in page(person)
        waits = page(person, "requests/")
        assert 0 < waits.index(f'value="{verb}"') < waits.index('value="refuse"')
        done = person.client.post(f"{DUTY}requests/{wish.label}/", {"do": verb})
        assert done.status_code == 302
    assert "in force" in page(people.handler, "requests/")
    assert wish.label not in page(people.other_handler, "requests/")
    text = page(people.handler, f"rosters/{roster.code}/?month=2026-10")
    assert text.count(">changed<") == 2


def test_somebody_who_is_busy_is_refused_in_the_form(people, roster):
    later = shift_of(people.handler, TODAY + 4 * A_DAY)
    busy = shift_of(people.below, TODAY + 4 * A_DAY)
    Shift.objects.filter(pk=busy.pk).update(account=people.colleague.account)
    night = Shift.objects.get(pk=busy.pk)
    put = {"do": "put", "username": "handler"}
    other = Shift.objects.filter(pk=later.pk)
    other.update(account=people.below.account)
    Shift.objects.create(
        label="x" * 16, roster=roster, version=1, name={"en": "x"}, day=night.day, planned=night.planned,
        starts_at=night.starts_at, ends_at=night.ends_at, account=people.handler.account,
    )  # fmt: skip
    reply = people.supervisor.client.post(f"{DUTY}shifts/{night.label}/", put)
    assert reply.status_code == 422
    assert "has another shift at that time" in reply.text


def test_an_absence_opens_the_shifts_and_is_seen_at_once(people, roster):
    form = {"username": "handler", "first": "2026-09-28", "last": "2026-09-28"}
    assert people.handler.client.post(DUTY + "absence/", form).status_code == 302
    assert "nobody" in page(people.clerk)
    form["last"] = "2026-09-01"
    assert people.handler.client.post(DUTY + "absence/", form).status_code == 422


def test_the_log_hands_over_to_the_next(people, roster):
    path = f"rosters/{roster.code}/log/"
    said = {"words": "100234 号：抢修队 22 点回电", "hand_over": "on"}
    assert people.handler.client.post(DUTY + path, said).status_code == 302
    hostile = {"words": "<script>alert(1)</script>"}
    people.handler.client.post(DUTY + path, hostile)
    reply = people.handler.client.post(DUTY + path, {"words": "请打 13800138000"})
    assert reply.status_code == 422
    assert "13800138000" in reply.text  # what was typed stays in the form
    with time.at(NOW + timedelta(hours=11)):
        people.below.client.force_login(people.below.account)
        assert "there is something to take over" in page(people.below)
        text = page(people.below, path)
        assert "<script>alert" not in text
        take = text.split('action="/en/desk/duty/log/')[1].split('"')[0]
        assert people.below.client.post(f"{DUTY}log/{take}").status_code == 302
        assert "taken over by Below" in page(people.below, path)


class TestCalendarLink:
    def link(self, people) -> str:
        people.handler.client.post(DUTY + "link/")
        return (
            page(people.handler, "link/")
            .split('hy-address">')[1]
            .split("<")[0]
            .removeprefix(settings.SITE_URL)
        )

    def test_it_is_a_calendar_of_ones_own_shifts_alone(self, people, roster):
        write_log(actor=people.handler.actor, code=roster.code, words="秘密", hand_over=False)
        reply = Client().get(self.link(people))
        assert reply.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert "no-store" in reply.headers["Cache-Control"]
        read = Calendar.from_ical(reply.content)
        events = read.walk("VEVENT")
        mine = Shift.objects.filter(account=people.handler.account)
        assert {str(each["uid"]) for each in events} == {f"{one.label}@huiying" for one in mine}
        first = mine.earliest("starts_at")
        assert events[0].decoded("dtstart") == first.starts_at
        assert events[0].decoded("dtend") == first.ends_at
        for word in ("colleague", "Colleague", "handler", "Handler", "秘密"):
            assert word not in reply.text
        lines = reply.content.split(b"\r\n")
        assert all(len(line) <= 75 and b"\n" not in line for line in lines)
        for required in ("PRODID", "VERSION:2.0", "DTSTAMP", "UID"):
            assert required in reply.text

    def test_it_ends_when_its_owner_says_so_or_leaves(self, people, roster):
        link = self.link(people)
        assert people.handler.client.post(DUTY + "link/").status_code == 409
        label = Feed.objects.get().label
        wrong = [f"/en/desk/duty/feed/{each}.ics" for each in
                 (label, f"{label}.", f"{label}.{'0' * 40}", f"x.{link[-44:-4]}", "é.é", "\x00")]  # fmt: skip
        assert [Client().get(each).status_code for each in wrong] == [404] * 6
        people.handler.account.is_active = False
        people.handler.account.save(update_fields=["is_active"])
        assert Client().get(link).status_code == 404
        people.handler.account.is_active = True
        people.handler.account.save(update_fields=["is_active"])
        people.handler.client.post(DUTY + "link/end/")
        assert Client().get(link).status_code == 404
        assert self.link(people) != link


def test_the_pages_cost_the_same_at_one_shift_and_at_thirty(people, roster):
    paths = ["", f"rosters/{roster.code}/", f"rosters/{roster.code}/check/", "requests/",
             f"rosters/{roster.code}/log/", f"rosters/{roster.code}/pattern/", "link/"]  # fmt: skip

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as found:
            page(people.handler, path)
        return sum("SAVEPOINT" not in query["sql"] for query in found.captured_queries)

    many = [queries(path) for path in paths]
    mine = Shift.objects.filter(account=people.handler.account).earliest("starts_at")
    Shift.objects.exclude(pk=mine.pk).update(replaced_at=NOW)
    few = [queries(path) for path in paths]
    assert many == few
    assert max(many) <= 12, dict(zip(paths, many, strict=True))


def test_what_comes_back_day_after_day_is_one_line():
    zone = ZoneInfo("Europe/Berlin")  # the clock goes back on 25 October 2026
    days = [datetime(2026, 10, day, 20, tzinfo=zone) for day in (24, 25, 26, 29)]
    spans = [(each, each + timedelta(hours=12)) for each in days]
    with translation.override("en"):
        lines = words.stretches(spans, "Europe/Berlin")
    assert lines == [
        "24 Oct to 26 Oct, each day 20:00–08:00 next day",
        "29 Oct 20:00 to 30 Oct 08:00",
    ]
