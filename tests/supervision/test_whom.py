"""Whom escalation tells where somebody is in charge of the case, or on duty while its unit is at home."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from huiying.agencies.actions import end_role
from huiying.agencies.duty.actions.rosters import make_roster
from huiying.agencies.working_hours import give_calendar
from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.clocks.actions import adopt_calendar_version
from huiying.clocks.calendar_files import read_calendar
from huiying.config.demo_sample import file as sample
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.notices.models import Outgoing
from huiying.supervision.actions.matters import put_on_list, report_progress, take_off_list
from huiying.supervision.definitions import from_data, read_policy, usual
from huiying.supervision.models import Alert, EscalationPolicy
from huiying.supervision.rehearsing import rehearse
from huiying.supervision.tasks import escalate
from tests.casework.ways import brought_to
from tests.duty.conftest import DAY_NAME, plan, turn
from tests.people import People, make_person
from tests.supervision.policies import put_in_force

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday nine o'clock; noise has ten days
TO_LEADER = "[[step]]\nat = 50\ntell = ['leader']\nacknowledge_within = 0\n"
UP_TO_LEADER = "[[step]]\nat = 50\ntell = ['agency_supervisor']\nacknowledge_within = 8\n"
AT_NIGHT = """
quiet = "20:00-08:00"
[[step]]
at = 50
tell = ["holders"]
on_duty = true
"""


def _day(number: float) -> datetime:
    return START + timedelta(days=number)


def _pass(day: float) -> dict[str, str]:
    """Who was told by a pass on that day, and by which kind of notice."""
    before = set(Outgoing.objects.values_list("pk", flat=True))
    with time.at(_day(day)):
        escalate()
    rows = Outgoing.objects.exclude(pk__in=before)
    found = [(row.recipient, row.data["number"]) for row in rows]
    assert len(set(found)) == len(found)
    return dict(rows.values_list("recipient", "kind"))


def _adopt(text: str) -> None:
    put_in_force(read_policy(text))


@pytest.fixture
def cases(people: People) -> list[CaseFile]:
    """Two cases of the housing department, which a leader of its own leads."""
    make_person("housing_leader", ("housing", "leader"))
    with time.at(START):
        return [brought_to(State.IN_PROGRESS, people) for _number in range(2)]


def _in_charge(people: People, case: CaseFile) -> str:
    with time.at(START):
        matter = put_on_list(
            actor=people.supervisor.actor,
            number=case.number,
            kind="in_charge",
            asked="请包案",
            due_on=date(2026, 3, 20),
            leader="leader",
        )
    return matter.label


def _percents(people: People) -> dict[str, list[int]]:
    rows = Outgoing.objects.filter(kind="escalation").order_by("id")
    found: dict[str, list[int]] = {}
    for recipient, data in rows.values_list("recipient", "data"):
        found.setdefault(recipient, []).append(data["number"])
    return found


def test_a_leader_in_charge_hears_in_place_of_the_units_own(people, cases):
    _adopt(TO_LEADER)
    label = _in_charge(people, cases[0])
    _pass(5)
    told = _percents(people)
    assert told.pop(people.leader.actor.label) == [cases[0].number]
    assert list(told.values()) == [[cases[1].number]]
    with time.at(_day(6)):
        report_progress(actor=people.handler.actor, label=label, text="已办")
        take_off_list(actor=people.supervisor.actor, label=label)
        CaseFile.objects.update(round=2)
    _pass(6)
    assert _percents(people)[people.leader.actor.label] == [cases[0].number]


def test_nobody_takes_note_and_the_leader_in_charge_is_the_next_above(people, cases):
    _adopt(UP_TO_LEADER)
    _in_charge(people, cases[0])
    _pass(5)
    _pass(5.5)
    assert _percents(people)[people.leader.actor.label] == [cases[0].number]
    assert Alert.objects.filter(level=1, audience="leader").count() == 2


def test_one_who_leads_nothing_any_more_or_is_named_is_in_charge_of_nothing(people, cases):
    _adopt(TO_LEADER)
    for case in cases:
        _in_charge(people, case)
    with time.at(START):
        mark_conduct(actor=people.supervisor.actor, number=cases[0].number, usernames=["leader"])
    told = _pass(5)
    assert _percents(people)[people.leader.actor.label] == [cases[1].number]
    assert len(told) == 2
    other = make_person("another_leader", ("county", "leader"))
    end_role(actor=SYSTEM, username="leader", unit_code="county", role="leader")
    CaseFile.objects.update(round=2)
    assert people.leader.actor.label not in _pass(6)
    assert other.account.is_active


@pytest.fixture
def night(people: People) -> Callable[[str], None]:
    """Puts somebody on duty for the housing department, day and night."""
    file = read_calendar(sample("calendar_offices.toml").read_text("utf-8"))
    adopt_calendar_version(actor=SYSTEM, code=file.code, name=file.name, definition=file.definition)
    give_calendar(actor=SYSTEM, unit_code="county", calendar_code=file.code)

    def put(username: str, unit: str = "housing") -> None:
        with time.at(START):
            roster = make_roster(
                actor=people.supervisor.actor,
                unit_code=unit,
                name={"zh-hans": "值班", "en": "Duty"},
                zone="Asia/Shanghai",
            )
            who = getattr(people, username).account.pk
            plan(roster, people, turn(DAY_NAME, (0, 24), who), on=timezone.localdate(START))

    return put


def _due_at_hour(people: People, hour: float) -> CaseFile:
    """A case that comes to half of its time on the next Monday at this hour of the day."""
    with time.at(START + timedelta(hours=hour - 9)):
        case = brought_to(State.IN_PROGRESS, people)
        CaseFile.objects.filter(pk=case.pk).update(due_at=time.now() + timedelta(days=14))
    return case


def test_at_night_who_is_on_duty_hears_at_once_and_the_unit_in_the_morning(people, night):
    night("unit_reviewer")
    _adopt(AT_NIGHT)
    _due_at_hour(people, 22)
    night_of = 7 + 13 / 24
    assert _pass(night_of) == {
        people.unit_reviewer.actor.label: "escalation_on_duty",
        people.handler.actor.label: "escalation",
        people.colleague.actor.label: "escalation",
    }
    due = dict(Outgoing.objects.filter(kind__startswith="escalation").values_list("kind", "due_at"))
    assert due["escalation_on_duty"] == _day(night_of)
    assert timezone.localtime(due["escalation"]).strftime("%a %H:%M") == "Tue 08:00"
    row = Outgoing.objects.get(kind="escalation_on_duty")
    assert set(row.data) == {"number", "percent"}


def test_a_handler_on_duty_hears_once_and_now(people, night):
    night("handler")
    _adopt(AT_NIGHT)
    _due_at_hour(people, 22)
    told = _pass(7 + 13 / 24)
    assert told == {
        people.handler.actor.label: "escalation_on_duty",
        people.colleague.actor.label: "escalation",
    }


@pytest.mark.parametrize("hour", [10, 22])
def test_a_rehearsal_tells_who_was_on_duty_then(people, night, hour):
    night("handler")
    _adopt(AT_NIGHT)
    with time.at(_day(2 + (hour - 9) / 24)):  # of its ten days half is over on Monday
        brought_to(State.IN_PROGRESS, people)
    told = _pass(7 + (hour - 9) / 24)
    with time.at(_day(9)):
        found = rehearse(read_policy(AT_NIGHT), days=30)
    assert {each.recipient: each.notices for each in found.people} == dict.fromkeys(told, 1)
    assert found.told == 1
    assert (told[people.handler.actor.label] == "escalation_on_duty") == (hour == 22)


def test_while_the_unit_works_nobody_on_duty_is_told(people, night):
    night("unit_reviewer")
    _adopt(AT_NIGHT)
    _due_at_hour(people, 10)
    assert set(_pass(7 + 1 / 24).values()) == {"escalation"}


def test_whoever_may_not_know_of_the_case_is_not_told_and_the_roster_above_is(people, night):
    night("below")
    night("clerk", "county")
    _adopt(AT_NIGHT)
    case = _due_at_hour(people, 22)
    with time.at(START + timedelta(hours=14)):
        mark_conduct(actor=people.supervisor.actor, number=case.number, usernames=["handler"])
    told = _pass(7 + 13 / 24)
    assert told == {
        people.clerk.actor.label: "escalation_on_duty",
        people.colleague.actor.label: "escalation",
    }


def test_a_complaint_is_kept_from_whoever_is_on_duty_and_named(people, night):
    night("unit_reviewer")
    _adopt(AT_NIGHT)
    case = _due_at_hour(people, 22)
    with time.at(START + timedelta(hours=14)):
        mark_conduct(actor=people.supervisor.actor, number=case.number, usernames=["unit_reviewer"])
    assert people.unit_reviewer.actor.label not in _pass(7 + 13 / 24)


def test_the_policy_in_force_says_it_and_older_ones_stay_what_they_were(people):
    assert "on_duty" not in usual()
    assert all("on_duty" not in step for step in read_policy(usual()).as_data()["step"])
    _adopt(AT_NIGHT)
    stored = from_data(EscalationPolicy.objects.get().definition)
    assert stored.steps[0].on_duty
    page = people.supervisor.client.get("/en/desk/escalation/").text
    assert "outside the unit&#x27;s hours whoever is on duty too, at once" in page
