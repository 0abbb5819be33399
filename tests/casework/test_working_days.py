"""Targets in working days: reckoned by the calendar of the unit that leads, and anew when it changes."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.agencies.working_hours import give_calendar
from huiying.casework.actions import adopting
from huiying.casework.actions.adopting import adopt_calendar
from huiying.casework.actions.joining import join, unjoin
from huiying.casework.actions.sorting import triage
from huiying.casework.actions.working import ask_resident, resume
from huiying.casework.actions.writing_back import reopen_own
from huiying.casework.following import letter_page
from huiying.casework.models import CaseFile, Move, Report
from huiying.casework.states import State
from huiying.clocks.actions import add_holidays, adopt_calendar_version
from huiying.clocks.calendar_files import read_calendar
from huiying.clocks.holiday_files import china, read_year
from huiying.config.cli import calendar as command
from huiying.config.demo_sample import file as sample
from huiying.insight.actions import count_brief
from huiying.insight.models import BriefLine
from huiying.insight.periods import usual_hour
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import MovedOn, NotAllowed, NotFound
from huiying.record import actions as record
from huiying.record.models import Entry
from huiying.routing.actions.categories import load_categories
from huiying.routing.models import Category
from huiying.routing.reads import targets
from tests.casework.ways import brought_to, taken_in, writer_of
from tests.entries import holds

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


BEFORE_HOLIDAYS = at(
    "09-29T10:00"
)  # 1 to 7 October are off, Saturday 10 October is worked in exchange
MEANWHILE = at("10-08T09:00")
# A notice that changes its mind: the 8th and 9th are off too, and nothing is worked in exchange.
LONGER = json.dumps(
    {
        "year": 2026,
        "days": [
            {"name": "国庆节", "date": f"2026-10-{day:02}", "isOffDay": True}
            for day in range(1, 10)
        ],
    }
)


FIRST = [{"name": "国庆节", "date": "2026-10-01", "isOffDay": True}]


def _noise(days: int = 3, *, working: bool = True) -> None:
    row = {
        "code": "noise", "parent": "living", "name": {"zh-hans": "噪声"}, "lead": "housing",
        "target_days": days, "working_days": working,
    }  # fmt: skip
    group = {"code": "living", "name": {"zh-hans": "住在这里"}}
    load_categories(actor=SYSTEM, rows=[group, row])  # type: ignore[list-item]


@pytest.fixture
def offices(people):
    """Housing works office hours with China's holidays; noise has three working days."""
    file = read_calendar(sample("calendar_offices.toml").read_text("utf-8"))
    with time.at(BEFORE_HOLIDAYS - timedelta(days=30)):
        adopt_calendar_version(
            actor=SYSTEM, code="offices", name=file.name, definition=file.definition
        )
        add_holidays(actor=SYSTEM, code="offices", holidays=china())
    give_calendar(actor=SYSTEM, unit_code="county", calendar_code="offices")
    _noise()
    return people


def _declared() -> None:
    """The longer holidays are announced."""
    read = read_year(LONGER)
    add_holidays(actor=SYSTEM, code="offices", holidays=read)


def _adopted(**given: object) -> tuple[int, int | None]:
    """The longer holidays reach the clocks while these run."""
    with time.at(MEANWHILE):
        return adopt_calendar(actor=SYSTEM, code="offices", **given)  # type: ignore[arg-type]


def _taken_in(**changes: object) -> CaseFile:
    with time.at(BEFORE_HOLIDAYS):
        return taken_in(category_code="noise", **changes)


def _dues(case: CaseFile) -> datetime:
    """When it is due: for the desk, for its writer, and in its last move alike."""
    case.refresh_from_db()
    moves = Move.objects.filter(case=case)
    assert {report.due_at for report in Report.objects.filter(case=case)} == {case.due_at}
    assert moves.latest("id").due_at == case.due_at
    return case.due_at


def test_holidays_and_make_up_workdays_count_as_they_are(offices):
    assert _dues(_taken_in()) == at("10-09T17:30")  # 30 September, 8 and 9 October
    _noise(4)
    assert _dues(_taken_in()) == at("10-10T17:30")  # a Saturday, worked in exchange
    _noise(4, working=False)
    assert _dues(_taken_in()) == BEFORE_HOLIDAYS + timedelta(days=4)


def test_without_a_calendar_the_days_are_calendar_days(people):
    _noise()
    assert _dues(_taken_in()) == BEFORE_HOLIDAYS + timedelta(days=3)


