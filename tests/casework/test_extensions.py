"""More time for an answer: a second person decides, the writer reads why, and late stays late."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import InternalError, ProgrammingError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from huiying.casework.actions.extending import ask_extension, decide_extension
from huiying.casework.actions.joining import join
from huiying.casework.actions.sorting import triage
from huiying.casework.actions.working import ask_resident, resume, return_to_desk
from huiying.casework.actions.writing_back import reopen, withdraw
from huiying.casework.deadlines import Pause, clock, extended
from huiying.casework.errors import (
    DayIsOver,
    NoMoreTime,
    NothingAsked,
    NothingToExtend,
    WrongState,
)
from huiying.casework.extension_models import Extension
from huiying.casework.following import letter_page
from huiying.casework.models import CaseFile
from huiying.casework.queues import Wanted, case_list
from huiying.casework.states import State
from huiying.clocks.pauses import after_pauses
from huiying.clocks.working_time import working_between
from huiying.kernel import time
from huiying.kernel.days import day_in_words
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, SamePerson
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from huiying.routing.models import Category
from huiying.routing.promises.actions import adopt_promises, propose_promises
from huiying.routing.promises.files import read_promises
from tests.casework.ways import answered, brought_to, taken_in, writer_of
from tests.clocks.test_working_time import office
from tests.people import make_person

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATE = Wanted(tab="late")
REACHED = {"hears_by": "mail", "email": "someone@example.invalid"}
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


def triage_again(people, case: CaseFile) -> None:
    return_to_desk(actor=people.handler.actor, number=case.number, reason="unclear", words="不清楚")
    triage(actor=people.clerk.actor, number=case.number, category_code="leak")
    case.refresh_from_db()


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


def test_what_was_asked_in_time_and_granted_late_is_late(people, case):
    due = case.due_at
    until = due + timedelta(days=3)
    asked(people, case)
    with time.at(due + timedelta(hours=1)):
        decide_extension(actor=people.dispatcher.actor, number=case.number, granted=True)
        case.refresh_from_db()
        assert (case.due_at, case.reports.get().due_at) == (due, due)
        assert case.extensions.get().late is True
        page = letter_page(writer_of(case))
        assert page.clock.late
        assert page.answer_by.reasons == (WHY,)
        assert day_in_words(until) in page.answer_by.sentence
        assert "已延期" not in page.answer_by.sentence
        shown = people.handler.client.get(f"/en/desk/cases/{case.number}/").text
        assert "Late already when more time was granted" in shown
        assert [row.number for row in case_list(people.dispatcher.actor, LATE).rows] == [
            case.number
        ]
        triage_again(people, case)  # nor does another topic bring the granted day back
        assert case.due_at <= due
    with time.at(due + timedelta(days=1)):
        assert case.number in [row.number for row in case_list(people.dispatcher.actor, LATE).rows]


def test_in_time_is_what_a_pause_still_leaves(people, case):
    due = case.due_at
    asked(people, case, 8)
    with time.at(due - timedelta(days=1)):
        ask_resident(actor=people.handler.actor, number=case.number, question="几栋？")
    with time.at(due + timedelta(days=1)):  # the clock has stood still for two days
        decide_extension(actor=people.dispatcher.actor, number=case.number, granted=True)
        case.refresh_from_db()
        until = case.extensions.get().until
        assert case.extensions.get().late is False
        assert case.reports.get().due_at == until - timedelta(days=2)
    with time.at(due + timedelta(days=2)):
        resume(actor=people.handler.actor, number=case.number)
    case.refresh_from_db()
    assert case.due_at == until + timedelta(days=1)  # what it stood still after the day was granted


def test_a_day_that_is_over_is_not_granted(people, case):
    asked(people, case)
    with time.at(case.due_at + timedelta(days=5)):
        with pytest.raises(DayIsOver):
            decide_extension(actor=people.dispatcher.actor, number=case.number, granted=True)
        decide_extension(
            actor=people.dispatcher.actor, number=case.number, granted=False, words="已过"
        )
    assert case.extensions.get().late


def test_a_late_letter_that_is_joined_takes_no_time_from_the_first_writer(people):
    late = taken_in()
    with time.at(late.due_at + timedelta(days=1)):
        case = brought_to(State.IN_PROGRESS, people)
        due = case.due_at
        join(actor=people.dispatcher.actor, number=late.number, into=case.number)
        case.refresh_from_db()
        assert case.due_at == late.due_at
        until = timezone.localdate(due) + timedelta(days=3)
        ask_extension(actor=people.handler.actor, number=case.number, day=until, reason=WHY)
        assert case.extensions.get().due_before == due
        decide_extension(actor=people.dispatcher.actor, number=case.number, granted=True)
        case.refresh_from_db()
        first, second = letter_page(writer_of(case)), letter_page(writer_of(late))
    assert timezone.localdate(first.clock.due_at) == until
    assert first.answer_by.reasons == (WHY,)
    assert not first.clock.late
    assert (second.clock.due_at, second.clock.late) == (late.due_at, True)
    assert second.answer_by.reasons == ()
    assert case.due_at == late.due_at  # the case stays late with it


def test_only_those_whose_day_moves_are_told(people):
    case = brought_to(State.IN_PROGRESS, people, **REACHED)
    joined = taken_in(**REACHED)
    join(actor=people.dispatcher.actor, number=joined.number, into=case.number)
    granted(people, case)
    told = Outgoing.objects.filter(kind="extended").values_list("recipient", flat=True)
    assert list(told) == [f"submission:{case.reports.get(own_case=None).submission.label}"]
    page = letter_page(writer_of(joined))
    assert "答复要晚几天" not in str(page.events)
    assert "已延期" not in page.answer_by.sentence
    assert "答复要晚几天" in str(letter_page(writer_of(case)).events)


def test_where_only_joined_letters_wait_there_is_nothing_to_extend(people, case):
    joined = taken_in()
    join(actor=people.dispatcher.actor, number=joined.number, into=case.number)
    withdraw(actor=writer_of(case))
    case.refresh_from_db()
    with pytest.raises(NothingToExtend):
        asked(people, case)


def test_a_later_day_stays_with_the_letter_that_is_joined_elsewhere(people, case):
    granted(people, case)
    other = brought_to(State.IN_PROGRESS, people)
    join(actor=people.dispatcher.actor, number=case.number, into=other.number)
    assert letter_page(writer_of(case)).answer_by.reasons == (WHY,)
    assert letter_page(writer_of(other)).answer_by.reasons == ()


def test_another_topic_never_makes_late_look_in_time(people):
    case = brought_to(State.TRIAGED, people)
    due = case.due_at
    Category.objects.filter(code="leak").update(target_days=60)
    with time.at(due + timedelta(minutes=1)):
        triage(actor=people.clerk.actor, number=case.number, category_code="leak")
        case.refresh_from_db()
        assert (case.due_at, case.reports.get().due_at) == (due, due)
        assert letter_page(writer_of(case)).clock.late
    earlier = brought_to(State.TRIAGED, people)
    with time.at(earlier.due_at - timedelta(minutes=1)):  # but a day that has not come may move
        triage(actor=people.clerk.actor, number=earlier.number, category_code="leak")
        earlier.refresh_from_db()
        assert earlier.due_at == earlier.received_at + timedelta(days=60)


MOMENTS = st.integers(0, 60 * 24 * 40).map(
    lambda minutes: DUE + timedelta(minutes=minutes - 20_000)
)


@given(
    until=MOMENTS,
    moment=MOMENTS,
    since=st.none() | MOMENTS,
    cap=st.integers(0, 20_000),
    by=st.sampled_from(["once", "wall", "office"]),
)
def test_granting_time_never_makes_a_clock_look_better_than_it_was(until, moment, since, cap, by):
    """Property: late at the decision, late for ever and unmoved; in time, never due after the pause so far
    and the day granted, and never sooner than it was. In working time no working time is won or lost.
    `once`: as all pauses were reckoned once."""
    timetable = office() if by == "office" else None

    def pause(due: datetime) -> Pause | None:
        if since is None or moment < since:
            return None
        ends = since + timedelta(minutes=cap)
        after = None if by == "once" else after_pauses(due, [(since, ends)], timetable)
        return Pause(since, ends, after)

    def so_far(due: datetime) -> datetime:
        """When it is due if somebody answers now."""
        runs = pause(due)
        return (
            after_pauses(due, [(runs.since, min(moment, runs.until))], timetable) if runs else due
        )

    before = clock(DUE, pause(DUE), ended_at=None, moment=moment)
    after, late = extended(DUE, until, pause(DUE), timetable, moment)
    then = clock(after, pause(after), ended_at=None, moment=moment)
    assert late == before.late == then.late
    assert after == DUE if late else after >= DUE
    if late or timetable is None:
        assert so_far(after) == (so_far(DUE) if late else max(so_far(DUE), until))
    elif until >= moment and works(until):
        assert so_far(after) == max(so_far(DUE), until)
    assert extended(after, until, pause(after), timetable, moment) == (
        after,
        late,
    )  # granting it twice gives nothing


def works(moment: datetime) -> bool:
    """Whether the office works then."""
    return bool(working_between(moment - timedelta(minutes=1), moment, office()))


def test_a_later_day_survives_another_topic_and_a_pause_but_not_a_new_round(people, case):
    granted(people, case, 10)
    until = case.due_at
    start = time.now()
    with time.at(start + timedelta(hours=1)):
        ask_resident(actor=people.handler.actor, number=case.number, question="几栋？")
    with time.at(start + timedelta(hours=3)):
        resume(actor=people.handler.actor, number=case.number)
        triage_again(people, case)
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
