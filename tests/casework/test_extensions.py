"""More time for an answer: a second person decides, the writer reads why, and late stays late."""

from datetime import timedelta

import pytest
from django.db import InternalError, ProgrammingError, transaction
from django.utils import timezone

from huiying.casework.actions.extending import ask_extension, decide_extension
from huiying.casework.actions.joining import join
from huiying.casework.actions.sorting import triage
from huiying.casework.actions.working import ask_resident, resume, return_to_desk
from huiying.casework.actions.writing_back import reopen
from huiying.casework.errors import NoMoreTime, NothingAsked, WrongState
from huiying.casework.extension_models import Extension
from huiying.casework.following import letter_page
from huiying.casework.models import CaseFile
from huiying.casework.queues import Wanted, case_list
from huiying.casework.states import State
from huiying.kernel import time
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, SamePerson
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from huiying.routing.promises.actions import adopt_promises, propose_promises
from huiying.routing.promises.files import read_promises
from tests.casework.ways import answered, brought_to, taken_in, writer_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
WHY = "要等专业机构的检测报告。"


def day_after_due(case: CaseFile, days: int = 3):
    return timezone.localdate(case.due_at) + timedelta(days=days)


def asked(people, case: CaseFile, days: int = 3) -> CaseFile:
    found = ask_extension(
        actor=people.handler.actor,
        number=case.number,
        day=day_after_due(case, days),
        reason=WHY,
    )
    case.refresh_from_db()
    return found


def granted(people, case: CaseFile, days: int = 3) -> CaseFile:
    asked(people, case, days)
    found = decide_extension(actor=people.dispatcher.actor, number=case.number, granted=True)
    case.refresh_from_db()
    return found


@pytest.fixture
def case(people) -> CaseFile:
    return brought_to(State.IN_PROGRESS, people)


def test_a_granted_day_moves_both_clocks_and_says_why(people, case):
    before = case.due_at
    asked(people, case)
    assert case.due_at == before  # asking moves nothing
    assert "专业机构" not in str(letter_page(writer_of(case)).answer_by)
    decide_extension(actor=people.dispatcher.actor, number=case.number, granted=True)
    case.refresh_from_db()
    assert timezone.localdate(case.due_at) == timezone.localdate(before) + timedelta(days=3)
    assert case.reports.get().due_at == case.due_at
    move = case.moves.get(verb="extend")
    assert (move.due_at, move.target) == (case.due_at, State.IN_PROGRESS)
    said = letter_page(writer_of(case)).answer_by
    assert said.reasons == (WHY,)
    assert "23:59" in said.sentence


def test_a_second_person_decides(people, case):
    both = make_person("both", ("housing", "handler"), ("desk", "dispatcher"))
    ask_extension(actor=both.actor, number=case.number, day=day_after_due(case), reason=WHY)
    with pytest.raises(SamePerson):
        decide_extension(actor=both.actor, number=case.number, granted=True)
    for name in ("handler", "colleague", "clerk", "reviewer", "auditor"):
        with pytest.raises(NotAllowed):
            decide_extension(actor=getattr(people, name).actor, number=case.number, granted=True)
    decide_extension(actor=people.supervisor.actor, number=case.number, granted=True)
    with pytest.raises(NothingAsked):
        decide_extension(actor=people.dispatcher.actor, number=case.number, granted=True)


def test_only_the_unit_that_works_on_it_asks_and_once_at_a_time(people, case):
    day = day_after_due(case)
    for name in ("dispatcher", "supervisor", "reviewer"):
        with pytest.raises(NotAllowed):
            ask_extension(
                actor=getattr(people, name).actor, number=case.number, day=day, reason=WHY
            )
    asked(people, case)
    with pytest.raises(MovedOn):
        asked(people, case, 4)
    early = brought_to(State.ASSIGNED, people)
    with pytest.raises(WrongState):
        ask_extension(actor=people.handler.actor, number=early.number, day=day, reason=WHY)


def test_a_refusal_needs_a_reason_and_changes_no_clock(people, case):
    before = case.due_at
    asked(people, case)
    with pytest.raises(Invalid):
        decide_extension(actor=people.dispatcher.actor, number=case.number, granted=False)
    decide_extension(
        actor=people.dispatcher.actor, number=case.number, granted=False, words="报告可以催"
    )
    case.refresh_from_db()
    assert case.due_at == before
    assert not case.moves.filter(verb="extend").exists()
    assert not letter_page(writer_of(case)).answer_by.reasons
    assert not Outgoing.objects.filter(kind="extended").exists()
    asked(people, case)  # with better reasons


