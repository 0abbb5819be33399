"""The table of the life cycle, walked through the real verbs."""

import itertools
from collections.abc import Callable
from typing import cast

import pytest
from django.db import transaction

from huiying.casework.actions import sorting, working, writing_back
from huiying.casework.actions.joining import join, unjoin
from huiying.casework.actions.splitting import split, unsplit
from huiying.casework.actions.undoing import undo
from huiying.casework.errors import NeedsSupervisor, WrongState
from huiying.casework.models import CaseFile, Move
from huiying.casework.policy import GUARDS, acts_on, chosen_step, guarded
from huiying.casework.states import OPEN, RESTING, STEPS, State, leads, steps_of
from huiying.casework.stepping import take_step
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import MovedOn
from huiying.kernel.verbs import verb
from huiying.record.models import Entry
from tests.casework.ways import PARTS, answered, brought_to, declined, taken_in, writer_of
from tests.people import People, make_person

pytestmark = pytest.mark.django_db

type Deed = Callable[[People, CaseFile], object]


@verb
def _reopened_alone(*, actor: Actor, case: CaseFile) -> None:
    """What only the letter of a joined case can do."""
    take_step(case, actor=actor, verb="take_out")


def _taken_out(people: People, case: CaseFile) -> None:
    """Its writer alone is not content with the answer to the case to which it is joined."""
    writer = writer_of(case)
    if case.joined_to is None:
        return _reopened_alone(actor=writer, case=case)
    answered(actor=people.reviewer.actor, number=case.joined_to.number)
    return writing_back.reopen_own(actor=writer, text="我家门口还没修。")


def _left_by_all(people: People, case: CaseFile) -> None:
    """Its own writer withdraws, and the letter that was joined to it is taken apart."""
    other = taken_in(title="同一件事")
    join(actor=people.dispatcher.actor, number=other.number, into=case.number)
    writing_back.withdraw(actor=writer_of(case))
    unjoin(actor=people.dispatcher.actor, number=other.number)


@verb
def _put_back_alone(*, actor: Actor, case: CaseFile, into: CaseFile) -> None:
    """What only taking back a split does."""
    take_step(case, actor=actor, verb="put_back", columns={"joined_to": into})


def _put_back(people: People, case: CaseFile) -> None:
    _put_back_alone(actor=people.dispatcher.actor, case=case, into=taken_in(title="整封信"))


DEEDS: dict[str, Deed] = {
    "triage": lambda p, c: sorting.triage(
        actor=p.clerk.actor, number=c.number, category_code="leak"
    ),
    "decline": lambda p, c: sorting.decline(
        actor=p.dispatcher.actor, number=c.number, competent_body="省公司", reason="他们养护。"
    ),
    "assign": lambda p, c: sorting.assign(
        actor=p.dispatcher.actor, number=c.number, lead_code="water"
    ),
    "reassign": lambda p, c: sorting.reassign(
        actor=p.dispatcher.actor, number=c.number, lead_code="water", reason="他们管。"
    ),
    "accept": lambda p, c: working.accept(actor=p.handler.actor, number=c.number),
    "return_to_desk": lambda p, c: working.return_to_desk(
        actor=p.handler.actor, number=c.number, reason="unclear", words="看不清。"
    ),
    "ask_resident": lambda p, c: working.ask_resident(
        actor=p.handler.actor, number=c.number, question="在几栋？"
    ),
    "resume": lambda p, c: working.resume(actor=p.handler.actor, number=c.number),
    "answer": lambda p, c: answered(actor=p.reviewer.actor, number=c.number),
    "answer_at_once": lambda p, c: answered(
        actor=p.clerk.actor, number=c.number, verb_name="answer_at_once"
    ),
    "answer_unreviewed": lambda p, c: answered(
        actor=p.handler.actor, number=c.number, verb_name="answer_unreviewed"
    ),
    "close": lambda p, c: working.close(
        actor=p.supervisor.actor, number=c.number, outcome="partly", proof="复查。"
    ),
    "reopen": lambda p, c: writing_back.reopen(
        actor=p.supervisor.actor, number=c.number, words="没修好。"
    ),
    "withdraw": lambda p, c: writing_back.withdraw(actor=writer_of(c)),
    "split": lambda p, c: split(actor=p.clerk.actor, number=c.number, parts=PARTS),
    "unsplit": lambda p, c: unsplit(actor=p.clerk.actor, number=c.number),
    "put_back": _put_back,
    "join": lambda p, c: join(
        actor=p.dispatcher.actor, number=c.number, into=taken_in(title="同一件事").number
    ),
    "unjoin": lambda p, c: unjoin(actor=p.dispatcher.actor, number=c.number),
    "take_out": _taken_out,
    "end_empty": _left_by_all,
    "undo_triage": lambda p, c: undo(actor=p.clerk.actor, number=c.number),
    "undo_assign": lambda p, c: undo(actor=p.dispatcher.actor, number=c.number),
    "undo_accept": lambda p, c: undo(actor=p.handler.actor, number=c.number),
    "take_back_from_named": lambda p, c: sorting.mark_conduct(
        actor=p.clerk.actor, number=c.number, unit_codes=["housing"]
    ),
}


