"""Joining cases about one matter: what staff see, what each writer sees, whose clock is whose."""

from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from huiying.casework.actions import sorting, working, writing_back
from huiying.casework.actions.joining import join, unjoin
from huiying.casework.actions.looking import record_opening
from huiying.casework.errors import ConductApart, NobodyToTakeApart, NotWaiting, TargetNotOpen
from huiying.casework.following import letter_page
from huiying.casework.models import CaseFile, Move, Opening, Report
from huiying.casework.states import State
from huiying.insight.actions import count_brief
from huiying.insight.periods import latest_day, period, usual_hour
from huiying.insight.reads import read_brief
from huiying.intake.models import Submission
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import NotFound
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from huiying.replies.actions.reviewing import approve_and_issue, send_back
from huiying.replies.actions.writing import draft, save, submit
from huiying.replies.errors import WishedPrivate, WrittenBefore
from huiying.replies.reads.public import answers_for_submission
from huiying.retention.due import not_held
from huiying.retention.models import Hold
from tests.casework.ways import answered, brought_to, taken_in, writer_of
from tests.people import People, make_person
from tests.public_site.conftest import Writer, text_of
from tests.scene import WORDS, answer, letter

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def at(name: str, number: int) -> str:
    return reverse(f"staff_desk:{name}", args=[number])


def own(case: CaseFile) -> Report:
    """The report of the letter of which the case was made."""
    label = writer_of(case).scopes("resident")[0].removeprefix("submission:")
    return Report.objects.select_related("submission", "case").get(submission__label=label)


def joined(people: People, case: CaseFile, target: CaseFile) -> None:
    join(actor=people.dispatcher.actor, number=case.number, into=target.number)
    case.refresh_from_db()
    target.refresh_from_db()


def apart(people: People, case: CaseFile) -> None:
    unjoin(actor=people.dispatcher.actor, number=case.number)
    case.refresh_from_db()


class TestTheDesk:
    def test_a_dispatcher_joins_in_two_steps_and_takes_apart(self, people: People):
        case = taken_in(title="路灯坏了", body="村口路灯三天不亮。")
        target = brought_to(State.IN_PROGRESS, people)
        page = people.dispatcher.client.get(at("case_join", case.number), {"into": target.number})
        text = unescape(text_of(page))
        assert "路灯坏了" in text
        assert "夜间施工" in text
        assert "村口路灯三天不亮" not in text  # no letter is opened by looking
        given = {"into": target.number, "seen": case.version}
        done = people.dispatcher.client.post(at("case_join", case.number), given)
        assert done["Location"] == at("case", target.number)
        led = people.dispatcher.client.get(at("case", case.number))
        assert led["Location"] == at("case", target.number)
        shown = text_of(people.dispatcher.client.get(at("case", target.number)))
        assert "村口路灯三天不亮" in shown
        assert at("case_unjoin", case.number) in shown
        done = people.dispatcher.client.post(at("case_unjoin", case.number))
        assert done["Location"] == at("case", case.number)
        case.refresh_from_db()
        assert (case.state, own(case).case) == (State.RECEIVED, case)
        assert "村口路灯三天不亮" not in text_of(
            people.dispatcher.client.get(at("case", target.number))
        )

    def test_others_cannot(self, people: People):
        case, target = taken_in(), brought_to(State.IN_PROGRESS, people)
        for person, status in ((people.clerk, 403), (people.handler, 404), (people.auditor, 403)):
            done = person.client.post(at("case_join", case.number), {"into": target.number})
            assert done.status_code == status
        joined(people, case, target)
        assert people.handler.client.post(at("case_unjoin", case.number)).status_code == 404
        assert people.clerk.client.post(at("case_unjoin", case.number)).status_code == 403

    def test_the_unit_that_has_it_reads_each_letter_and_each_opening_is_kept(self, people: People):
        case, target = taken_in(body="我这里也是。"), brought_to(State.IN_PROGRESS, people)
        assert people.handler.client.get(at("case", case.number)).status_code == 404
        joined(people, case, target)
        assert "我这里也是。" in text_of(people.handler.client.get(at("case", target.number)))
        opened = Opening.objects.filter(account=people.handler.account)
        assert set(opened.values_list("report", flat=True)) == {own(case).pk, own(target).pk}
        assert people.other_handler.client.get(at("case", target.number)).status_code == 404

    def test_whose_unit_had_it_keeps_the_case_and_loses_the_letter(self, people: People):
        case, target = brought_to(State.IN_PROGRESS, people, body="原文在此。"), taken_in()
        joined(people, case, target)
        page = people.handler.client.get(at("case", case.number))
        assert page.status_code == 200
        record_opening(actor=people.handler.actor, number=case.number)
        assert "原文在此。" not in text_of(page)

    def test_an_unknown_number_and_the_case_itself_say_what_to_do(self, people: People):
        case = taken_in()
        for into in ("999999999", case.number, "", "abc"):
            page = people.dispatcher.client.post(at("case_join", case.number), {"into": into})
            assert page.status_code == 422
        case.refresh_from_db()
        assert case.state == State.RECEIVED

    def test_only_an_open_case_takes_others_in(self, people: People):
        case = taken_in()
        for state in (State.ANSWERED, State.CLOSED, State.JOINED):
            target = brought_to(state, people)
            with pytest.raises(TargetNotOpen):
                joined(people, case, target)


