"""The table of a reply, walked; and the ordinary way of an answer by its verbs."""

import itertools
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from huiying.casework.actions.sorting import reassign
from huiying.casework.actions.working import accept
from huiying.casework.actions.writing_back import reopen
from huiying.casework.models import CaseFile, Report
from huiying.casework.states import State as CaseState
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, NotFound
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from huiying.replies.actions import mending, reviewing, writing
from huiying.replies.errors import (
    AcceptFirst,
    AlreadyDrafted,
    CaseMovedOn,
    NeedsSecondPerson,
    NotNow,
    OtherVersion,
    TellsOfSomebody,
)
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.policy import GUARDS
from huiying.replies.states import OPEN, RESTING, STEPS, State
from huiying.replies.stepping import move
from huiying.replies.words import Words
from tests.people import make_person

pytestmark = pytest.mark.django_db


def _draft(people, case, words) -> Reply:
    return writing.draft(actor=people.handler.actor, number=case.number, words=words)


def _submitted(people, case, words) -> Reply:
    return writing.put_forward(actor=people.handler.actor, number=case.number, words=words)


def _published(people, case, words) -> Reply:
    reply = _submitted(people, case, words)
    return reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)


def test_every_state_is_reached_and_every_dead_end_declared():
    reached = {step.target for step in STEPS}
    left = {source for step in STEPS for source in step.sources}
    assert reached == set(State)
    assert set(State) - left <= RESTING


def test_every_step_of_an_open_answer_but_giving_up_asks_that_it_is_live():
    assert {guard for step in STEPS for guard in step.guards} == set(GUARDS)
    for step in STEPS:
        asks = bool(step.sources & OPEN) and step.verb != "abandon"
        assert ("live" in step.guards) == asks, step.verb


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.verb)
def test_every_pair_outside_the_table_is_refused(step):
    for state in set(State) - step.sources:
        with pytest.raises(NotNow):
            move(Reply(state=state), verb=step.verb)


def test_an_answer_goes_its_way(people, in_hand, words):
    case = in_hand()
    reply = _draft(people, case, Words(title="Begun"))
    reply = writing.save(actor=people.colleague.actor, label=reply.label, seen=1, words=words)
    assert reply.version == 2
    reply = writing.submit(actor=people.handler.actor, label=reply.label, seen=2)
    reply = writing.take_back(actor=people.colleague.actor, label=reply.label, seen=2)
    reply = writing.submit(actor=people.handler.actor, label=reply.label, seen=2)
    reply = reviewing.send_back(
        actor=people.reviewer.actor, label=reply.label, seen=2, reason="Say when it starts."
    )
    assert (reply.state, reply.sent_back_because) == (State.DRAFT, "Say when it starts.")
    reply = writing.submit(actor=people.handler.actor, label=reply.label, seen=2)
    reply = reviewing.approve(actor=people.reviewer.actor, label=reply.label, seen=2)
    assert reply.approved_version == 2
    reply = reviewing.publish(actor=people.reviewer.actor, label=reply.label)
    assert reply.state == State.PUBLISHED
    case.refresh_from_db()
    assert (case.state, case.outcome) == (CaseState.ANSWERED, "solved")
    assert Report.objects.get(case=case).delivered_at is not None
    assert list(ReplyVersion.objects.order_by("number").values_list("number", "author")) == [
        (1, people.handler.actor.label),
        (2, people.colleague.actor.label),
    ]
    assert Outgoing.objects.filter(kind="answered").count() == 1
    acts = Entry.objects.filter(action__startswith="reply.").order_by("id")
    assert [each.action.removeprefix("reply.") for each in acts] == [
        "draft",
        "save",
        "submit",
        "take_back",
        "submit",
        "send_back",
        "submit",
        "approve",
        "publish",
    ]


def test_what_could_be_public_may_be_sent_privately(people, in_hand, words):
    reply = _submitted(people, in_hand(), words)
    reply = reviewing.approve_and_issue(
        actor=people.reviewer.actor, label=reply.label, seen=1, privately=True
    )
    assert (reply.state, reply.audience) == (State.SENT, "private")


def test_nobody_approves_what_they_wrote_part_of(people, in_hand, words):
    """The unit's reviewer, who is also a handler, saved one version; somebody else saved the last."""
    both = make_person("both", ("housing", "handler"), ("housing", "reviewer"))
    reply = _draft(people, in_hand(), words)
    writing.save(actor=both.actor, label=reply.label, seen=1, words=replace(words, text="One."))
    writing.save(actor=people.handler.actor, label=reply.label, seen=2, words=words)
    writing.submit(actor=people.handler.actor, label=reply.label, seen=3)
    with pytest.raises(NeedsSecondPerson):
        reviewing.approve_and_issue(actor=both.actor, label=reply.label, seen=3)
    reviewing.approve_and_issue(actor=people.unit_reviewer.actor, label=reply.label, seen=3)