def test_the_day_lies_after_the_due_day_and_within_the_cap(people, case):
    for days in (0, -1, 11, 4000):
        with pytest.raises(Invalid):
            asked(people, case, days)
    granted(people, case, 10)
    with pytest.raises(NoMoreTime):
        asked(people, case, 1)


def test_the_promises_say_how_often_and_how_far(people):
    text = (
        'name = { en = "a" }\n[extension]\ntimes = 2\namount = 5\nkind = "calendar_days"\n'
        '[[promise]]\nstage = "solve"\nsource = "law"\namount = 90\nkind = "calendar_days"\n'
        'basis = { en = "law" }\n'
    )
    number = propose_promises(actor=people.administrator.actor, promises=read_promises(text))
    adopt_promises(actor=people.supervisor.actor, number=number)
    case = brought_to(State.IN_PROGRESS, people)
    with pytest.raises(Invalid):
        asked(people, case, 6)
    granted(people, case, 5)
    granted(people, case, 2)
    assert "2" in letter_page(writer_of(case)).answer_by.sentence
    with pytest.raises(NoMoreTime):
        asked(people, case, 1)


def test_what_was_late_before_it_was_asked_stays_late_with_its_reason(people, case):
    due = case.due_at
    with time.at(due + timedelta(days=1)):
        granted(people, case, 4)
        page = letter_page(writer_of(case))
    assert case.due_at == due
    assert page.clock.late
    assert page.answer_by.reasons == (WHY,)
    assert case.moves.get(verb="extend").due_at == due
    with time.at(due + timedelta(days=2)):
        answered(actor=people.reviewer.actor, number=case.number)
        assert letter_page(writer_of(case)).clock.late


def test_a_later_day_survives_another_topic_and_a_pause_but_not_a_new_round(people, case):
    granted(people, case, 10)
    until = case.due_at
    start = time.now()
    with time.at(start + timedelta(hours=1)):
        ask_resident(actor=people.handler.actor, number=case.number, question="几栋？")
    with time.at(start + timedelta(hours=3)):
        resume(actor=people.handler.actor, number=case.number)
        return_to_desk(
            actor=people.handler.actor, number=case.number, reason="unclear", words="不清楚"
        )
        triage(actor=people.clerk.actor, number=case.number, category_code="leak")
    case.refresh_from_db()
    assert case.due_at >= until
    other = brought_to(State.IN_PROGRESS, people)
    granted(people, other, 10)
    answered(actor=people.reviewer.actor, number=other.number)
    reopen(actor=people.supervisor.actor, number=other.number, words="还吵")
    other.refresh_from_db()
    assert other.due_at == other.moves.get(verb="reopen").at + timedelta(days=10)
    asked(people, other)  # a new round, a new request


def test_the_pages_ask_and_decide_and_the_list_shows_who_waits(people, case):
    address = f"/en/desk/cases/{case.number}/"
    day = day_after_due(case).isoformat()
    wrong = people.handler.client.post(address + "ask_extension/", {"day": "soon", "reason": ""})
    assert wrong.status_code == 422
    sent = people.handler.client.post(address + "ask_extension/", {"day": day, "reason": WHY})
    assert sent.status_code == 302
    assert "decide_extension" not in people.handler.client.get(address).text
    page = people.dispatcher.client.get(address).text
    assert WHY in page
    assert "decide_extension" in page
    wanted = Wanted(tab="more_time")
    assert [row.number for row in case_list(people.supervisor.actor, wanted).rows] == [case.number]
    form = {"decision": "grant", "words": ""}
    assert people.dispatcher.client.post(address + "decide_extension/", form).status_code == 302
    assert not case_list(people.supervisor.actor, wanted).rows
    shown = people.colleague.client.get(address).text
    assert "More time was granted" in shown
    assert "Asked for more time" in shown
    acts = Entry.objects.filter(subject=f"case:{case.label}", action__contains="ext")
    assert [each.action for each in acts.order_by("id")] == ["case.ask_extension", "case.extend"]


def test_the_database_lets_a_decision_be_made_once(people, case):
    granted(people, case)
    rows = Extension.objects.filter(case=case)
    for act in (
        lambda: rows.update(granted=False),
        lambda: rows.update(reason="other"),
        lambda: rows.update(until=time.now() + timedelta(days=900)),
        rows.delete,
    ):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            act()
    assert rows.update(reason="") == 1  # erasure


def test_who_comes_later_does_not_read_why_others_wait_longer(people, case):
    granted(people, case)
    later = taken_in()
    join(actor=people.dispatcher.actor, number=later.number, into=case.number)
    assert letter_page(writer_of(case)).answer_by.reasons == (WHY,)
    assert letter_page(writer_of(later)).answer_by.reasons == ()