class TestTheWriters:
    def test_each_is_told_and_sees_nothing_of_the_other(self, people: People):
        first, second = Writer(), Writer(language="en")
        first.write("村口的路灯坏了，我叫张三。")
        second.write("The lamp by the village gate is dark.")
        cases = [
            CaseFile.objects.get(reports__submission__code=writer.code)
            for writer in (first, second)
        ]
        for case in cases:
            sorting.triage(actor=people.clerk.actor, number=case.number, category_code="noise")
        joined(people, cases[0], cases[1])
        first.open()
        second.open()
        told = text_of(first.letter())
        assert "一起办理" in told
        assert "village gate" not in told
        assert str(cases[1].number) not in told
        assert "张三" not in text_of(second.letter())
        assert own(cases[0]).submission.messages.get().kind == "news"
        assert not own(cases[1]).submission.messages.exists()

    def test_an_answer_reaches_each_who_votes_for_themselves(self, people: People):
        case, receipt = letter(people, email="a@example.org", wish="public")
        target, _receipt = letter(people, upto="in_progress", email="b@example.org")
        joined(people, case, target)
        answer(people, target, upto="published")
        assert Outgoing.objects.filter(kind="answered").count() == 2
        assert len({row.recipient for row in Outgoing.objects.filter(kind="answered")}) == 2
        for each in (case, target):
            assert len(answers_for_submission(own(each).submission_id)) == 1
        writing_back.vote(actor=writer_of(case), verdict="not_solved")
        assert (own(case).vote, own(target).vote) == ("not_solved", "")
        assert Submission.objects.filter(code=receipt.code).exists()

    def test_who_comes_later_sees_no_answer_that_was_given_to_others_before(self, people: People):
        target, _receipt = letter(people, upto="in_progress")
        answer(people, target, upto="published")
        writing_back.reopen_own(actor=writer_of(target), text="还在吵。")
        case = taken_in()
        joined(people, case, target)
        assert answers_for_submission(own(case).submission_id) == []
        assert len(answers_for_submission(own(target).submission_id)) == 1

    def test_a_private_wish_keeps_the_shared_answer_private(self, people: People):
        case, _receipt = letter(people, wish="private")
        target, _receipt = letter(people, upto="in_progress", wish="public")
        reply = answer(people, target, upto="in_review")
        joined(people, case, target)
        with pytest.raises(WishedPrivate):
            approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=reply.version)

    def test_who_comes_later_is_not_sent_what_was_written_for_another_alone(self, people: People):
        target, _receipt = letter(people, upto="in_progress")
        words = replace(WORDS, text="张三，您的补助已到账。", audience="private")
        with time.at(time.now() - DAY):
            reply = draft(actor=people.handler.actor, number=target.number, words=words)
            reply = submit(actor=people.handler.actor, label=reply.label, seen=reply.version)
        case = taken_in()
        joined(people, case, target)
        who, label = people.reviewer.actor, reply.label
        with pytest.raises(WrittenBefore):
            approve_and_issue(actor=who, label=label, seen=reply.version, privately=True)
        assert answers_for_submission(own(case).submission_id) == []
        send_back(actor=who, label=label, reason="还有别人。")
        words = replace(words, text="补助已到账。")
        reply = save(actor=people.handler.actor, label=label, seen=None, words=words)
        reply = submit(actor=people.handler.actor, label=label, seen=reply.version)
        approve_and_issue(actor=who, label=label, seen=reply.version, privately=True)
        assert len(answers_for_submission(own(case).submission_id)) == 1

    def test_a_question_asked_before_is_not_asked_of_who_comes_later(self, people: People):
        case, target = taken_in(), brought_to(State.WAITING, people)
        joined(people, case, target)
        page = letter_page(writer_of(case))
        assert (page.may.answer, page.question) == (False, "")
        with pytest.raises(NotWaiting):
            writing_back.answer_question(actor=writer_of(case), text="三栋。")
        assert letter_page(writer_of(target)).may.answer
        working.resume(actor=people.handler.actor, number=target.number)
        working.ask_resident(actor=people.handler.actor, number=target.number, question="几点？")
        assert letter_page(writer_of(case)).question == "几点？"

    def test_the_way_of_a_letter_is_told_through_all_its_cases(self, people: People):
        case, target = brought_to(State.ASSIGNED, people), brought_to(State.ASSIGNED, people)
        joined(people, case, target)
        working.accept(actor=people.handler.actor, number=target.number)
        apart(people, case)
        verbs = [event.sentence for event in letter_page(writer_of(case)).events]
        assert len(verbs) == 6  # received, sorted, assigned, joined, taken on there, apart
        assert len(letter_page(writer_of(target)).events) == 4


