"""What the brief says of letters that the real verbs moved, then and when counted again later."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction

from huiying.casework.actions.sorting import assign, decline, mark_conduct, triage
from huiying.casework.actions.working import accept, ask_resident, close, return_to_desk
from huiying.casework.actions.writing_back import vote, withdraw
from huiying.insight.actions import count_brief
from huiying.insight.errors import TooEarly
from huiying.insight.models import Brief, BriefLine
from huiying.insight.reads import newest
from huiying.insight.tasks import freeze_due_brief
from huiying.intake.reads import resident
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import NotAllowed
from huiying.record.reads import entries_about
from tests.entries import holds
from tests.insight.conftest import DAY, SEVEN, counted, on
from tests.scene import answer


def writer(case):
    return resident(case.reports.get().submission.label)


def test_a_day_without_letters_is_all_zeros(county):
    brief = counted()
    assert not any(brief.totals.values())
    assert brief.brief.line_count == 0
    assert brief.parts == {}


def test_a_letter_stands_in_the_day_in_which_it_came(case_at):
    case_at(9, 6)
    case_at(9, 7)
    case_at(10, 6)
    case_at(10, 7)
    assert counted(DAY - timedelta(days=1)).totals["received"] == 1
    assert counted(DAY).totals["received"] == 2
    assert counted(DAY + timedelta(days=1)).totals["received"] == 1
    assert counted(DAY + timedelta(days=1)).totals["open"] == 4


def test_what_happened_later_does_not_change_the_day(people, case_at):
    case = case_at(1, 9, upto="in_progress")
    with on(10, 8):
        then = counted()
    assert then.totals["late"] == 0
    assert then.totals["open"] == 1
    with on(12, 9):
        reply = answer(people, case, upto="published")
    with on(13, 9):
        vote(actor=writer(case), verdict="solved")
        close(
            actor=people.handler.actor,
            number=case.number,
            outcome="solved",
            proof="照片",
        )
        again = counted()
    assert reply.label
    assert again.brief == then.brief
    assert again.totals == then.totals


def test_answered_late_and_on_time(people, case_at):
    prompt = case_at(8, 9, upto="in_progress")
    slow = case_at(1, 8, upto="in_progress")
    with on(11, 9):
        answer(people, slow, upto="published")
    with on(11, 10):
        answer(people, prompt, upto="published")
    brief = counted(DAY + timedelta(days=2))
    kinds = ("answered", "answered_on_time", "answered_late", "settled", "open")
    assert [brief.totals[kind] for kind in kinds] == [2, 1, 1, 2, 0]
    assert brief.parts["answered"]["answered_outcome"] == {"solved": 2}


def test_an_answer_at_the_very_moment_when_it_is_due_is_on_time(people, case_at):
    case = case_at(1, 8, upto="in_progress")
    with on(11, 8):
        answer(people, case, upto="published")
    brief = counted(DAY + timedelta(days=2))
    assert (brief.totals["answered_on_time"], brief.totals["answered_late"]) == (1, 0)


def test_closed_is_not_solved_and_only_writers_say_solved(people, case_at):
    case = case_at(1, 9, upto="in_progress")
    with on(8, 9):
        answer(people, case, upto="published")
    with on(9, 9):
        close(actor=people.handler.actor, number=case.number, outcome="solved", proof="照片")
    with on(9, 10):
        vote(actor=writer(case), verdict="solved")
    with on(9, 11):
        vote(actor=writer(case), verdict="not_solved")
    with on(11, 9):
        vote(actor=writer(case), verdict="partly")
    brief = counted()
    assert brief.parts["closed"]["closed_outcome"] == {"solved": 1}
    votes = {key: brief.totals[key] for key in ("votes", "votes_solved", "votes_not_solved")}
    assert votes == {"votes": 1, "votes_solved": 0, "votes_not_solved": 1}
    assert counted(DAY + timedelta(days=2)).totals["votes_partly"] == 1


def test_withdrawn_stays_in_the_number_of_which_the_share_is_taken(case_at):
    case = case_at(8, 9)
    with on(9, 9):
        withdraw(actor=writer(case))
    brief = counted()
    kinds = ("settled", "withdrawn_first", "withdrawn", "submissions_withdrawn", "answered")
    assert [brief.totals[kind] for kind in kinds] == [1, 1, 1, 1, 0]


def test_declined_is_counted_apart(people, case_at):
    case = case_at(8, 9)
    with on(9, 9):
        decline(
            actor=people.dispatcher.actor,
            number=case.number,
            competent_body="邻县",
            reason="不在本县",
        )
    brief = counted()
    kinds = ("declined", "closed", "settled", "answered", "open")
    assert [brief.totals[kind] for kind in kinds] == [1, 1, 0, 0, 0]


def test_the_clock_stands_still_while_the_writer_is_asked(people, case_at):
    case = case_at(1, 9, upto="in_progress")  # due on the 11th
    with on(8, 9):
        ask_resident(actor=people.handler.actor, number=case.number, question="哪一栋？")
    assert counted(DAY).totals["paused"] == 1
    brief = counted(DAY + timedelta(days=4))  # the 14th: three days past the first date
    assert (brief.totals["late"], brief.totals["paused"]) == (0, 1)
    brief = counted(DAY + timedelta(days=14))  # the cap of ten days ran out on the 18th
    assert (brief.totals["late"], brief.totals["paused"]) == (1, 0)


def test_reasons_for_a_decision(people, case_at):
    lying = case_at(5, 9)
    sent_back = case_at(8, 9, upto="assigned")
    complained = case_at(9, 9)
    long_late = case_at(1, 9, upto="in_progress")
    for hour in (10, 12):
        with on(8, hour):
            return_to_desk(
                actor=people.handler.actor,
                number=sent_back.number,
                reason="not_our_field",
                words="不归我们管",
            )
        if hour == 10:
            with on(8, 11):
                assign(actor=people.dispatcher.actor, number=sent_back.number, lead_code="housing")
    with on(9, 10):
        mark_conduct(actor=people.clerk.actor, number=complained.number, unit_codes=["estates"])
    brief = counted()
    assert brief.parts["decision"]["decision"] == {
        "conduct": 1,
        "returned_twice": 1,
        "unassigned": 1,
    }
    brief = counted(DAY + timedelta(days=14))
    lines = BriefLine.objects.filter(brief_id=brief.brief.id)
    assert lines.get(case=long_late).decision == "long_late"
    assert lines.get(case=lying).decision == "unassigned"


def test_a_complaint_marked_later_was_a_plain_letter_then(people, case_at):
    case = case_at(9, 9)
    with on(10, 9):
        mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["estates"])
    assert counted(DAY).totals["conduct_received"] == 0
    assert counted(DAY + timedelta(days=1)).totals["conduct_open"] == 1


def test_other_figures_make_a_new_version_and_the_old_one_stays(people, case_at):
    case_at(9, 9)
    first = counted()
    case_at(9, 11)  # as a late import would write it
    second = counted()
    assert (first.brief.version, second.brief.version) == (1, 2)
    assert second.earlier_totals == first.totals
    assert (first.totals["received"], second.totals["received"]) == (1, 2)
    assert Brief.objects.count() == 2
    said = entries_about(["brief:2026-03-10@07:00"])
    assert [entry.data and entry.data["version"] for entry in said] == [1, 2]
    assert all(holds(entry.id) for entry in said)
    assert (said[-1].data or {})["digest"] == second.brief.digest


def test_two_cases_that_change_places_make_a_new_version(case_at, people):
    first, second = case_at(9, 9), case_at(9, 9)
    with on(9, 10):
        triage(actor=people.clerk.actor, number=first.number, category_code="noise")
    counted()
    with on(9, 11):
        triage(actor=people.clerk.actor, number=second.number, category_code="leak")
    again = counted()
    assert again.brief.version == 2


def test_the_hour_must_have_passed_and_settled(county):
    for minute in (0, 1):
        with on(10, 7, minute), pytest.raises(TooEarly):
            count_brief(actor=SYSTEM, day=DAY, until=SEVEN)
    with on(10, 7, 2):
        assert count_brief(actor=SYSTEM, day=DAY, until=SEVEN).version == 1


@pytest.mark.parametrize("name", ["handler", "unit_reviewer", "administrator"])
def test_who_sees_a_part_or_nothing_cannot_have_it_counted(name, people):
    with pytest.raises(NotAllowed):
        count_brief(actor=getattr(people, name).actor, day=DAY, until=SEVEN)


@pytest.mark.parametrize("table", ["insight_brief", "insight_briefline", "insight_briefsheet"])
@pytest.mark.parametrize(
    "order", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_a_brief_cannot_be_changed(table, order, kept):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(order.format(table))


def test_the_worker_counts_what_is_due_and_makes_up_for_days_missed(county):
    with on(10, 6):
        assert freeze_due_brief() == 1
        assert newest(DAY - timedelta(days=1), SEVEN)
        assert freeze_due_brief() == 0
    with on(10, 7, 1):
        assert freeze_due_brief() == 0
    with on(10, 7, 3):
        assert freeze_due_brief() == 1
    with on(13, 8):
        assert freeze_due_brief() == 3
        assert freeze_due_brief() == 0
    assert Brief.objects.count() == 5


def test_after_a_long_standstill_the_worker_begins_with_today(county):
    counted()
    with on(31, 8):
        assert freeze_due_brief() == 21
    assert freeze_due_brief() == 1  # by today's calendar, months later


@pytest.mark.django_db(transaction=True)
def test_two_who_count_at_once_make_one_version(case_at):
    case_at(9, 9)
    made: list[int] = []

    def count() -> None:
        try:
            made.append(count_brief(actor=SYSTEM, day=DAY, until=SEVEN).version)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=count) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1, 1, 1, 1]
    assert Brief.objects.count() == 1


def test_accepting_is_no_assigning(people, case_at):
    case = case_at(8, 9, upto="assigned")
    with on(9, 9):
        accept(actor=people.handler.actor, number=case.number)
    assert counted().totals["assigned"] == 0
    assert counted(DAY - timedelta(days=1)).totals["assigned"] == 1
