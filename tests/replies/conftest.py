"""A letter on its way to an answer, by the real verbs."""

from collections.abc import Callable

import pytest

from huiying.casework.actions.receiving import receive_letter
from huiying.casework.actions.sorting import assign, triage
from huiying.casework.actions.working import accept
from huiying.casework.models import CaseFile
from huiying.intake.letters import Letter
from huiying.intake.states import Wish
from huiying.kernel.actors import STRANGER
from huiying.replies.words import Words
from tests.people import People

WORDS = Words(
    title="夜间施工噪声",
    question="晚上十点后工地还在施工，吵得睡不着。",
    text="经查，该工地未办夜间施工许可。已责令二十二点后停工。",
    outcome="solved",
    audience="public",
)


@pytest.fixture
def words() -> Words:
    return WORDS


@pytest.fixture
def receive(county: None) -> Callable[..., CaseFile]:
    """Take in a letter; keyword arguments are those of `Letter`."""

    def make(**changes) -> CaseFile:
        wanted = {
            "body": "晚上十点以后工地还在施工。",
            "wish": Wish.PUBLIC,
            "email": "a@example.org",
        }
        letter = Letter(**(wanted | changes))
        submission = receive_letter(actor=STRANGER, letter=letter)
        return CaseFile.objects.get(reports__submission=submission)

    return make


@pytest.fixture
def in_hand(people: People, receive: Callable[..., CaseFile]) -> Callable[..., CaseFile]:
    """A case that the housing department has accepted."""

    def make(lead: str = "housing", category: str = "noise", **changes) -> CaseFile:
        case = receive(**changes)
        number = case.number
        triage(actor=people.clerk.actor, number=number, category_code=category)
        assign(actor=people.dispatcher.actor, number=number, lead_code=lead)
        handlers = {
            "housing": people.handler,
            "water": people.other_handler,
            "integrity": people.investigator,
        }
        return accept(actor=handlers[lead].actor, number=number)

    return make