def test_a_letter_costs_no_query_more_by_calendar_days_and_one_by_working_days(offices):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            _taken_in()
        return len(found)

    _taken_in()  # the timetable is laid out once a process
    with_calendar = queries()
    _noise(working=False)
    assert queries() == with_calendar - 1


def test_sorting_and_a_new_round_follow_the_category(offices):
    with time.at(BEFORE_HOLIDAYS):
        case = taken_in()
    with time.at(at("10-08T09:00")):
        triage(actor=offices.clerk.actor, number=case.number, category_code="noise")
    assert _dues(case) == at("10-09T17:30")  # from the day the letter came
    with time.at(at("10-12T10:00")):
        done = brought_to(State.ANSWERED, offices)
    with time.at(at("10-16T10:00")):
        reopen_own(actor=writer_of(done), text="还在响。")
    assert _dues(done) == at("10-21T17:30")


def test_imports_reckon_the_same(offices):
    assert targets()["noise"][1].due(BEFORE_HOLIDAYS) == at("10-09T17:30")
    assert targets()["leak"][1].due(BEFORE_HOLIDAYS) == BEFORE_HOLIDAYS + timedelta(days=3)


def test_running_clocks_follow_a_new_version_with_one_entry_each(offices):
    case, other = _taken_in(), _taken_in(title="另一件")
    with time.at(at("09-29T12:00")):
        waiting = brought_to(State.WAITING, offices)
        resume(actor=offices.handler.actor, number=waiting.number)
    _declared()
    with time.at(at("10-08T09:00")):
        assert adopt_calendar(actor=offices.administrator.actor, code="offices") == (3, None)
        assert _adopted() == (0, None)
    for each in (case, other, waiting):
        assert _dues(each) == at("10-13T17:30")  # 30 September, 12 and 13 October
        entries = Entry.objects.filter(subject=f"case:{each.label}", action="case.adopt_calendar")
        assert all(holds(entry.pk) for entry in entries)
        assert [entry.payload.data for entry in entries] == [
            {"due_at": at("10-13T17:30").astimezone(ZoneInfo("UTC")).isoformat()}
        ]
    page = offices.clerk.client.get(f"/en/desk/cases/{case.number}/").text
    assert "The calendar changed; due on 13 October 2026 now." in page


def test_a_letter_that_was_joined_does_not_lend_its_day_to_the_other(offices):
    case = _taken_in()
    with time.at(BEFORE_HOLIDAYS + timedelta(days=1)):
        joined = taken_in(category_code="noise")
        join(actor=offices.dispatcher.actor, number=joined.number, into=case.number)
    sooner = at("10-10T12:00")  # after the old day of the case, before its new one
    Report.objects.filter(own_case=joined).update(due_at=sooner)
    _declared()
    assert _adopted() == (1, None)
    case.refresh_from_db()
    assert case.due_at == sooner
    assert Report.objects.get(case=case, own_case=None).due_at == at("10-13T17:30")


def test_a_joined_letter_follows_with_its_own_day_and_an_entry(offices):
    Category.objects.filter(code="leak").update(target_days=60)
    case = _taken_in(title="漏水")
    with time.at(BEFORE_HOLIDAYS + timedelta(hours=1)):
        triage(actor=offices.clerk.actor, number=case.number, category_code="leak")
        joined = taken_in(category_code="noise")
        join(actor=offices.dispatcher.actor, number=joined.number, into=case.number)
        late = taken_in(category_code="noise")
        join(actor=offices.dispatcher.actor, number=late.number, into=case.number)
    case.refresh_from_db()
    leak_due = Report.objects.get(case=case, own_case=None).due_at
    versions = {each.pk: each.version for each in (case, joined)}
    _declared()
    assert _adopted() == (2, None)
    assert _adopted() == (0, None)
    new = at("10-13T17:30")
    assert {each.due_at for each in Report.objects.filter(own_case__isnull=False)} == {new}
    assert Report.objects.get(case=case, own_case=None).due_at == leak_due  # not by this calendar
    for each, act, due in (
        (joined, "adopt_calendar", new),
        (case, "first_due", min(new, leak_due)),
    ):
        each.refresh_from_db()
        assert each.due_at == due
        assert each.version > versions[each.pk]
        acts = Entry.objects.filter(subject=f"case:{each.label}", action=f"case.{act}")
        assert acts.count() == each.moves.filter(verb=act, due_at=due).count() == 1
    assert "放假安排" in str(letter_page(writer_of(joined)).events)
    assert "放假安排" not in str(letter_page(writer_of(case)).events)
    shown = offices.dispatcher.client.get(f"/en/desk/cases/{case.number}/").text
    assert "The day of a joined letter changed" in shown
    unjoin(actor=offices.dispatcher.actor, number=joined.number)  # back to the state that it had
    joined.refresh_from_db()
    assert (joined.state, joined.due_at) == (State.RECEIVED, new)