def test_an_approval_names_the_version_that_was_seen(people, in_hand, words):
    reply = _submitted(people, in_hand(), words)
    writing.take_back(actor=people.handler.actor, label=reply.label)
    writing.save(
        actor=people.handler.actor, label=reply.label, seen=1, words=replace(words, text="One.")
    )
    writing.submit(actor=people.handler.actor, label=reply.label, seen=2)
    for verb in (reviewing.approve, reviewing.approve_and_issue):
        with pytest.raises(OtherVersion):
            verb(actor=people.reviewer.actor, label=reply.label, seen=1)
    reply.refresh_from_db()
    assert (reply.state, reply.approved_by) == (State.IN_REVIEW, "")


def test_only_the_units_people_write_and_only_reviewers_approve(people, in_hand, words):
    case = in_hand()
    for name in ("clerk", "dispatcher", "reviewer", "supervisor", "auditor"):
        with pytest.raises(NotAllowed):
            writing.draft(actor=getattr(people, name).actor, number=case.number, words=words)
    for name in ("other_handler", "below", "leader", "administrator", "investigator"):
        with pytest.raises(NotFound):
            writing.draft(actor=getattr(people, name).actor, number=case.number, words=words)
    reply = _submitted(people, case, words)
    for name in ("clerk", "handler", "colleague", "supervisor", "auditor"):
        with pytest.raises(NotAllowed):
            reviewing.approve(actor=getattr(people, name).actor, label=reply.label, seen=1)
    with pytest.raises(NotFound):
        reviewing.approve(actor=people.other_handler.actor, label=reply.label, seen=1)


def test_a_case_has_one_open_answer(people, in_hand, words):
    case = in_hand()
    _draft(people, case, words)
    with pytest.raises(AlreadyDrafted):
        writing.draft(actor=people.colleague.actor, number=case.number, words=words)


def test_a_draft_ends_with_its_unit(people, in_hand, words):
    """Given to another unit, the case's draft can neither go on nor be approved; the next one ends it."""
    case = in_hand()
    former = _submitted(people, case, words)
    reassign(
        actor=people.dispatcher.actor, number=case.number, lead_code="water", reason="Pump noise."
    )
    with pytest.raises(CaseMovedOn):
        reviewing.approve_and_issue(actor=people.reviewer.actor, label=former.label, seen=1)
    accept(actor=people.other_handler.actor, number=case.number)
    with pytest.raises(CaseMovedOn):
        reviewing.approve_and_issue(actor=people.reviewer.actor, label=former.label, seen=1)
    writing.draft(actor=people.other_handler.actor, number=case.number, words=words)
    former.refresh_from_db()
    assert former.state == State.ABANDONED


def test_saving_over_another_version_is_refused(people, in_hand, words):
    reply = _draft(people, in_hand(), words)
    writing.save(
        actor=people.colleague.actor,
        label=reply.label,
        seen=1,
        words=replace(words, text="Theirs."),
    )
    with pytest.raises(OtherVersion):
        writing.save(actor=people.handler.actor, label=reply.label, seen=1, words=words)
    assert ReplyVersion.objects.filter(reply=reply).count() == 2


def test_words_handed_over_unchanged_stay_the_version_they_are(people, in_hand, words):
    """Nor is who pressed the button without changing a word an author of them."""
    case = in_hand()
    reply = _draft(people, case, words)
    same = replace(words, text=f"  {words.text}\n")
    reply = writing.put_forward(
        actor=people.colleague.actor, number=case.number, label=reply.label, seen=1, words=same
    )
    assert (reply.state, reply.version) == (State.IN_REVIEW, 1)
    assert ReplyVersion.objects.get(reply=reply).author == people.handler.actor.label
    assert not Entry.objects.filter(action="reply.save").exists()


def test_a_case_that_was_only_assigned_is_accepted_first(people, in_hand, words):
    case = in_hand()
    reassign(actor=people.dispatcher.actor, number=case.number, lead_code="water", reason="Pump.")
    with pytest.raises(AcceptFirst):
        _draft_as(people.other_handler, case, words)
    accept(actor=people.other_handler.actor, number=case.number)
    _draft_as(people.other_handler, case, words)


def _draft_as(person, case, words):
    return writing.draft(actor=person.actor, number=case.number, words=words)


def test_after_a_reopening_a_new_answer_is_written(people, in_hand, words):
    case = in_hand()
    first = _published(people, case, words)
    reopen(actor=people.supervisor.actor, number=case.number, words="It is loud again.")
    second = _published(people, CaseFile.objects.get(pk=case.pk), words)
    first.refresh_from_db()
    assert (first.state, second.state) == (State.PUBLISHED, State.PUBLISHED)
    assert first.address != second.address


def test_a_correction_takes_the_place_and_the_first_text_stays(people, in_hand, words):
    first = _published(people, in_hand(), words)
    better = Words(words.title, words.question, "自即日起二十二点停工。")
    correction = mending.correct_and_submit(
        actor=people.handler.actor, label=first.label, words=better, reason="The date was wrong."
    )
    done = reviewing.approve_and_issue(actor=people.reviewer.actor, label=correction.label, seen=1)
    first.refresh_from_db()
    assert (first.state, done.state) == (State.CORRECTED, State.PUBLISHED)
    assert (done.address, done.answered_at) == (first.address, first.answered_at)
    assert ReplyVersion.objects.get(reply=first).text == words.text
    assert Outgoing.objects.filter(kind="corrected").count() == 1
    with pytest.raises(NotNow):
        mending.correct(
            actor=people.handler.actor, label=first.label, words=better, reason="Again."
        )


