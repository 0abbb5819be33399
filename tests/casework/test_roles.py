"""Who may take which step: everybody of the county tries everything."""

from typing import cast

import pytest

from huiying.casework.errors import TooLateToUndo
from huiying.casework.policy import acts_on, may_step
from huiying.casework.states import STEPS, State, steps_of
from huiying.kernel.refusals import NotAllowed, NotFound, Refusal
from tests.casework.test_life_cycle import DEEDS
from tests.casework.ways import brought_to
from tests.people import MEMBERS, People, make_person

pytestmark = pytest.mark.django_db

# Who may, where the housing department leads the case.
MAY = {
    "triage": {"clerk", "dispatcher", "supervisor"},
    "decline": {"dispatcher"},
    "assign": {"dispatcher", "supervisor"},
    "reassign": {"dispatcher", "supervisor"},
    "accept": {"handler", "colleague"},
    "return_to_desk": {"handler", "colleague"},
    "ask_resident": {"handler", "colleague"},
    "resume": {"handler", "colleague"},
    "answer": {"reviewer", "unit_reviewer"},
    "answer_at_once": {"clerk"},
    "answer_unreviewed": {"handler", "colleague"},
    "close": {"handler", "colleague", "dispatcher", "supervisor"},
    "reopen": {"supervisor"},
    "withdraw": set(),
    "join": {"dispatcher", "supervisor"},
    "unjoin": {"dispatcher", "supervisor"},
    "end_empty": {"dispatcher", "supervisor"},
    "take_out": set(),
    "split": {"clerk", "dispatcher", "supervisor"},
    "unsplit": {"clerk", "dispatcher", "supervisor"},
    "put_back": {"clerk", "dispatcher", "supervisor"},
    "take_back_from_named": {"clerk", "dispatcher", "supervisor"},
    "undo_triage": {"clerk", "dispatcher", "supervisor"},
    "undo_assign": {"dispatcher", "supervisor"},
    "undo_accept": {"handler", "colleague"},
}


def test_a_step_is_taken_only_by_those_whose_work_it_is(people):
    actors = {name: getattr(people, name).actor for name in MEMBERS}
    for verb in {step.verb for step in STEPS}:
        state = sorted(steps_of(verb)[0].sources)[0]
        case = brought_to(state, people)
        may = {name for name, actor in actors.items() if may_step(actor, verb, case) is None}
        assert may == MAY[verb], verb


class Swapped:
    """The people, with somebody else in everybody's place."""

    def __init__(self, somebody) -> None:
        self.somebody = somebody

    def __getattr__(self, _name: str):
        return self.somebody


def test_the_verbs_themselves_refuse_everybody_else(people):
    for verb in set(DEEDS) - {"withdraw", "take_out"}:
        state = sorted(steps_of(verb)[0].sources)[0]
        case = brought_to(state, people)
        version = case.version
        for name in set(MEMBERS) - MAY[verb]:
            with pytest.raises(
                (NotAllowed, NotFound, TooLateToUndo)
            ):  # another's act is no one's to undo
                DEEDS[verb](cast(People, Swapped(getattr(people, name))), case)
        case.refresh_from_db()
        assert case.version == version, verb


def test_a_supporting_unit_reads_but_does_not_act(people):
    case = brought_to(State.TRIAGED, people)
    from_desk = DEEDS["assign"]
    from_desk(people, case)  # water leads
    assert acts_on(people.handler.actor, case) == []


def test_a_role_over_another_unit_counts_for_nothing_here(people):
    mixed = make_person("mixed", ("water", "supervisor"), ("desk", "dispatcher"))
    case = brought_to(State.RETURNED, people)
    type(case).objects.filter(pk=case.pk).update(returns=2)
    case.refresh_from_db()
    refusal = may_step(mixed.actor, "assign", case)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "needs_supervisor"


def test_each_disabled_act_says_why(people):
    for state in State:
        case = brought_to(state, people)
        for name in ("clerk", "dispatcher", "supervisor"):
            acts = acts_on(getattr(people, name).actor, case)
            assert acts
            assert all(act.allowed or str(act.reason).endswith((".", "。")) for act in acts)