class TestEnding:
    def test_withdrawal_ends_one_letter_and_the_case_ends_with_its_last(self, people: People):
        case, target = taken_in(), brought_to(State.IN_PROGRESS, people)
        joined(people, case, target)
        writing_back.withdraw(actor=writer_of(target))
        target.refresh_from_db()
        assert target.state == State.IN_PROGRESS
        writing_back.withdraw(actor=writer_of(case))
        target.refresh_from_db()
        assert (target.state, target.outcome) == (State.CLOSED, "withdrawn")
        with pytest.raises(NobodyToTakeApart):
            apart(people, case)

    def test_a_case_whose_writer_withdrew_ends_when_the_other_letter_leaves(self, people: People):
        case, target = taken_in(), brought_to(State.IN_PROGRESS, people)
        joined(people, case, target)
        writing_back.withdraw(actor=writer_of(target))
        apart(people, case)
        target.refresh_from_db()
        assert (case.state, target.state) == (State.RECEIVED, State.CLOSED)

    def test_one_who_reopens_leaves_the_others_who_are_content(self, people: People):
        case, target = taken_in(), brought_to(State.IN_PROGRESS, people)
        joined(people, case, target)
        answered(actor=people.reviewer.actor, number=target.number)
        writing_back.vote(actor=writer_of(target), verdict="solved")
        writing_back.reopen_own(actor=writer_of(case), text="我家门口还没修。")
        case.refresh_from_db()
        target.refresh_from_db()
        assert (case.state, case.round, target.state) == (State.IN_PROGRESS, 2, State.ANSWERED)
        assert case.lead_unit == target.lead_unit
        assert (own(case).case, own(case).vote, own(target).vote) == (case, "", "solved")
        assert people.handler.client.get(at("case", case.number)).status_code == 200

    def test_where_another_is_not_content_the_case_is_taken_up_for_all(self, people: People):
        case, target = taken_in(), brought_to(State.IN_PROGRESS, people)
        joined(people, case, target)
        answered(actor=people.reviewer.actor, number=target.number)
        writing_back.vote(actor=writer_of(target), verdict="not_solved")
        writing_back.reopen_own(actor=writer_of(case), text="还没修。")
        target.refresh_from_db()
        assert (target.state, target.round) == (State.IN_PROGRESS, 2)
        assert (own(case).case, own(target).vote) == (target, "")

    def test_who_was_content_keeps_answer_and_verdict_when_the_first_writer_reopens(self, people):
        case, target = taken_in(), brought_to(State.IN_PROGRESS, people)
        joined(people, case, target)
        answered(actor=people.reviewer.actor, number=target.number)
        writing_back.vote(actor=writer_of(case), verdict="solved")
        before = own(case).delivered_at
        writing_back.reopen_own(actor=writer_of(target), text="还没修。")
        answered(actor=people.reviewer.actor, number=target.number)
        assert (own(case).vote, own(case).delivered_at) == ("solved", before)
        assert own(target).delivered_at != before


