"""Calendars with versions: who keeps them, what an import does, by which one a unit works."""

import argparse
import json
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from huiying.agencies.models import Unit
from huiying.agencies.working_hours import calendar_of, give_calendar
from huiying.clocks import reads
from huiying.clocks.actions import add_holidays, adopt_calendar_version
from huiying.clocks.calendar_files import CalendarFile, read_calendar, write_calendar
from huiying.clocks.holiday_files import china
from huiying.clocks.models import CalendarVersion, WorkCalendar
from huiying.config.cli import calendar as command_line
from huiying.config.cli import installation
from huiying.config.demo_sample import file as sample
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound
from huiying.record.models import Entry

pytestmark = pytest.mark.django_db

KEEPS = {"administrator"}
YEAR_2027 = json.dumps(
    {
        "year": 2027,
        "papers": ["https://www.gov.cn/2027"],
        "days": [
            {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
            {"name": "元旦", "date": "2027-01-02", "isOffDay": False},
        ],
    }
)


def adopted(code: str = "offices", *, actor=SYSTEM, **changes: str) -> int:
    text = sample(f"calendar_{code}.toml").read_text("utf-8")
    for old, new in changes.items():
        text = text.replace(old, new)
    file = read_calendar(text)
    return adopt_calendar_version(
        actor=actor, code=code, name=file.name, definition=file.definition
    )


@pytest.fixture
def command(monkeypatch, tmp_path):
    """`huiying calendar …` on the test's own database; its exit status."""

    @contextmanager
    def ready():
        with translation.override("en"):
            yield

    monkeypatch.setattr(installation, "ready", ready)
    monkeypatch.chdir(tmp_path)
    offices = sample("calendar_offices.toml").read_text("utf-8")
    (tmp_path / "offices.toml").write_text(offices, "utf-8")
    (tmp_path / "2027.json").write_text(YEAR_2027, "utf-8")
    parser = argparse.ArgumentParser()
    command_line.add(parser.add_subparsers())
    return lambda *words: command_line.run(parser.parse_args(["calendar", *words]))


def test_only_an_administrator_keeps_calendars(people):
    adopted()
    for name in people:
        actor = getattr(people, name).actor
        if name in KEEPS:
            assert adopted("hotline", actor=actor) == 1
            continue
        with pytest.raises(NotAllowed):
            adopted("hotline", actor=actor)
        with pytest.raises(NotAllowed):
            add_holidays(actor=actor, code="offices", holidays=china())
        with pytest.raises(NotAllowed):
            give_calendar(actor=actor, unit_code="county", calendar_code="offices")
    assert {entry.actor for entry in Entry.objects.filter(subject="calendar:hotline")} == {
        people.administrator.actor.label
    }


def test_what_changes_nothing_makes_no_version_and_a_change_keeps_the_holidays():
    assert adopted() == 1
    assert adopted() == 1
    assert add_holidays(actor=SYSTEM, code="offices", holidays=china()) == 2
    assert add_holidays(actor=SYSTEM, code="offices", holidays=china()) == 2
    assert adopted(**{"08:30-12:00": "09:00-12:00"}) == 3
    now, before = reads.calendar("offices"), reads.calendar("offices", 2)
    assert now.definition.days == before.definition.days
    assert now.definition.week != before.definition.week
    assert [version.number for version in now.versions] == [3, 2, 1]
    file = CalendarFile("offices", now.name, now.definition)
    again = read_calendar(write_calendar(file)).definition
    assert again.with_lists_of(now.definition) == now.definition
    entries = Entry.objects.filter(subject="calendar:offices", action="calendar.adopted")
    assert [
        entry.payload.data["digest"] for entry in entries.order_by("id") if entry.payload.data
    ] == list(CalendarVersion.objects.order_by("number").values_list("digest", flat=True))


def test_an_office_that_begins_to_work_through_holidays_loses_them():
    adopted()
    add_holidays(actor=SYSTEM, code="offices", holidays=china())
    adopted(**{"[week]": "works_on_holidays = true\n[week]"})
    assert reads.calendar("offices").definition.days == ()
    with pytest.raises(Invalid):
        add_holidays(actor=SYSTEM, code="offices", holidays=china())


def test_a_calendar_can_be_renamed_without_a_version():
    adopted()
    assert adopted(**{"机关作息时间": "作息时间"}) == 1
    assert WorkCalendar.objects.get().name["zh-hans"] == "作息时间"
    assert Entry.objects.filter(action="calendar.renamed").count() == 1


@pytest.mark.parametrize("code", ["", "Offices", "a b", "机关", "a" * 60, "-a", "a/b"])
def test_a_code_is_a_short_word(code):
    file = read_calendar(sample("calendar_offices.toml").read_text("utf-8"))
    with pytest.raises(Invalid):
        adopt_calendar_version(actor=SYSTEM, code=code, name=file.name, definition=file.definition)
    with pytest.raises(Invalid):
        adopt_calendar_version(
            actor=SYSTEM, code="fine", name={"en": " "}, definition=file.definition
        )
    assert not WorkCalendar.objects.exists()


def test_no_version_is_changed_or_removed_even_by_the_database():
    adopted()
    for act in (
        lambda: CalendarVersion.objects.update(note="other"),
        lambda: CalendarVersion.objects.all().delete(),
        lambda: connection.cursor().execute("TRUNCATE clocks_calendarversion CASCADE"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert CalendarVersion.objects.get().note == ""


def test_the_timetable_in_force_follows_the_newest_version(django_assert_num_queries):
    adopted()
    first = reads.timetable("offices")
    with django_assert_num_queries(1):
        assert reads.timetable("offices") is first
    adopted(**{"08:30-12:00": "09:00-12:00"})
    assert reads.timetable("offices").week[0][0] == (540, 720)
    with pytest.raises(NotFound):
        reads.timetable("nowhere")


def test_a_unit_works_by_its_own_calendar_or_that_of_the_nearest_unit_above(county):
    adopted()
    adopted("hotline")
    assert calendar_of("county/housing/estates/") is None
    give_calendar(actor=SYSTEM, unit_code="county", calendar_code="offices")
    give_calendar(actor=SYSTEM, unit_code="housing", calendar_code="hotline")
    give_calendar(actor=SYSTEM, unit_code="housing", calendar_code="hotline")
    assert calendar_of("county/") == "offices"
    assert calendar_of("county/housing/estates/") == "hotline"
    assert calendar_of("county/water/") == "offices"
    give_calendar(actor=SYSTEM, unit_code="housing", calendar_code="")
    assert calendar_of("county/housing/estates/") == "offices"
    assert Entry.objects.filter(action="unit.calendar_given").count() == 3
    for unit, calendar in (("nowhere", "offices"), ("county", "nowhere")):
        with pytest.raises(NotFound):
            give_calendar(actor=SYSTEM, unit_code=unit, calendar_code=calendar)


def test_the_command_makes_fills_gives_and_shows_a_calendar(county, command, capsys):
    assert command("import", "offices.toml", "--china", "--note", "启用") == 0
    assert "Version 2 of offices is in force." in capsys.readouterr().err
    assert command("import", "2027.json", "--to", "offices") == 0
    assert command("give", "offices", "county") == 0
    assert Unit.objects.get(code="county").calendar is not None
    assert command("list") == 0
    listed = capsys.readouterr().out
    assert listed == "offices  version 3  Asia/Shanghai  holidays 2004 to 2027  county\n"
    assert command("show", "offices", "--year", "2026") == 0
    shown = capsys.readouterr().out
    assert "  monday     08:30-12:00 14:00-17:30\n" in shown
    assert "  sunday     off\n" in shown
    assert "  2026-10-01 to 2026-10-07  off  National Day\n" in shown
    assert "  2026-10-10  08:30-12:00 14:00-17:30  National Day\n" in shown
    assert command("show", "offices", "--year", "2028") == 0
    assert "2028: holidays not known yet" in capsys.readouterr().out
    assert command("show", "offices", "--year", "2027", "--version", "2") == 0
    assert "2027: holidays not known yet" in capsys.readouterr().out
    assert reads.calendar("offices").versions[0].source == "https://www.gov.cn/2027"
    assert command("give", "-", "county") == 0
    assert Unit.objects.get(code="county").calendar is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["import"], "or --china"),
        (["import", "--china"], "--to"),
        (["import", "2027.json"], "--to"),
        (["import", "2027.json", "--to", "nowhere"], "no such calendar"),
        (["import", "missing.toml"], "cannot be read"),
        (["import", "latin.toml"], "not in UTF-8"),
        (["import", "empty.json", "--to", "offices"], "not out yet"),
        (["import", "none.ics", "--to", "offices"], "iCalendar"),
        (["give", "offices", "county"], "no such calendar"),
        (["show", "offices"], "no such calendar"),
    ],
)
def test_the_command_says_what_is_wrong(command, capsys, tmp_path, words, said):
    (tmp_path / "latin.toml").write_bytes(b"code = '\xe9'")
    (tmp_path / "empty.json").write_text('{"year": 2027, "days": []}')
    (tmp_path / "none.ics").write_bytes(b"")
    assert command(*words) == 1
    assert said in capsys.readouterr().err
    assert not CalendarVersion.objects.exists()
