"""Privacy: what a writer wished, and that those a complaint is about see not one byte of its answer."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.models import CaseFile, Report
from huiying.intake.states import Wish
from huiying.kernel.refusals import NotAllowed, NotFound
from huiying.replies import reads
from huiying.replies.actions import mending, reviewing, writing
from huiying.replies.errors import NeverPublic, NotForEverybody, WishedPrivate
from huiying.replies.models import Reply
from huiying.replies.reads.editing import editor
from huiying.replies.reads.listing import my_drafts, published, to_review
from huiying.replies.reads.public import public_answer
from huiying.replies.reads.reviewing import review
from huiying.replies.states import State
from huiying.replies.words import Words
from tests.people import make_person

pytestmark = pytest.mark.django_db

CONDUCT = Words(
    title="工作人员态度",
    question="在供水公司窗口受到粗暴对待。",
    text="已核实并道歉，当事人已受提醒。",
    outcome="explained",
    audience="private",
)


def _submission_id(case: CaseFile) -> int:
    return Report.objects.get(case=case).submission_id


def test_a_private_wish_is_never_answered_in_public(people, in_hand, words):
    case = in_hand(wish=Wish.PRIVATE)
    with pytest.raises(WishedPrivate):
        writing.draft(actor=people.handler.actor, number=case.number, words=words)
    private = replace(words, audience="private")
    reply = writing.put_forward(actor=people.handler.actor, number=case.number, words=private)
    with pytest.raises(NotForEverybody):
        reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)
    reply = reviewing.approve_and_issue(
        actor=people.reviewer.actor, label=reply.label, seen=1, privately=True
    )
    assert reply.state == State.SENT
    with pytest.raises(NotFound):
        public_answer(reply.address)
    found = reads.answers_for_submission(_submission_id(case))
    assert [answer.text for answer in found] == [words.text]


def test_a_writer_who_joins_with_a_private_wish_keeps_it_from_being_published(
    people, in_hand, receive, words
):
    """The text was written for everybody; then a second letter came to the case."""
    case = in_hand()
    reply = writing.put_forward(actor=people.handler.actor, number=case.number, words=words)
    other = receive(wish=Wish.PRIVATE, body="Me too.")
    Report.objects.filter(case=other).update(case=case)
    with pytest.raises(WishedPrivate):
        reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)
    found = review(people.reviewer.actor, reply.label)
    assert (found.offers_publishing, found.offers_sending) == (False, True)
    reviewing.approve_and_issue(
        actor=people.reviewer.actor, label=reply.label, seen=1, privately=True
    )


def _conduct_case(people, in_hand: Callable[..., CaseFile]) -> CaseFile:
    return in_hand(
        lead="integrity",
        category="conduct",
        conduct=True,
        named_units=("water",),
        wish=Wish.PUBLIC,
        body="They shouted at me.",
    )


def test_an_answer_about_conduct_is_sent_and_never_published(people, in_hand):
    case = _conduct_case(people, in_hand)
    public = replace(CONDUCT, audience="public")
    with pytest.raises(NeverPublic):
        writing.draft(actor=people.investigator.actor, number=case.number, words=public)
    reply = writing.put_forward(actor=people.investigator.actor, number=case.number, words=CONDUCT)
    reply = reviewing.approve_and_issue(
        actor=people.reviewer.actor, label=reply.label, seen=1, privately=True
    )
    assert reply.state == State.SENT


def test_those_named_see_nothing_of_the_answer(people, in_hand, county):
    """Nor does somebody below the named unit, whatever their role, in any state of the reply."""
    water_reviewer = make_person("water_reviewer", ("water", "reviewer"))
    water_clerk = make_person("water_clerk", ("water", "clerk"))
    named = [people.other_handler, water_reviewer, water_clerk]
    case = _conduct_case(people, in_hand)

    def look() -> None:
        reply = Reply.objects.latest("id")
        for person in named:
            actor = person.actor
            with pytest.raises(NotFound):
                editor(actor, case.number)
            with pytest.raises(NotFound):
                review(actor, reply.label)
            with pytest.raises(NotFound):
                mending.withdraw(actor=actor, label=reply.label, reason="x")
            assert reads.replies_on_case(actor, case).lines == ()
            for listed in (to_review(actor), my_drafts(actor), published(actor)):
                assert (listed.lines, listed.count) == ((), 0)
            for name in ("", "preview/", "text/", "correct/", "withdraw/"):
                page = person.client.get(f"/en/desk/answers/{reply.label}/{name}")
                assert page.status_code == 404
                assert CONDUCT.title not in page.text
            assert person.client.get(f"/en/desk/cases/{case.number}/answer/").status_code == 404

    reply = writing.draft(actor=people.investigator.actor, number=case.number, words=CONDUCT)
    look()
    writing.submit(actor=people.investigator.actor, label=reply.label, seen=1)
    look()
    reviewing.approve_and_issue(
        actor=people.reviewer.actor, label=reply.label, seen=1, privately=True
    )
    look()


def test_what_was_published_before_it_was_marked_can_be_withdrawn_but_not_corrected(
    people, in_hand, words
):
    case = in_hand()
    reply = writing.put_forward(actor=people.handler.actor, number=case.number, words=words)
    reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)
    mark_conduct(actor=people.dispatcher.actor, number=case.number, unit_codes=["water"])
    correction = mending.correct_and_submit(
        actor=people.handler.actor, label=reply.label, words=words, reason="A slip."
    )
    with pytest.raises(NeverPublic):
        reviewing.approve_and_issue(actor=people.reviewer.actor, label=correction.label, seen=1)
    mending.withdraw(
        actor=people.supervisor.actor, label=reply.label, reason="Not for here.", hide_text=True
    )


def test_leaders_and_administrators_read_no_answers_in_the_making(people, in_hand, words):
    case = in_hand()
    reply = writing.put_forward(actor=people.handler.actor, number=case.number, words=words)
    for person in (people.leader, people.administrator, people.other_handler):
        assert to_review(person.actor).lines == ()
        assert person.client.get(f"/en/desk/answers/{reply.label}/").status_code == 404
        with pytest.raises((NotFound, NotAllowed)):
            editor(person.actor, case.number)


def test_a_resident_reads_the_answers_to_their_own_letter_alone(people, in_hand, receive, words):
    case, other = in_hand(), receive(body="Something else.")
    reply = writing.put_forward(actor=people.handler.actor, number=case.number, words=words)
    reviewing.approve_and_issue(
        actor=people.reviewer.actor, label=reply.label, seen=1, privately=True
    )
    assert len(reads.answers_for_submission(_submission_id(case))) == 1
    assert reads.answers_for_submission(_submission_id(other)) == []