class TestClocks:
    def test_what_is_late_stays_late(self, people: People):
        with time.at(time.now() - 30 * DAY):
            case = brought_to(State.IN_PROGRESS, people)
        target = brought_to(State.IN_PROGRESS, people)
        due = case.due_at
        joined(people, case, target)
        assert target.due_at == due == own(case).due_at
        assert own(target).due_at > due
        assert letter_page(writer_of(case)).clock.late
        assert not letter_page(writer_of(target)).clock.late
        apart(people, case)
        target.refresh_from_db()
        assert (case.due_at, target.due_at) == (due, own(target).due_at)

    def test_sorting_the_case_anew_gains_no_time_for_a_joined_letter(self, people: People):
        case, target = taken_in(category_code="leak"), taken_in(category_code="noise")
        joined(people, case, target)
        due = own(case).due_at
        sorting.triage(actor=people.dispatcher.actor, number=target.number, category_code="conduct")
        target.refresh_from_db()
        assert (own(case).due_at, target.due_at) == (due, due)
        assert own(target).due_at > due

    def test_a_pause_that_ran_before_gives_nothing_to_who_comes_later(self, people: People):
        now = time.now()
        with time.at(now - 2 * DAY):
            case, target = taken_in(), brought_to(State.WAITING, people)
        due = own(case).due_at
        with time.at(now - DAY):
            joined(people, case, target)
        with time.at(now):
            working.resume(actor=people.handler.actor, number=target.number)
        assert own(case).due_at == due + DAY

    def test_the_brief_counts_letters_and_cases_apart_and_what_was_late(self, people: People):
        day, until = latest_day(usual_hour(), time.now()), usual_hour()
        before = period(day, until).ends_at
        with time.at(before - 30 * DAY):
            late = brought_to(State.IN_PROGRESS, people)
            other = taken_in()
        with time.at(before - timedelta(hours=2)):
            target = brought_to(State.IN_PROGRESS, people)
            joined(people, late, target)
        assert other.state == State.RECEIVED
        totals = read_of(day, until).totals
        assert (totals["open"], totals["late"], totals["joined"]) == (2, 2, 1)
        assert (totals["settled"], totals["joined_late"]) == (1, 1)
        assert (totals["submissions_open"], totals["submissions_received"]) == (3, 1)
        assert totals["in_hand"] == totals["open"] + totals["done"] == 3

    def test_letters_that_were_joined_in_time_count_where_they_are_answered(self, people: People):
        day, until = latest_day(usual_hour(), time.now()), usual_hour()
        with time.at(period(day, until).ends_at - timedelta(hours=2)):
            target = brought_to(State.IN_PROGRESS, people)
            for _number in range(2):
                joined(people, taken_in(), target)
            answered(actor=people.reviewer.actor, number=target.number)
        totals = read_of(day, until).totals
        assert (totals["settled"], totals["answered_on_time"], totals["joined"]) == (1, 1, 2)
        assert totals["submissions_answered"] == totals["submissions_answered_on_time"] == 3
        assert totals["submissions_in_hand"] == totals["submissions_done"] == 3


def read_of(day, until):
    count_brief(actor=SYSTEM, day=day, until=until)
    return read_brief(SYSTEM, day=day, until=until)


class TestConduct:
    def test_a_complaint_is_joined_only_to_one_about_the_same(self, people: People):
        plain = taken_in()
        housing, more, water = (
            taken_in(category_code="conduct", conduct=True, named_units=named)
            for named in (("housing",), ("housing",), ("water",))
        )
        for case, target in ((housing, plain), (plain, housing), (housing, water)):
            with pytest.raises(ConductApart):
                joined(people, case, target)
        joined(people, housing, more)
        assert people.handler.client.get(at("case", more.number)).status_code == 404

    def test_what_is_marked_together_stays_kept_when_taken_apart(self, people: People):
        case, target = brought_to(State.IN_PROGRESS, people), taken_in()
        joined(people, case, target)
        sorting.mark_conduct(actor=people.clerk.actor, number=target.number, unit_codes=["housing"])
        apart(people, case)
        assert (case.conduct, case.lead_unit, case.state) == (True, None, State.RETURNED)
        assert people.handler.client.get(at("case", case.number)).status_code == 404

    def test_a_mark_keeps_what_is_joined_from_those_it_names(self, people: People):
        first, case = brought_to(State.IN_PROGRESS, people), brought_to(State.IN_PROGRESS, people)
        target = taken_in()
        joined(people, first, case)
        joined(people, case, target)
        assert people.handler.client.get(at("case", first.number)).status_code == 200
        sorting.mark_conduct(actor=people.clerk.actor, number=target.number, unit_codes=["housing"])
        for each in (first, case, target):
            assert people.handler.client.get(at("case", each.number)).status_code == 404
            assert Entry.objects.filter(
                action="case.mark_conduct", subject=f"case:{each.label}"
            ).exists()
        apart(people, case)
        assert (case.conduct, case.lead_unit, case.state) == (True, None, State.RETURNED)

    def test_nobody_takes_apart_what_is_kept_from_them(self, people: People):
        named = make_person("named", ("desk", "dispatcher"))
        case, target = taken_in(), taken_in()
        joined(people, case, target)
        sorting.mark_conduct(actor=people.clerk.actor, number=target.number, usernames=["named"])
        with pytest.raises(NotFound):
            unjoin(actor=named.actor, number=case.number)


@pytest.mark.parametrize("held", ["own", "other"])
def test_a_hold_on_either_case_holds_the_letter(people: People, held: str):
    case, target = taken_in(), taken_in()
    joined(people, case, target)
    now = time.now()
    Hold.objects.create(
        label="h",
        case=case if held == "own" else target,
        reason="法院",
        asked_by="staff:x",
        asked_at=now,
        until=now + DAY,
        granted_by="staff:y",
        granted_at=now,
    )
    free = Report.objects.filter(not_held(time.now()))
    assert set(free) == ({own(target)} if held == "own" else set())
    assert Move.objects.filter(case=target, verb="take_in").count() == 1
