"""A case has come as far as the furthest of its letters, each by its own clock; and what was told of a case
that is joined meanwhile waits until it is taken apart."""

from datetime import UTC, datetime, timedelta

import pytest

from huiying.casework.actions.joining import join, unjoin
from huiying.casework.actions.splitting import unsplit
from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.kernel import time
from huiying.notices.models import Outgoing
from huiying.supervision.definitions import read_policy
from huiying.supervision.models import Alert
from huiying.supervision.tasks import escalate
from tests.casework.ways import brought_to, split_by, taken_in
from tests.supervision.policies import put_in_force

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # noise has ten days
LADDER = """
[[step]]
at = 50
tell = ["holders"]
[[step]]
at = 100
tell = ["holders"]
acknowledge_within = 8
[[step]]
at = 200
tell = ["agency_supervisor"]
"""


def _day(number: float) -> datetime:
    return START + timedelta(days=number)


def _pass(day: float, case: CaseFile) -> list[int]:
    """Which steps were told of the case by a pass on that day."""
    before = set(Alert.objects.values_list("pk", flat=True))
    with time.at(_day(day)):
        escalate()
    told = Alert.objects.exclude(pk__in=before).filter(case=case, level=0)
    return sorted(told.values_list("percent", flat=True))


@pytest.fixture(autouse=True)
def _ladder() -> None:
    put_in_force(read_policy(LADDER))


def test_a_late_letter_brings_the_case_as_far_as_it_has_come_itself(people):
    with time.at(START):
        late = taken_in(category_code="noise")
    with time.at(_day(10.4)):
        case = brought_to(State.IN_PROGRESS, people)
        join(actor=people.dispatcher.actor, number=late.number, into=case.number)
    assert _pass(10.5, case) == [50, 100]  # not twice over, though the case is hours old
    assert _pass(19.9, case) == []
    assert _pass(20.1, case) == [200]


def test_of_the_letters_of_a_case_the_furthest_counts(people):
    with time.at(START):
        case = brought_to(State.IN_PROGRESS, people)
    with time.at(_day(1)):
        urgent = taken_in(category_code="leak")
        join(actor=people.dispatcher.actor, number=urgent.number, into=case.number)
    assert _pass(2.4, case) == []
    assert _pass(2.6, case) == [50]  # of the three days that the other letter has
    numbers = Outgoing.objects.filter(kind="escalation").values_list("recipient", "data__number")
    assert len(numbers) == len(set(numbers))  # once a person, however many letters


def test_nobody_took_note_before_it_was_joined_and_is_heard_of_after(people):
    with time.at(START):
        case = brought_to(State.IN_PROGRESS, people)
        target = brought_to(State.IN_PROGRESS, people)
    assert _pass(10.1, case) == [50, 100]
    with time.at(_day(10.2)):
        join(actor=people.dispatcher.actor, number=case.number, into=target.number)
    _pass(13, case)
    raised = Alert.objects.filter(level=1)
    assert raised.get().case == target  # the other waits while its letters stand elsewhere
    with time.at(_day(13.1)):
        unjoin(actor=people.dispatcher.actor, number=case.number)
    _pass(13.2, case)
    assert raised.get(case=case).percent == 100


def test_nobody_took_note_before_it_was_split_and_is_heard_of_once_that_is_undone(people):
    with time.at(START):
        case = brought_to(State.TRIAGED, people)
    assert _pass(10.1, case) == [50, 100]
    with time.at(_day(10.2)):
        split_by(people, case.number)
    assert "Take note" not in people.supervisor.client.get(f"/en/desk/cases/{case.number}/").text
    _pass(13, case)
    raised = Alert.objects.filter(level=1, case=case)
    assert not raised.exists()
    with time.at(_day(13.1)):
        unsplit(actor=people.dispatcher.actor, number=case.number)
    _pass(13.2, case)
    assert raised.get().percent == 100
