"""Rosters: what is planned, what changes, what the check finds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from huiying.accounts.actions.accounts import switch_off
from huiying.agencies.duty import reads
from huiying.agencies.duty.actions import changing
from huiying.agencies.duty.actions.logbook import empty_old_lines, take_over, write_log
from huiying.agencies.duty.actions.rosters import adopt_pattern, end_roster, make_roster
from huiying.agencies.duty.checking import check
from huiying.agencies.duty.errors import Begun, OnDutyThen, PlanChanged
from huiying.agencies.duty.models import Change, LogLine, Shift
from huiying.agencies.duty.patterns import HOLIDAY, MAKEUP
from huiying.agencies.duty.states import STEPS, ChangeState, Cover
from huiying.agencies.duty.tasks import keep_planned
from huiying.clocks.actions import add_holidays
from huiying.clocks.definitions import WEEKDAYS, Kind, SpecialDay
from huiying.clocks.holiday_files import Holidays
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, NotFound
from huiying.record.models import Entry
from tests.duty.conftest import DAY_NAME, NIGHT_NAME, NOW, SHANGHAI, TODAY, plan, turn

A_DAY = timedelta(days=1)


def on(roster, day: date, name=DAY_NAME) -> Shift:
    return Shift.objects.get(roster=roster, day=day, name=name, replaced_at=None)


def local(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}"


def test_a_plan_covers_the_coming_year_from_the_shift_that_runs(people, roster):
    found = check(roster.code)
    assert found.sound
    assert found.ends - found.starts == timedelta(weeks=52)
    (running,) = reads.on_duty()
    assert running.who == people.handler.account.name
    assert local(running.ends_at) == "09-28 20:00"


def test_it_stays_covered_from_week_to_week(people, roster):
    for week in range(3):
        with time.at(NOW + timedelta(weeks=week * 20)):
            keep_planned()
            assert check(roster.code).sound
            assert keep_planned() == 0  # nothing is done twice


def test_a_holiday_and_a_made_up_workday_have_shifts_of_their_own(people, calendar, now):
    roster = make_roster(
        actor=people.supervisor.actor, unit_code="housing", name={"en": "Nights"}, zone="Asia/Shanghai"
    )  # fmt: skip
    handler, colleague = people.handler.account.pk, people.colleague.account.pk
    workdays = frozenset(WEEKDAYS[:5]) | {MAKEUP}
    closed = frozenset(WEEKDAYS[5:]) | {HOLIDAY}
    after_work = turn({"en": "After work"}, (17, 32.5), handler, days=workdays)
    whole_day = turn({"en": "Whole day"}, (8.5, 32.5), colleague, days=closed)
    plan(roster, people, after_work, whole_day, cover=Cover.OFF_HOURS)
    names = {
        row.day: row.name["en"] for row in Shift.objects.filter(roster=roster, day__lt="2026-10-12")
    }
    assert names[date(2026, 9, 30)] == "After work"  # a Wednesday
    assert {names[date(2026, 10, day)] for day in range(1, 8)} == {"Whole day"}
    assert names[date(2026, 10, 9)] == "After work"
    assert names[date(2026, 10, 10)] == "After work"  # a Saturday that is worked
    assert names[date(2026, 10, 11)] == "Whole day"
    found = check(roster.code, weeks=3)
    # The offices close for lunch and at 17:30: nobody is on duty between 12:00 and 14:00.
    lunches = [(local(starts), local(ends)) for starts, ends in found.gaps]
    assert lunches[0] == ("09-28 12:00", "09-28 14:00")
    assert all(each[0].endswith("12:00") and each[1].endswith("14:00") for each in lunches)
    assert len(lunches) == 11
    assert check(roster.code).provisional_from == date(2027, 1, 1)


def test_a_new_list_of_holidays_comes_into_the_plan_by_itself(people, calendar, now):
    roster = make_roster(
        actor=people.supervisor.actor, unit_code="housing", name={"en": "x"}, zone="Asia/Shanghai"
    )
    plan(roster, people, turn({"en": "Workday"}, (0, 24), people.handler.account.pk,
         days=frozenset(WEEKDAYS)))  # fmt: skip
    new_year = date(2027, 1, 1)
    before = Shift.objects.filter(roster=roster, replaced_at=None)
    assert before.filter(day=new_year).exists()
    off = SpecialDay(new_year, Kind.OFF, {"en": "New Year"}, 2027)
    add_holidays(actor=SYSTEM, code="offices", holidays=Holidays((off,), (2027,), "notice"))
    assert keep_planned() == 1
    assert not before.filter(day=new_year).exists()
    gaps = check(roster.code).gaps
    assert (local(gaps[-1][0]), local(gaps[-1][1])) == ("01-01 00:00", "01-02 00:00")


def test_the_check_names_what_nobody_covers_and_what_two_cover(people, roster):
    handler, colleague = people.handler.account.pk, people.colleague.account.pk
    day, long_night = turn(DAY_NAME, (8, 20), handler), turn(NIGHT_NAME, (19, 31), colleague)
    plan(roster, people, day, long_night, on=TODAY + A_DAY)
    found = check(roster.code, weeks=1)
    assert [(local(starts), local(ends)) for starts, ends in found.gaps][:2] == [
        ("09-30 07:00", "09-30 08:00"), ("10-01 07:00", "10-01 08:00"),
    ]  # fmt: skip
    assert next((local(starts), local(ends)) for starts, ends in found.overlaps) == (
        "09-29 19:00", "09-29 20:00",
    )  # fmt: skip


def test_somebody_in_two_rosters_at_once_is_found(people, roster):
    other = make_roster(
        actor=people.supervisor.actor, unit_code="county", name={"en": "Leader"}, zone="Asia/Shanghai"
    )  # fmt: skip
    plan(other, people, turn({"en": "All day"}, (0, 24), people.handler.account.pk), on=TODAY)
    clash = check(roster.code, weeks=1).clashes[0]
    assert clash.person == people.handler.account.name
    assert clash.roster == {"en": "Leader"}


def test_who_leaves_leaves_a_gap(people, roster):
    switch_off(actor=SYSTEM, username=people.below.account.username)
    assert len(check(roster.code, weeks=2).gaps) == 7


def test_a_new_pattern_keeps_what_stays_the_same(people, roster):
    handler, below = people.handler.account.pk, people.below.account.pk
    colleague = people.colleague.account.pk
    kept, gone = on(roster, TODAY + 5 * A_DAY), on(roster, TODAY + 6 * A_DAY, NIGHT_NAME)
    changing.put_in(actor=people.supervisor.actor, label=kept.label, username="unit_reviewer")
    wish = changing.ask_substitute(actor=people.below.actor, label=gone.label, username="colleague")
    plan(roster, people, turn(DAY_NAME, (8, 20), handler, colleague),
         turn(NIGHT_NAME, (20, 32), handler, below), on=TODAY)  # fmt: skip
    kept.refresh_from_db()
    assert (kept.replaced_at, kept.account) == (None, people.unit_reviewer.account)
    gone.refresh_from_db()
    wish.refresh_from_db()
    assert gone.replaced_at
    assert wish.state == ChangeState.LAPSED
    assert not check(roster.code).gaps


def test_a_swap_is_asked_agreed_and_approved_by_three(people, roster):
    mine, theirs = on(roster, TODAY + 2 * A_DAY), on(roster, TODAY + 3 * A_DAY)
    assert (mine.account, theirs.account) == (people.handler.account, people.colleague.account)
    before = check(roster.code)
    wish = changing.ask_swap(actor=people.handler.actor, label=mine.label, other_label=theirs.label)
    for name in ("handler", "supervisor"):
        with pytest.raises(NotAllowed):
            changing.agree(actor=getattr(people, name).actor, label=wish.label)
    with pytest.raises(NotFound):
        changing.agree(actor=people.other_handler.actor, label=wish.label)
    with pytest.raises(MovedOn):
        changing.approve(actor=people.supervisor.actor, label=wish.label)
    changing.agree(actor=people.colleague.actor, label=wish.label)
    for name in ("handler", "colleague"):
        with pytest.raises(NotAllowed):
            changing.approve(actor=getattr(people, name).actor, label=wish.label)
    changing.approve(actor=people.supervisor.actor, label=wish.label)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.account, theirs.account) == (people.colleague.account, people.handler.account)
    after = check(roster.code)
    assert (after.gaps, after.overlaps, after.clashes) == ([], [], [])
    assert before.sound
    said = Entry.objects.filter(subject=f"roster:{roster.code}").values_list("action", flat=True)
    assert list(said.order_by("id"))[-3:] == [
        "duty.change_asked", "duty.change_agreed", "duty.change_approved",
    ]  # fmt: skip


def test_nobody_is_given_two_shifts_at_once(people, roster):
    day, night = on(roster, TODAY + 2 * A_DAY), on(roster, TODAY + 2 * A_DAY, NIGHT_NAME)
    with pytest.raises(OnDutyThen):  # a shift of the same roster that touches is none at once
        changing.put_in(
            actor=people.supervisor.actor,
            label=on(make_second(people), TODAY + 2 * A_DAY, {"en": "x"}).label,
            username="handler",
        )
    changing.put_in(actor=people.supervisor.actor, label=night.label, username="handler")
    night.refresh_from_db()
    assert night.account == day.account


def make_second(people):
    roster = make_roster(
        actor=people.supervisor.actor, unit_code="housing", name={"en": "y"}, zone="Asia/Shanghai"
    )
    plan(roster, people, turn({"en": "x"}, (7, 9), people.unit_reviewer.account.pk))
    return roster


def test_what_has_begun_is_not_swapped_and_what_changed_is_not_approved(people, roster):
    running = Shift.objects.get(label=reads.on_duty()[0].label)
    with pytest.raises(Begun):
        changing.ask_substitute(actor=people.handler.actor, label=running.label, username="below")
    later = on(roster, TODAY + 2 * A_DAY)
    wish = changing.ask_substitute(
        actor=people.handler.actor, label=later.label, username="unit_reviewer"
    )
    with pytest.raises(MovedOn):
        changing.ask_substitute(actor=people.handler.actor, label=later.label, username="below")
    changing.agree(actor=people.unit_reviewer.actor, label=wish.label)
    Shift.objects.filter(pk=later.pk).update(account=people.below.account)
    with pytest.raises(PlanChanged):
        changing.approve(actor=people.supervisor.actor, label=wish.label)
    with time.at(NOW + 3 * A_DAY), pytest.raises(Begun):
        changing.approve(actor=people.supervisor.actor, label=wish.label)


def test_an_absence_shows_as_a_gap_until_somebody_is_put_in(people, roster):
    shifts = changing.report_absence(
        actor=people.handler.actor, username="handler", first=TODAY, last=TODAY + A_DAY
    )
    assert shifts == 2  # the day that runs, and the next night
    assert reads.on_duty()[0].who == {}
    assert len(check(roster.code).gaps) == 2
    for name in ("colleague", "other_handler"):
        with pytest.raises(NotAllowed):
            changing.report_absence(
                actor=getattr(people, name).actor, username="below", first=TODAY, last=TODAY
            )
    for shift in Shift.objects.filter(account=None, replaced_at=None):
        changing.put_in(actor=people.supervisor.actor, label=shift.label, username="unit_reviewer")
    assert check(roster.code).sound
    assert reads.on_duty()[0].who == people.unit_reviewer.account.name
    assert not Change.objects.exclude(state=ChangeState.APPROVED).exists()


def test_only_supervisors_above_keep_a_roster(people, roster):
    for name in ("handler", "administrator", "leader", "auditor", "clerk"):
        with pytest.raises(NotAllowed):
            make_roster(actor=getattr(people, name).actor, unit_code="water", name={"en": "x"},
                        zone="Asia/Shanghai")  # fmt: skip
        with pytest.raises(NotAllowed):
            end_roster(actor=getattr(people, name).actor, code=roster.code)
    end_roster(actor=people.supervisor.actor, code=roster.code)
    assert reads.on_duty() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"each": 0}, "turn_1"), ({"days": frozenset()}, "turn_1"), ({"people": ()}, "turn_1"),
     ({"people": (0,)}, "people"), ({"ends": 8 * 60}, "turn_1"), ({"name": {"en": " "}}, "turn_1"),
     ({"days": frozenset({"someday"})}, "turn_1"), ({"ends": 33 * 60}, "turn_1")],
)  # fmt: skip
def test_a_pattern_that_cannot_be_is_refused(people, roster, changes, field):
    whole = {"name": DAY_NAME, "begins": 480, "ends": 1200, "days": frozenset(WEEKDAYS),
             "people": (people.handler.account.pk,)}  # fmt: skip
    wrong = type(turn(DAY_NAME, (1, 2), 1))(**whole | changes)
    with pytest.raises(Invalid) as refused:
        plan(roster, people, wrong)
    assert refused.value.field == field


def test_a_pattern_does_not_begin_in_the_past_nor_by_a_calendar_that_is_not_there(people, roster):
    right = turn(DAY_NAME, (0, 24), people.handler.account.pk)
    with pytest.raises(Invalid):
        plan(roster, people, right, on=TODAY - A_DAY)
    with pytest.raises(Invalid) as refused:
        plan(roster, people, right, cover=Cover.OFFICE)
    assert refused.value.field == "cover"
    with pytest.raises(Invalid):
        adopt_pattern(actor=people.supervisor.actor, code=roster.code, starts_on=TODAY,
                      cover="always", turns=[])  # fmt: skip


class TestLog:
    def test_a_hand_over_is_taken_over_once_and_by_somebody_else(self, people, roster):
        line = write_log(
            actor=people.handler.actor, code=roster.code, words="100234 号仍在抢修", hand_over=True
        )
        assert reads.open_handovers(people.handler.account.pk) == []
        with pytest.raises(NotAllowed):
            take_over(actor=people.handler.actor, label=line.label)
        with time.at(NOW + timedelta(hours=11)):
            (waiting,) = reads.open_handovers(people.below.account.pk)
            assert waiting[0] == roster.code
            take_over(actor=people.below.actor, label=line.label)
            assert reads.open_handovers(people.below.account.pk) == []
        with pytest.raises(MovedOn):
            take_over(actor=people.colleague.actor, label=line.label)
        (_roster, (shown,), _may) = reads.log(people.auditor.actor, roster.code)
        assert shown.taken_by == people.below.account.name

    @pytest.mark.parametrize("words", ["打 13800138000", "13800138000@qq.com", " ", "x" * 2001])
    def test_how_to_reach_a_resident_does_not_belong_there(self, people, roster, words):
        with pytest.raises(Invalid):
            write_log(actor=people.handler.actor, code=roster.code, words=words, hand_over=False)

    def test_only_who_serves_or_keeps_or_audits_reads_it(self, people, roster):
        for name in ("other_handler", "clerk", "leader", "administrator"):
            with pytest.raises(NotAllowed):
                reads.log(getattr(people, name).actor, roster.code)
        with pytest.raises(NotAllowed):
            write_log(actor=people.auditor.actor, code=roster.code, words="x", hand_over=False)

    def test_words_go_after_their_time_and_nothing_else_ever(self, people, roster):
        line = write_log(
            actor=people.handler.actor, code=roster.code, words="平安无事", hand_over=False
        )
        with time.at(NOW + timedelta(days=360)):
            assert empty_old_lines(actor=SYSTEM) == 0
        with time.at(NOW + timedelta(days=370)):
            assert empty_old_lines(actor=SYSTEM) == 1
            assert empty_old_lines(actor=SYSTEM) == 0
        line.refresh_from_db()
        assert (line.words, line.author) == ("", people.handler.account)
        rows = LogLine.objects.filter(pk=line.pk)
        for change in ({"words": "x"}, {"at": NOW}):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            Shift.objects.filter(roster=roster).update(ends_at=datetime(2030, 1, 1, tzinfo=UTC))


def test_every_state_of_a_request_is_reached_and_none_is_left_but_open_ones():
    reached = {ChangeState.ASKED} | {each.target for each in STEPS}
    assert reached == set(ChangeState)
    assert {state for each in STEPS for state in each.sources} == {
        ChangeState.ASKED, ChangeState.AGREED,
    }  # fmt: skip
