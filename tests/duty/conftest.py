"""A county with a calendar of 2026 and a duty room that two people keep in turns."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from huiying.agencies.duty.actions.rosters import adopt_pattern, make_roster
from huiying.agencies.duty.models import Roster
from huiying.agencies.duty.patterns import DAYS, Turn
from huiying.agencies.duty.states import Cover
from huiying.agencies.working_hours import give_calendar
from huiying.clocks.actions import add_holidays, adopt_calendar_version
from huiying.clocks.calendar_files import read_calendar
from huiying.clocks.holiday_files import china
from huiying.config.demo_sample import file as sample
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from tests.people import People, make_county, make_people
from tests.scene import _tests_atomic

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVERY_DAY = frozenset(DAYS)
TODAY = date(2026, 9, 28)  # a Monday; National Day from 1 to 7 October, made up for on 10 October
NOW = datetime(2026, 9, 28, 10, tzinfo=SHANGHAI)
DAY_NAME = {"zh-hans": "白班", "en": "Day"}
NIGHT_NAME = {"zh-hans": "夜班", "en": "Night"}


@pytest.fixture
def now() -> Iterator[datetime]:
    with time.at(NOW):
        yield NOW


@pytest.fixture
def calendar(people: People) -> None:
    file = read_calendar(sample("calendar_offices.toml").read_text("utf-8"))
    adopt_calendar_version(actor=SYSTEM, code="offices", name=file.name, definition=file.definition)
    add_holidays(actor=SYSTEM, code="offices", holidays=china())
    give_calendar(actor=SYSTEM, unit_code="county", calendar_code="offices")


def turn(name: dict[str, str], hours: tuple[float, float], *people: int, **changes) -> Turn:
    wanted = {"days": EVERY_DAY} | changes
    return Turn(name, int(hours[0] * 60), int(hours[1] * 60), people=people, **wanted)


def plan(roster: Roster, people: People, *turns: Turn, cover: str = Cover.ALWAYS, on=TODAY) -> int:
    return adopt_pattern(
        actor=people.supervisor.actor, code=roster.code, starts_on=on, cover=cover, turns=turns
    )


def duty_room(people: People) -> Roster:
    """The housing department's duty room: by day the handler and the colleague in turns, by night
    whoever sits below and the handler.
    """
    made = make_roster(
        actor=people.supervisor.actor,
        unit_code="housing",
        name={"zh-hans": "值班室", "en": "Duty room"},
        zone="Asia/Shanghai",
    )
    ids = {name: getattr(people, name).account.pk for name in ("handler", "colleague", "below")}
    day = turn(DAY_NAME, (8, 20), ids["handler"], ids["colleague"])
    night = turn(NIGHT_NAME, (20, 32), ids["below"], ids["handler"])
    plan(made, people, day, night)
    return made


@pytest.fixture(scope="module")
def _once(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[People, Roster]]:
    with django_db_blocker.unblock(), _tests_atomic():
        make_county()
        people = make_people()
        with time.at(NOW):
            roster = duty_room(people)
        yield people, roster
        transaction.set_rollback(True)


@pytest.fixture
def people(_once: tuple[People, Roster], django_db_blocker: DjangoDbBlocker) -> Iterator[People]:
    """The county's people and their duty room, made once for a module; each test is rolled back."""
    with django_db_blocker.unblock(), _tests_atomic():
        yield _once[0]
        transaction.set_rollback(True)


@pytest.fixture
def roster(people: People, now: datetime, _once: tuple[People, Roster]) -> Roster:
    """The duty room."""
    return _once[1]
