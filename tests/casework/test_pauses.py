"""Pauses of clocks that run in working time: what they move, and that all who look say the same meanwhile."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from huiying.agencies.working_hours import give_calendar
from huiying.casework.actions.adopting import adopt_calendar
from huiying.casework.actions.extending import ask_extension, decide_extension
from huiying.casework.actions.joining import join, unjoin
from huiying.casework.actions.sorting import triage
from huiying.casework.actions.weighing import weigh_harm
from huiying.casework.actions.working import ask_resident, resume, return_to_desk
from huiying.casework.actions.writing_back import answer_question
from huiying.casework.deadlines import clock_of, late_at
from huiying.casework.following import letter_page
from huiying.casework.models import CaseFile, Move, Report
from huiying.casework.states import State
from huiying.clocks.actions import adopt_calendar_version
from huiying.clocks.calendar_files import read_calendar
from huiying.config.demo_sample import file as sample
from huiying.insight.actions import count_brief
from huiying.insight.models import Brief, BriefLine
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.routing.models import Category
from huiying.supervision.late import count_late
from tests.casework.ways import brought_to, split_by, taken_in, writer_of

pytestmark = pytest.mark.django_db
OFFICES = sample("calendar_offices.toml").read_text("utf-8")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


START, DUE = at("03-06T09:00"), at("03-10T17:30")  # from Friday to Tuesday: two working days
FRIDAY, MONDAY = at("03-06T17:00"), at("03-09T09:00")  # an hour of work between


def _offices(*days_off: str) -> None:
    off = (f'\n[[day]]\nday = 2026-{day}\nname = {{ en = "Off" }}\n' for day in days_off)
    file = read_calendar(OFFICES + "".join(off))
    adopt_calendar_version(actor=SYSTEM, code=file.code, name=file.name, definition=file.definition)
    give_calendar(actor=SYSTEM, unit_code="county", calendar_code=file.code)


@pytest.fixture(autouse=True)
def working(county):
    """Noise has two working days; all else is promised in calendar days."""
    with time.at(START - timedelta(days=1)):
        _offices()
    Category.objects.filter(code="noise").update(working_days=True, target_days=2)


@pytest.fixture
def case(people) -> CaseFile:
    with time.at(START):
        return brought_to(State.IN_PROGRESS, people)


def _ask(people, case: CaseFile, moment: datetime) -> None:
    with time.at(moment):
        ask_resident(actor=people.handler.actor, number=case.number, question="几栋？")
    case.refresh_from_db()


def _resume(people, case: CaseFile, moment: datetime) -> None:
    with time.at(moment):
        resume(actor=people.handler.actor, number=case.number)
    case.refresh_from_db()


def _pause(people, case: CaseFile, begins: datetime, ends: datetime) -> None:
    _ask(people, case, begins)
    _resume(people, case, ends)


def _dues(case: CaseFile) -> set[datetime]:
    """When the case and its letters are due."""
    case.refresh_from_db()
    return {case.due_at, *Report.objects.filter(case=case).values_list("due_at", flat=True)}


def test_a_question_over_the_weekend_moves_the_day_by_the_hours_worked(people, case):
    _ask(people, case, FRIDAY)
    with time.at(MONDAY):
        answer_question(actor=writer_of(case), text="三栋。")
    assert _dues(case) == {at("03-11T09:30")}
    assert case.paused == MONDAY - FRIDAY  # the cap goes by the wall
    assert case.pauses == Report.objects.get(case=case).pauses == [DateTimeTZRange(FRIDAY, MONDAY)]
    _pause(people, case, at("03-10T18:00"), at("03-11T08:00"))
    assert _dues(case) == {at("03-11T09:30")}


def test_a_pause_that_began_by_the_old_rule_ends_by_it(people, case):
    _ask(people, case, FRIDAY)
    for rows in (CaseFile.objects.filter(pk=case.pk), Report.objects.filter(case=case)):
        rows.update(due_after_wait=None)
    Report.objects.filter(case=case).update(waiting_since=None)
    case.refresh_from_db()
    _resume(people, case, MONDAY)
    assert _dues(case) == {DUE + (MONDAY - FRIDAY)}
    assert case.pauses == []
    _pause(people, case, at("03-13T09:00"), at("03-13T10:00"))
    with time.at(at("03-13T10:15")):
        _offices("03-09")
        assert adopt_calendar(actor=SYSTEM, code="offices") == (1, None)  # finds it nevertheless
    assert at("03-11T17:30") + (MONDAY - FRIDAY) == at("03-14T09:30")  # a Saturday
    assert _dues(case) == {at("03-16T09:30")}


def test_a_letter_that_joins_a_pause_of_the_old_rule_ends_by_it_too(people, case):
    with time.at(START):
        guest = taken_in(category_code="noise")
    _ask(people, case, FRIDAY)
    CaseFile.objects.filter(pk=case.pk).update(due_after_wait=None)
    Report.objects.filter(case=case).update(due_after_wait=None, waiting_since=None)
    joined_at = at("03-08T09:00")
    with time.at(joined_at):
        join(actor=people.dispatcher.actor, number=guest.number, into=case.number)
    case.refresh_from_db()
    _resume(people, case, MONDAY)
    letters = {each.own_case_id: each for each in Report.objects.filter(case=case).order_by("pk")}
    assert letters[None].due_at == DUE + (MONDAY - FRIDAY)
    assert letters[guest.pk].due_at == DUE + (MONDAY - joined_at)
    assert letters[guest.pk].paused == MONDAY - joined_at
    case.refresh_from_db()
    assert case.due_at == letters[guest.pk].due_at


def test_another_topic_reckons_the_same_pauses_by_its_own_time(people, case):
    _pause(people, case, FRIDAY, MONDAY)
    for topic, due in (("leak", START + timedelta(days=3) + (MONDAY - FRIDAY)), ("noise", None)):
        with time.at(at("03-09T10:00")):
            if topic == "leak":
                return_to_desk(
                    actor=people.handler.actor, number=case.number, reason="unclear", words="不清"
                )
            triage(actor=people.clerk.actor, number=case.number, category_code=topic)
        assert _dues(case) == {due or at("03-11T09:30")}


def test_a_holiday_declared_meanwhile_counts_once(people, case):
    _ask(people, case, FRIDAY)
    cap = case.due_after_wait
    with time.at(at("03-07T10:00")):
        _offices("03-09", "03-12", "03-17")
        assert adopt_calendar(actor=SYSTEM, code="offices") == (1, None)
        assert adopt_calendar(actor=SYSTEM, code="offices") == (0, None)
    assert _dues(case) == {at("03-11T17:30")}
    assert case.due_after_wait == Move.objects.latest("id").due_after_wait != cap
    _resume(people, case, at("03-10T09:00"))  # Monday was off
    assert _dues(case) == {at("03-13T09:30")}  # and so is Thursday
    with time.at(at("03-10T10:00")):
        _offices("03-09")
        assert adopt_calendar(actor=SYSTEM, code="offices") == (1, None)
        assert adopt_calendar(actor=SYSTEM, code="offices") == (0, None)
    assert _dues(case) == {at("03-12T09:30")}


def test_more_time_granted_while_it_stands_still_is_the_day_that_was_granted(people, case):
    with time.at(START):
        day = at("03-13T00:00").date()
        ask_extension(actor=people.handler.actor, number=case.number, day=day, reason="等检测。")
    _ask(people, case, FRIDAY)
    with time.at(MONDAY):
        decide_extension(actor=people.dispatcher.actor, number=case.number, granted=True)
    _resume(people, case, MONDAY)
    assert _dues(case) == {at("03-13T17:30")}


def test_urgency_weighed_while_it_stands_still_moves_the_day_after_it(people, case):
    _ask(people, case, FRIDAY)
    before = case.due_after_wait
    with time.at(MONDAY):
        weigh_harm(
            actor=people.dispatcher.actor,
            number=case.number,
            facts=["legal_date"],
            legal_date=at("03-09T00:00").date(),
            reason="法律定的日子。",
        )
    case.refresh_from_db()
    letter = Report.objects.get(case=case)
    assert case.due_at == letter.due_at == at("03-09T23:59")
    assert case.due_after_wait == letter.due_after_wait < before


def test_parts_and_joined_letters_keep_their_own_pauses(people, case):
    with time.at(START):
        leak, late_guest = taken_in(category_code="leak"), taken_in(category_code="noise")
    with time.at(at("03-06T16:00")):
        join(actor=people.dispatcher.actor, number=leak.number, into=case.number)
    _ask(people, case, FRIDAY)
    with time.at(at("03-09T08:00")):  # nothing was worked since it was asked
        join(actor=people.dispatcher.actor, number=late_guest.number, into=case.number)
    _resume(people, case, MONDAY)
    letters = {each.own_case_id: each for each in Report.objects.filter(case=case).order_by("pk")}
    assert letters[None].due_at == at("03-11T09:30")
    assert letters[leak.pk].due_at == START + timedelta(days=3) + (MONDAY - FRIDAY)
    assert letters[late_guest.pk].due_at == at("03-11T09:00")
    assert letters[late_guest.pk].paused == timedelta(hours=1)
    case.refresh_from_db()
    assert case.due_at == min(each.due_at for each in letters.values())
    with time.at(MONDAY):
        unjoin(actor=people.dispatcher.actor, number=late_guest.number)
    late_guest.refresh_from_db()
    assert late_guest.due_at == at("03-11T09:00")


def test_splitting_carries_the_pauses(people, case):
    _pause(people, case, FRIDAY, MONDAY)
    with time.at(MONDAY):
        return_to_desk(
            actor=people.handler.actor, number=case.number, reason="unclear", words="不清楚"
        )
        leak, noise = split_by(people, case.number)
    assert _dues(leak) == {START + timedelta(days=3) + (MONDAY - FRIDAY)}
    assert _dues(noise) == {at("03-11T09:30")}
    assert Report.objects.get(case=noise).pauses == [DateTimeTZRange(FRIDAY, MONDAY)]


def _late(cases: dict[str, CaseFile], moment: datetime) -> dict[str, set[str]]:
    """Who says at this moment that which of the cases is late."""
    said: dict[str, set[str]] = {"desk": set(), "list": set(), "writer": set()}
    with time.at(moment):
        for name, case in cases.items():
            case.refresh_from_db()
            said["desk"] |= {name} if clock_of(case, moment).late else set()
            said["list"] |= (
                {name} if CaseFile.objects.filter(late_at(moment), pk=case.pk) else set()
            )
            said["writer"] |= {name} if letter_page(writer_of(case)).clock.late else set()
        total = count_late().total
        assert total.late == total.letters_late == len(said["desk"])
    return said


def _brief(cases: dict[str, CaseFile], moment: datetime) -> set[str]:
    local = moment.astimezone(ZoneInfo("Asia/Shanghai"))
    count_brief(actor=SYSTEM, day=local.date(), until=local.time())
    lines = BriefLine.objects.filter(brief=Brief.objects.latest("pk"), clock="late")
    late = set(lines.values_list("case", flat=True))
    return {name for name, case in cases.items() if case.pk in late}


def test_all_who_look_agree_at_every_moment_of_a_pause(people):
    """Asked in time, at the very end, late, and by the old rule; a holiday is declared meanwhile."""
    asked = {
        "in time": at("03-10T08:00"),  # with a day left: after the cap, Monday the 23rd
        "at the end": DUE,
        "late": at("03-10T18:00"),
        "old": at("03-10T17:00"),
    }
    with time.at(START):
        cases = {name: brought_to(State.IN_PROGRESS, people) for name in asked}
    for name, moment in asked.items():
        _ask(people, cases[name], moment)
    CaseFile.objects.filter(pk=cases["old"].pk).update(due_after_wait=None)
    Report.objects.filter(case=cases["old"]).update(due_after_wait=None, waiting_since=None)
    with time.at(at("03-14T10:00")):  # a Saturday; what is late stays where it was
        _offices("03-20")
        adopt_calendar(actor=SYSTEM, code="offices")
    early = {"late", "at the end", "old"}
    for when, late in (
        ("03-11T02:00", {"late"}),
        ("03-12T13:00", {"late"}),
        ("03-20T17:00", {"late"}),  # the cap of what was asked in time
        ("03-20T17:30", {"late"}),
        ("03-20T17:30:00.000001", early),
        ("03-21T12:00", early),
        ("03-23T17:30", early),
        ("03-23T17:30:00.000001", {*early, "in time"}),
    ):
        said = _late(cases, at(when))
        assert said == dict.fromkeys(("desk", "list", "writer"), late), when
    with time.at(at("03-25T12:00")):
        for when, late in (("03-12T13:00", {"late"}), ("03-21T12:00", early)):
            assert _brief(cases, at(when)) == late, when
