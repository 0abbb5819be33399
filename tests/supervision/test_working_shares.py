"""A share of working time: pass and rehearsal reach it at the same moment, which counting minutes finds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.agencies.working_hours import give_calendar
from huiying.casework.actions.adopting import adopt_calendar
from huiying.casework.actions.working import ask_resident, resume
from huiying.casework.actions.writing_back import reopen
from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.clocks.actions import adopt_calendar_version
from huiying.clocks.calendar_files import read_calendar
from huiying.clocks.working_time import add_working
from huiying.config.demo_sample import file as sample
from huiying.harm.facts import Level
from huiying.harm.urgency import Need
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.routing.models import Category
from huiying.routing.paces import Pacing
from huiying.routing.promises.definitions import Promise, PromiseSet, Span
from huiying.routing.reads import Reckoning
from huiying.supervision.actions.alerting import clocks_given
from huiying.supervision.definitions import Definition, read_policy
from huiying.supervision.models import Alert
from huiying.supervision.paces import moment_of
from huiying.supervision.reached import REACHED, RUNNING
from huiying.supervision.rehearsing import rounds
from huiying.supervision.tasks import escalate, prepared
from tests.casework.ways import answered, brought_to
from tests.clocks import wall
from tests.clocks.test_working_time import offices
from tests.supervision.policies import put_in_force

START = datetime(2026, 3, 6, 4, 0, tzinfo=UTC)  # Friday noon
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
PERCENTS = [50, 80, 100, 150, 300]
OFFICES = sample("calendar_offices.toml").read_text("utf-8")
OFF = '\n[[day]]\nday = 2026-03-09\nname = { en = "Off" }\n'


def _counted(office: wall.Office, start: datetime, due: datetime, percent: int) -> datetime:
    """The first full minute at which this share is over."""
    allowed, passed = wall.worked(office, start, due), 0
    for moment in wall.minutes(start):
        if passed * 100 >= allowed * percent and (percent < 100 or moment >= due):
            return moment
        passed += wall.works(office, moment)
    raise AssertionError


@settings(max_examples=12)
@given(offices(), st.integers(60, 300), st.integers(0, 300), st.integers(1, 200))
def test_a_share_is_over_when_a_count_of_minutes_says_so(given_office, promised, idle, percent):
    office, timetable, start = given_office
    start = start.astimezone(UTC)
    due = add_working(start, timedelta(minutes=promised), timetable).at + timedelta(minutes=idle)
    found, counted = (
        moment_of(percent, start, due, timetable)[0],
        _counted(office, start, due, percent),
    )
    assert counted - wall.MINUTE < found <= counted
    assert moment_of(100, start, due, timetable) == (due, timetable)


def _offices(text: str = OFFICES) -> None:
    file = read_calendar(text)
    adopt_calendar_version(actor=SYSTEM, code=file.code, name=file.name, definition=file.definition)
    give_calendar(actor=SYSTEM, unit_code="county", calendar_code=file.code)


def _by_working_days(topic: str, days: int) -> None:
    Category.objects.filter(code=topic).update(working_days=True, target_days=days)


def _reached(now: datetime) -> set[tuple[int, int]]:
    """Case and step that the pass finds at that moment."""
    statement = f"""WITH {RUNNING.format(which="")}
        SELECT r.id, step FROM running r CROSS JOIN unnest(%(steps)s) AS step
        WHERE {REACHED.format(percent="step")}"""
    with time.at(now), connection.cursor() as cursor:
        given_clocks = clocks_given(prepared(1, Definition()))
        cursor.execute(statement, given_clocks | {"steps": PERCENTS})
        return set(cursor.fetchall())


@pytest.mark.django_db
def test_the_pass_and_the_rehearsal_say_the_same_to_the_microsecond(people):
    _by_working_days("noise", 5)
    with time.at(START):
        _offices()
        plain = brought_to(State.IN_PROGRESS, people)
        brought_to(State.IN_PROGRESS, people, category_code="pothole")
        paused, again = brought_to(State.WAITING, people), brought_to(State.IN_PROGRESS, people)
    with time.at(START + timedelta(hours=31)):
        answered(actor=people.reviewer.actor, number=again.number)
        resume(actor=people.handler.actor, number=paused.number)
        ask_resident(actor=people.handler.actor, number=plain.number, question="几栋？")
    with time.at(START + timedelta(hours=60)):
        reopen(actor=people.supervisor.actor, number=again.number, words="还在响。")
    with time.at(START + 20 * DAY):  # nobody answered what was asked last
        found = {
            each.case_id: each for each in rounds(CaseFile.objects.values_list("pk", flat=True))
        }
    assert found[plain.pk].timetable is not None
    for case, one in found.items():
        for percent in PERCENTS:
            moment = one.reached(percent)
            assert (case, percent) in _reached(moment), (case, percent)
            assert (case, percent) not in _reached(moment - INSTANT), (case, percent)


@pytest.mark.django_db
def test_a_weekend_and_a_day_off_declared_meanwhile_bring_no_step_nearer(people):
    _by_working_days("noise", 2)
    with time.at(START):
        _offices()
        brought_to(State.IN_PROGRESS, people)
        put_in_force(read_policy("[[step]]\nat = 50\ntell = ['holders']"))

    def told(moment: datetime) -> bool:
        with time.at(moment):
            escalate()
        return Alert.objects.exists()

    assert not told(START + 2.9 * DAY)
    with time.at(START + 2.95 * DAY):  # Monday morning is off after all
        _offices(OFFICES + OFF)
        assert adopt_calendar(actor=SYSTEM, code="offices") == (1, None)
    tuesday = datetime(2026, 3, 10, 15, 45, tzinfo=UTC) - timedelta(hours=8)
    assert not told(tuesday - INSTANT)
    assert told(tuesday)


def test_what_is_promised_day_and_night_runs_day_and_night():
    promises = PromiseSet(
        {},
        {},
        (
            Promise("solve", "law", Span(60, "calendar_days"), {}),
            Promise("solve", "agency", Span(5, "working_days"), {}),
            Promise("solve", "law", Span(48 * 60, "minutes"), {}, danger=True),
            Promise("accept", "law", Span(1, "working_hours"), {}),
        ),
    )
    target = Promise("solve", "agency", Span(10, "calendar_days"), {})
    reckoning = Reckoning({1: (frozenset({"noise"}), target)}, [(START, promises)])
    found = Pacing(reckoning, {1: "offices"})

    def calendar(start: datetime, level: Level, topic: int = 1) -> str | None:
        return found.calendar(topic, start, need=Need(level, None), channel="web")

    assert calendar(START, Level.USUAL) == "offices"
    assert calendar(START, Level.NOW) is None
    assert calendar(START - DAY, Level.USUAL) is None  # before anything was promised
    assert calendar(START, Level.USUAL, topic=2) is None