class Anywhere:
    """The people, with a handler whose sight no unit ends: what refuses is the table, not the policy."""

    def __init__(self, people: People) -> None:
        self._people = people
        self.handler = make_person("anywhere", ("county", "handler"))

    def __getattr__(self, name: str) -> object:
        return getattr(self._people, name)


def _standing(case: CaseFile) -> tuple[object, ...]:
    case.refresh_from_db()
    moves = Move.objects.filter(case=case).count()
    entries = Entry.objects.filter(subject=f"case:{case.label}").count()
    return case.state, case.version, case.due_at, case.lead_unit_id, moves, entries


def test_every_state_is_reached_from_a_new_letter():
    reached = {State.RECEIVED}
    while more := {s.target for s in STEPS if s.sources & reached} - reached:
        reached |= more
    assert reached == set(State)


def test_a_case_can_rest_only_where_the_table_says_so():
    left = {source for step in STEPS for source in step.sources}
    assert set(State) - left <= RESTING
    assert not RESTING & OPEN


def test_every_verb_of_the_table_is_walked_here():
    assert {step.verb for step in STEPS} == set(DEEDS)


def test_every_guard_is_a_rule_that_a_step_asks_for():
    assert {guard for step in STEPS for guard in step.guards} == set(GUARDS)


@pytest.mark.parametrize("outcome", ["solved", "withdrawn"])
@pytest.mark.parametrize("lead_unit_id", [None, 1])
def test_the_guards_leave_one_row_of_the_table_at_the_most(lead_unit_id, outcome):
    """For every verb, state and case; and none where the guards of all rows refuse."""
    for state, name in itertools.product(State, DEEDS):
        case = CaseFile(state=state, lead_unit_id=lead_unit_id, outcome=outcome)
        rows = [step for step in steps_of(name) if state in step.sources and guarded(step, case)]
        assert len(rows) <= 1, (name, state)
        if rows:
            assert chosen_step(name, case) is rows[0]
        else:
            with pytest.raises(WrongState):
                chosen_step(name, case)


@pytest.mark.parametrize("state", list(State))
def test_listed_pairs_lead_where_the_table_says_and_all_others_are_refused(people, state):
    anywhere = Anywhere(people)
    for name, deed in DEEDS.items():
        case = brought_to(state, people)
        before = _standing(case)
        if leads(name, state):
            deed(people, case)
            case.refresh_from_db()
            targets = {step.target for step in steps_of(name) if state in step.sources}
            assert case.state in targets, (name, state)
            last = Move.objects.filter(case=case).latest("id")
            assert (last.verb, last.source, last.target) == (name, state, case.state)
        elif name == "withdraw" and state == State.JOINED:  # the letter ends where it stands
            deed(people, case)
            assert _standing(case) == before
        elif name == "take_back_from_named" and state not in {State.JOINED, State.SPLIT}:
            # marking is not a step; only a unit loses the case
            deed(people, case)
            case.refresh_from_db()
            assert case.state == state
            assert case.lead_unit is None
        else:
            with pytest.raises(MovedOn):
                deed(cast(People, anywhere), case)
            assert _standing(case) == before, (name, state)


@pytest.mark.parametrize(
    ("verb", "who"),
    [("answer", "reviewer"), ("answer_unreviewed", "handler")],
)
def test_no_step_answers_a_case_without_a_reply(people, verb, who):
    case = brought_to(State.IN_PROGRESS, people)
    before = Entry.objects.count()
    with transaction.atomic(), pytest.raises(ValueError, match="approved reply"):
        take_step(case, actor=getattr(people, who).actor, verb=verb, columns={"outcome": "solved"})
    assert CaseFile.objects.get().state == State.IN_PROGRESS
    assert Entry.objects.count() == before


def test_a_case_that_no_unit_had_is_reopened_at_the_desk(people):
    case = declined(people)
    assert case.state == State.CLOSED
    DEEDS["reopen"](people, case)
    case.refresh_from_db()
    assert case.state == State.RETURNED


def test_what_a_writer_withdrew_nobody_else_reopens(people):
    case = brought_to(State.RECEIVED, people)
    DEEDS["withdraw"](people, case)
    case.refresh_from_db()
    assert (case.state, case.outcome) == (State.CLOSED, "withdrawn")
    with pytest.raises(MovedOn):
        DEEDS["reopen"](people, case)
    assert not any(
        act.allowed for act in acts_on(people.supervisor.actor, case) if act.verb == "reopen"
    )


def test_after_two_returns_only_the_agencys_supervisor_assigns(people):
    case = brought_to(State.RETURNED, people)
    sorting.assign(actor=people.dispatcher.actor, number=case.number, lead_code="water")
    working.return_to_desk(
        actor=people.other_handler.actor, number=case.number, reason="not_our_area", words="不归。"
    )
    with pytest.raises(NeedsSupervisor):
        sorting.assign(actor=people.dispatcher.actor, number=case.number, lead_code="roads")
    with pytest.raises(NeedsSupervisor):
        split(actor=people.dispatcher.actor, number=case.number, parts=PARTS)
    sorting.assign(actor=people.supervisor.actor, number=case.number, lead_code="roads")
    case.refresh_from_db()
    assert (case.state, case.lead_unit and case.lead_unit.code) == (State.ASSIGNED, "roads")