def test_a_letter_keeps_its_pauses_through_joining_when_the_calendar_changes(offices):
    hour = timedelta(hours=1)
    with time.at(BEFORE_HOLIDAYS):
        case = brought_to(State.IN_PROGRESS, offices)
        ask_resident(actor=offices.handler.actor, number=case.number, question="在几栋？")
    with time.at(BEFORE_HOLIDAYS + 5 * hour):
        joined = taken_in(category_code="noise")
        join(actor=offices.dispatcher.actor, number=joined.number, into=case.number)
    with time.at(BEFORE_HOLIDAYS + 20 * hour):
        resume(actor=offices.handler.actor, number=case.number)
    own, other = (Report.objects.get(case=case, own_case=each) for each in (None, joined))
    assert (own.paused, other.paused) == (20 * hour, 15 * hour)  # each as long as it stood still
    _declared()
    assert _adopted() == (2, None)
    for letter, due in ((own, "10-14T16:00"), (other, "10-14T11:00")):  # worked: 5:30 and 2:30
        letter.refresh_from_db()
        assert letter.due_at == at(due)


def test_where_a_letter_is_joined_while_the_batch_is_read_the_next_one_has_it(offices, monkeypatch):
    case, joined = _taken_in(), _taken_in()
    _declared()
    looked = adopting._waiting
    times = iter(range(9))

    def joining_meanwhile() -> object:
        if next(times) == 2:  # after the rows to lock were chosen
            join(actor=offices.dispatcher.actor, number=joined.number, into=case.number)
        return looked()

    monkeypatch.setattr(adopting, "_waiting", joining_meanwhile)
    assert _adopted() == (2, None)
    assert {each.due_at for each in Report.objects.all()} == {at("10-13T17:30")}


def test_a_clock_that_has_run_out_keeps_its_day_and_the_page_says_why(offices):
    case = _taken_in()
    with time.at(BEFORE_HOLIDAYS):
        waiting = brought_to(State.IN_PROGRESS, offices)
    with time.at(at("10-09T16:00")):
        ask_resident(actor=offices.handler.actor, number=waiting.number, question="在几栋？")
    with time.at(at("10-09T18:00")):  # what stands still is not late
        _declared()
        assert adopt_calendar(actor=SYSTEM, code="offices") == (1, None)
        assert (_dues(case), _dues(waiting)) == (at("10-09T17:30"), at("10-13T17:30"))
        solve = {each.stage: each for each in letter_page(writer_of(case)).stages}["solve"]
        assert (solve.late, solve.excused_until) == (True, at("10-13T17:30"))
        page = "/en/desk/cases/{}/stages/"
        explained = "it would be due Tuesday 13 October 2026, 17:30 now"
        assert explained in offices.clerk.client.get(page.format(case.number)).text
        assert "would be due" not in offices.clerk.client.get(page.format(waiting.number)).text


def test_no_version_makes_a_late_clock_one_in_time_and_again_changes_nothing(offices):
    cases = [_taken_in()]
    with time.at(at("10-08T10:00")):
        cases.append(taken_in(category_code="noise"))

    def late() -> dict[int, datetime]:
        found = (Report.objects.get(case=case) for case in cases)
        return {each.pk: each.due_at for each in found if each.due_at < time.now()}

    @settings(max_examples=4)
    @given(st.sets(st.integers(8, 20)), st.integers(0, 12 * 24))
    def adopting(days_off: set[int], hours: int) -> None:
        rows = [
            {"name": "国庆节", "date": f"2026-10-{day:02}", "isOffDay": True} for day in days_off
        ]
        with time.at(at("10-08T09:00") + timedelta(hours=hours)):
            before = late()
            year = read_year(json.dumps({"year": 2026, "days": rows or FIRST}))
            add_holidays(actor=SYSTEM, code="offices", holidays=year)
            adopt_calendar(actor=SYSTEM, code="offices")
            assert before.items() <= late().items()
            assert adopt_calendar(actor=SYSTEM, code="offices") == (0, None)

    adopting()