def test_one_correction_at_a_time_and_it_needs_a_second_person(people, in_hand, words):
    both = make_person("both", ("housing", "handler"), ("housing", "reviewer"))
    first = _published(people, in_hand(), words)
    correction = mending.correct_and_submit(
        actor=both.actor, label=first.label, words=words, reason="A slip."
    )
    with pytest.raises(AlreadyDrafted):
        mending.correct(
            actor=people.handler.actor, label=first.label, words=words, reason="Me too."
        )
    with pytest.raises(NeedsSecondPerson):
        reviewing.approve_and_issue(actor=both.actor, label=correction.label, seen=1)


def test_withdrawing_keeps_the_text_and_tells_the_writer(people, in_hand, words):
    reply = _published(people, in_hand(), words)
    with pytest.raises(NotAllowed):
        mending.withdraw(actor=people.handler.actor, label=reply.label, reason="It was wrong.")
    reply = mending.withdraw(
        actor=people.supervisor.actor, label=reply.label, reason="It was about another site."
    )
    assert reply.state == State.WITHDRAWN
    assert ReplyVersion.objects.filter(reply=reply).count() == 1
    assert Outgoing.objects.filter(kind="answer_withdrawn").count() == 1
    with pytest.raises(MovedOn):
        mending.withdraw(actor=people.supervisor.actor, label=reply.label, reason="Again.")


def test_a_correction_cannot_replace_what_was_withdrawn_meanwhile(people, in_hand, words):
    first = _published(people, in_hand(), words)
    correction = mending.correct_and_submit(
        actor=people.handler.actor, label=first.label, words=words, reason="A slip."
    )
    mending.withdraw(actor=people.supervisor.actor, label=first.label, reason="All wrong.")
    with pytest.raises(MovedOn):
        reviewing.approve_and_issue(actor=people.reviewer.actor, label=correction.label, seen=1)


@pytest.mark.parametrize(
    "changed",
    [
        {"title": ""},
        {"question": " "},
        {"text": ""},
        {"outcome": ""},
        {"outcome": "withdrawn"},
        {"text": "a\0b"},
        {"title": "x" * 121},
        {"audience": "friends"},
    ],
    ids=str,
)
def test_an_incomplete_text_is_kept_as_a_draft_at_most(people, in_hand, words, changed):
    with pytest.raises(Invalid) as refused:
        _submitted(people, in_hand(), replace(words, **changed))
    assert refused.value.field == next(iter(changed))


def test_every_open_state_can_be_given_up(people, in_hand, words):
    for way in itertools.count():
        reply = _draft(people, in_hand(), words)
        if way > 0:
            writing.submit(actor=people.handler.actor, label=reply.label, seen=1)
        if way > 1:
            reviewing.approve(actor=people.reviewer.actor, label=reply.label, seen=1)
        reply = writing.abandon(actor=people.handler.actor, label=reply.label)
        assert reply.state == State.ABANDONED
        if way == 2:
            break


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE replies_replyversion SET text = 'dressed up'",
        "DELETE FROM replies_replyversion",
        "DELETE FROM replies_reply",
        "TRUNCATE replies_reply, replies_replyversion",
        "UPDATE replies_reply SET address = 'elsewhere'",
        "UPDATE replies_reply SET issued_at = now() - interval '9 days'",
        "UPDATE replies_reply SET version = 2, approved_version = 2",
    ],
)
def test_what_was_said_cannot_be_changed_in_the_database(people, in_hand, words, statement):
    _published(people, in_hand(), words)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "reason",
    [
        "请打 138 0013 8000 核实。",
        "写信的人是 zhang.san@example.org。",
        "身份证 11010519491231002X 写进了答复。",
        "牌照 京A·12345 写进了答复。",
        "电话１３８００１３８０００",
    ],
)
def test_a_withdrawal_names_nobodys_number_in_public(people, in_hand, words, reason):
    """No second person reads the reason before everybody does."""
    reply = _published(people, in_hand(), words)
    with pytest.raises(TellsOfSomebody):
        mending.withdraw(actor=people.reviewer.actor, label=reply.label, reason=reason)
    reply.refresh_from_db()
    assert (reply.state, reply.withdrawn_because) == (State.PUBLISHED, "")


@pytest.mark.parametrize(
    "reason",
    [
        "2026-11-22 08:30 查明日期写错了。",
        "第 12345 号文件已废止。",
        "工期 2026 年 3 月到 11 月，写成了 8 月。",
    ],
)
def test_days_and_short_numbers_are_no_ones(people, in_hand, words, reason):
    reply = _published(people, in_hand(), words)
    mending.withdraw(actor=people.reviewer.actor, label=reply.label, reason=reason)
    reply.refresh_from_db()
    assert (reply.state, reply.withdrawn_because) == (State.WITHDRAWN, reason)
