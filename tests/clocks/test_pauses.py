"""What a pause does to a clock, against a count of minutes that shares no code with it."""

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from huiying.clocks.pauses import Stood, after_pauses, before
from huiying.clocks.working_time import add_working, working_between
from tests.clocks import wall
from tests.clocks.test_working_time import at, office, offices

MINUTES = st.integers(0, 3000)


def _later(start: datetime, minutes: int) -> datetime:
    return start.astimezone(UTC) + timedelta(minutes=minutes)


@settings(max_examples=60)
@given(offices(), st.integers(1, 600), MINUTES, MINUTES)
def test_a_pause_of_so_much_working_time_moves_the_due_time_by_it(
    given_office, promised, after, lasts
):
    counted, timetable, start = given_office
    due = add_working(start, timedelta(minutes=promised), timetable).at
    begins = _later(start, after)
    ends = _later(begins, lasts)
    moved = after_pauses(due, [(begins, ends)], timetable)
    if due >= begins and wall.worked(counted, begins, due):
        assert moved == wall.due(counted, due, wall.worked(counted, begins, ends))
        assert moved > ends
    assert moved >= due
    assert (moved < ends) == (due < begins)  # late by the pause is who was late before, nobody else
    assert after_pauses(due, [(begins, ends)], None) == due + (ends - begins)


@settings(max_examples=60)
@given(offices(), st.integers(1, 600), MINUTES, MINUTES, MINUTES)
def test_pauses_one_after_the_other_add_up_as_one(given_office, promised, after, lasts, longer):
    _counted, timetable, start = given_office
    due = add_working(start, timedelta(minutes=promised), timetable).at
    begins = _later(start, after)
    assume(due >= begins and working_between(begins, due, timetable))
    middle, ends = _later(begins, lasts), _later(begins, lasts + longer)
    once = after_pauses(due, [(begins, ends)], timetable)
    assert after_pauses(due, [(begins, middle), (middle, ends)], timetable) == once
    assert Stood(stretches=((begins, ends),)).moved(due, timetable) == once


@settings(max_examples=60)
@given(offices(), MINUTES, MINUTES, MINUTES)
def test_what_a_pause_has_won_so_far_can_be_taken_off(given_office, lasts, ahead, more):
    """`before`: the pause so far brings it to where it stands, or to the same working time."""
    _counted, timetable, begins = given_office
    begins, moment = _later(begins, 0), _later(begins, lasts)
    due = _later(moment, ahead)
    found = before(due, begins, moment, timetable)
    assert found >= begins
    again = after_pauses(found, [(begins, moment)], timetable)
    assert again >= moment
    if working_between(moment, due, timetable):
        assert again <= due
        assert not working_between(again, due, timetable)
    assert before(_later(begins, -1 - more), begins, moment, timetable) < begins


def test_nights_and_weekends_win_nothing_and_lose_nothing():
    friday, monday = at("11-27T18:00"), at("11-30T08:00")
    due = at("11-30T17:30")
    assert after_pauses(due, [(friday, monday)], office()) == due
    assert after_pauses(due, [(friday, at("11-30T09:30"))], office()) == at("12-01T09:30")
    # The law's day ends at midnight: what was left of the evening is left afterwards.
    midnight = at("11-27T23:59")
    assert after_pauses(midnight, [(friday, at("11-29T12:00"))], office()) == at("11-29T17:59")


def test_who_was_late_when_it_began_is_late_when_it_ends():
    due, begins, ends = at("11-27T17:30"), at("11-28T10:00"), at("11-30T10:00")
    assert after_pauses(due, [(begins, ends)], office()) == ends - timedelta(microseconds=1)
    assert after_pauses(due, [(begins, at("11-29T10:00"))], office()) == due