def test_a_pause_stays_in_the_new_due_time(offices):
    with time.at(BEFORE_HOLIDAYS):
        case = brought_to(State.IN_PROGRESS, offices)
        ask_resident(actor=offices.handler.actor, number=case.number, question="在几栋？")
    with time.at(BEFORE_HOLIDAYS + timedelta(hours=20)):
        resume(actor=offices.handler.actor, number=case.number)
    assert _dues(case) == at("10-10T16:00")  # 5:30 of these 20 hours were worked
    _declared()
    assert _adopted() == (1, None)
    assert _dues(case) == at("10-14T16:00")
    assert _adopted() == (0, None)


def test_what_is_done_and_what_was_due_by_another_rule_stays(offices):
    with time.at(BEFORE_HOLIDAYS):
        done = brought_to(State.ANSWERED, offices)
    given = _taken_in()
    promised = at("12-24T12:00")
    CaseFile.objects.filter(pk=given.pk).update(due_at=promised)
    Report.objects.filter(case=given).update(due_at=promised)
    older = _taken_in()
    _noise(5)  # what was promised before stays promised
    leak = taken_in(category_code="leak")
    before = {case.pk: case.due_at for case in (done, older, leak)}
    _declared()
    assert _adopted() == (0, None)
    for case in (done, older, leak):
        case.refresh_from_db()
        assert case.due_at == before[case.pk]
    given.refresh_from_db()
    assert given.due_at == promised


def test_who_decided_on_the_old_due_time_looks_again(offices):
    case = _taken_in()
    _declared()
    _adopted()
    with pytest.raises(MovedOn):
        triage(
            actor=offices.clerk.actor, number=case.number, seen=case.version, category_code="leak"
        )


def test_it_goes_on_in_batches_and_can_be_stopped_between_them(offices, monkeypatch):
    monkeypatch.setattr(adopting, "BATCH", 2)
    cases = [_taken_in(title=f"第 {number} 件") for number in range(5)]
    _declared()
    changed, after = _adopted()
    assert (changed, after) == (2, cases[1].pk)
    assert _adopted(after=cases[1].pk) == (2, cases[3].pk)
    assert _adopted(after=cases[3].pk) == (1, None)
    assert {_dues(case) for case in cases} == {at("10-13T17:30")}


def test_killed_in_the_middle_of_a_batch_the_next_call_does_the_rest_and_nothing_twice(
    offices, monkeypatch, capsys
):
    monkeypatch.setattr(adopting, "BATCH", 2)
    monkeypatch.setattr(command, "PROGRESS_SECONDS", -1.0)
    write, dies = record.write_many, iter([False, True])

    def dying(**given: object) -> None:
        if next(dies, False):
            raise KeyboardInterrupt
        write(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(adopting, "write_many", dying)
    cases = [_taken_in(title=f"第 {number} 件") for number in range(5)]
    _declared()
    with time.at(MEANWHILE):
        with pytest.raises(KeyboardInterrupt):
            command._adopt("offices")
        moved = Move.objects.filter(verb="adopt_calendar").values_list("case", flat=True)
        assert sorted(moved) == [cases[0].pk, cases[1].pk]
        command._adopt("offices")
    assert {_dues(case) for case in cases} == {at("10-13T17:30")}
    for case in cases:
        acts = Entry.objects.filter(subject=f"case:{case.label}", action="case.adopt_calendar")
        assert acts.count() == 1
    said = capsys.readouterr().err
    assert "2 of 5 running clocks reckoned anew." in said
    assert "3 running clocks end at another time now." in said


def test_a_batch_costs_the_same_number_of_statements_however_many_change(offices):
    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            _adopted()
        return len(found)

    _taken_in()
    _declared()
    one = statements()
    for number in range(6):
        _taken_in(title=f"第 {number} 件")
    add_holidays(actor=SYSTEM, code="offices", holidays=china())
    assert statements() <= one  # the first time may have had something to prepare


def test_only_an_administrator_lets_clocks_follow(offices):
    for name in offices:
        if name != "administrator":
            with pytest.raises(NotAllowed):
                adopt_calendar(actor=getattr(offices, name).actor, code="offices")
    with pytest.raises(NotFound):
        adopt_calendar(actor=SYSTEM, code="nowhere")


def test_a_changed_calendar_is_no_new_assignment_in_the_brief(offices):
    with time.at(BEFORE_HOLIDAYS):
        case = brought_to(State.ASSIGNED, offices)
    _declared()
    with time.at(at("10-08T09:00")):
        assert _adopted()[0] == 1
    with time.at(at("10-09T09:00")):
        count_brief(actor=SYSTEM, day=at("10-09T09:00").date(), until=usual_hour())
    line = BriefLine.objects.get(case=case)
    assert (line.assigned, line.due_at) == (False, at("10-13T17:30"))
