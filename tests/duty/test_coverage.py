"""What the roster's arithmetic finds, against an oracle that walks minute by minute and watches the wall."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.agencies.duty.coverage import doubled, merged, missing, within
from huiying.agencies.duty.patterns import (
    DAYS,
    HOLIDAY,
    MAKEUP,
    WHOLE_DAY,
    Count,
    Turn,
    Version,
    planned,
)
from huiying.agencies.duty.walls import instant
from huiying.clocks.definitions import WEEKDAYS

FIRST = datetime(1, 1, 1)  # noqa: DTZ001 - what a wall shows has no zone
MINUTE, A_DAY = timedelta(minutes=1), timedelta(days=1)
EVERY_DAY = frozenset(DAYS)
# Zones with their changes: an hour, half an hour, at midnight, and none.
PLACES = [
    ("Europe/Amsterdam", date(2026, 3, 28)),
    ("Europe/Amsterdam", date(2026, 10, 24)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("America/Havana", date(2026, 3, 7)),
    ("America/Havana", date(2026, 10, 31)),
    ("America/Asuncion", date(2023, 9, 30)),
    ("Asia/Shanghai", date(2026, 10, 8)),
]


def by_weekday(special: dict[date, str]) -> Callable[[date], str]:
    return lambda day: special.get(day, WEEKDAYS[day.weekday()])


def turn(begins: int, ends: int, *people: int, days: frozenset[str] = EVERY_DAY, **rest) -> Turn:
    return Turn({"en": "x"}, begins, ends, days, people or (1,), **rest)


@st.composite
def turns(draw) -> Turn:
    begins = draw(st.integers(0, WHOLE_DAY - 1))
    length = draw(st.integers(1, WHOLE_DAY))
    days = draw(st.frozensets(st.sampled_from(DAYS), min_size=1))
    people = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    each, count = draw(st.integers(1, 3)), draw(st.sampled_from(Count))
    return turn(begins, begins + length, *people, days=days, each=each, count=count)


def oracle(
    turns: list[Turn], zone: str, kind: Callable[[date], str], first: date, last: date
) -> tuple[Counter[datetime], list[datetime]]:
    """How many shifts hold each minute, walking through every minute of a few days.

    A shift runs from when the wall has reached its beginning until it has reached its end; what
    the wall has reached never falls back, even where the clock is put back.
    """
    where = ZoneInfo(zone)
    moment = datetime.combine(first - A_DAY, datetime.min.time(), UTC)
    until = datetime.combine(last + 3 * A_DAY, datetime.min.time(), UTC)
    shifts = []
    day = first
    while day <= last:
        midnight = datetime.combine(day, datetime.min.time())
        for each in turns:
            if kind(day) in each.days:
                ends = midnight + each.ends * MINUTE
                shifts.append((midnight + each.begins * MINUTE, ends))
        day += A_DAY
    held: Counter[datetime] = Counter()
    walked = []
    reached = FIRST
    while moment < until:
        reached = max(reached, moment.astimezone(where).replace(tzinfo=None, fold=0))
        held[moment] = sum(begins <= reached < ends for begins, ends in shifts)
        walked.append(moment)
        moment += MINUTE
    return held, walked


@settings(max_examples=25)
@given(
    st.sampled_from(PLACES),
    st.lists(turns(), min_size=1, max_size=3),
    st.lists(st.sampled_from(["", HOLIDAY, MAKEUP]), min_size=3, max_size=3),
)
def test_gaps_and_overlaps_are_those_of_the_clock_on_the_wall(place, chosen, special):
    zone, first = place
    last = first + 2 * A_DAY
    kind = by_weekday({first + at * A_DAY: name for at, name in enumerate(special) if name})
    held, walked = oracle(chosen, zone, kind, first, last)
    version = Version(1, first, tuple(chosen))
    found = planned([version], zone=zone, kind=kind, window=(first, last))
    spans = [(each.starts_at, each.ends_at) for each in found]
    window = (walked[0], walked[-1] + MINUTE)
    gaps, twice = missing([window], spans), within(doubled(spans), window)
    assert {at for at in walked if not held[at]} == minutes(gaps)
    assert {at for at in walked if held[at] > 1} == minutes(twice)


def minutes(spans: list[tuple[datetime, datetime]]) -> set[datetime]:
    found = set()
    for starts, ends in spans:
        assert starts < ends
        moment = starts
        while moment < ends:
            found.add(moment)
            moment += MINUTE
    return found


@settings(max_examples=60)
@given(
    st.sampled_from([zone for zone, _day in PLACES]),
    st.lists(st.integers(0, WHOLE_DAY - 1), min_size=1, max_size=5, unique=True),
    st.dates(date(2020, 1, 1), date(2027, 1, 1)),
    st.dictionaries(st.integers(0, 40), st.sampled_from([HOLIDAY, MAKEUP]), max_size=8),
)
def test_a_pattern_that_fills_the_day_leaves_no_hole_and_no_overlap(zone, cuts, first, special):
    cuts.sort()
    ends = [*cuts[1:], cuts[0] + WHOLE_DAY]
    filled = tuple(turn(at, end, 1, 2, 3) for at, end in zip(cuts, ends, strict=True))
    kind = by_weekday({first + day * A_DAY: name for day, name in special.items()})
    last = first + 400 * A_DAY
    found = planned([Version(1, first, filled)], zone=zone, kind=kind, window=(first, last))
    spans = [(each.starts_at, each.ends_at) for each in found]
    whole = (instant(first, cuts[0], zone), instant(last + A_DAY, cuts[0], zone))
    assert merged(spans) == [whole]
    assert doubled(spans) == []
    assert missing([whole], spans) == []


@pytest.mark.parametrize(("zone", "day"), PLACES)
def test_the_wall_reaches_a_time_when_it_first_shows_it_or_jumps_over_it(zone, day):
    where = ZoneInfo(zone)
    moment = datetime.combine(day, datetime.min.time(), where).astimezone(UTC)
    expected: dict[datetime, datetime] = {}
    wall = datetime.combine(day, datetime.min.time())
    reached = FIRST
    for _minute in range(3 * WHOLE_DAY):
        reached = max(reached, moment.astimezone(where).replace(tzinfo=None, fold=0))
        while wall <= reached:
            expected[wall] = moment
            wall += MINUTE
        moment += MINUTE
    assert len(expected) > 2 * WHOLE_DAY
    for asked, first in expected.items():
        offset = (asked - datetime.combine(day, datetime.min.time())) // MINUTE
        assert instant(day, offset, zone) == first


def test_a_newer_version_begins_on_its_day_and_the_older_one_ends_the_day_before():
    older = Version(1, date(2026, 11, 1), (turn(0, WHOLE_DAY, 1),))
    newer = Version(2, date(2026, 11, 20), (turn(0, WHOLE_DAY, 2),))
    withdrawn = Version(3, date(2026, 11, 10), (turn(0, WHOLE_DAY, 3),))
    window = (date(2026, 10, 25), date(2026, 12, 1))
    place: dict[str, Any] = {"zone": "Asia/Shanghai", "kind": by_weekday({}), "window": window}
    found = planned([older, newer], **place)
    assert [each.person for each in found] == [1] * 19 + [2] * 12
    found = planned([older, newer, withdrawn], **place)
    assert [each.person for each in found] == [1] * 9 + [3] * 22


def test_a_rotation_counts_days_of_duty_or_weeks():
    weekends = frozenset({"saturday", "sunday"})
    first = date(2026, 11, 2)  # a Monday
    place: dict[str, Any] = {
        "zone": "Asia/Shanghai",
        "kind": by_weekday({}),
        "window": (first, first + 20 * A_DAY),
    }
    by_day = Version(1, first, (turn(480, 1200, 1, 2, 3, days=weekends),))
    assert [each.person for each in planned([by_day], **place)] == [1, 2, 3, 1, 2, 3]
    by_week = Version(1, first, (turn(480, 1200, 1, 2, days=weekends, count=Count.WEEKS),))
    assert [each.person for each in planned([by_week], **place)] == [1, 1, 2, 2, 1, 1]
    two_each = Version(1, first, (turn(480, 1200, 1, 2, days=weekends, each=2),))
    assert [each.person for each in planned([two_each], **place)] == [1, 1, 2, 2, 1, 1]


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8),
)
def test_spans_add_up_minute_by_minute(wanted, covered):
    zero = datetime(2026, 1, 1, tzinfo=UTC)

    def spans(pairs):
        return [
            (zero + min(pair) * MINUTE, zero + max(pair) * MINUTE)
            for pair in pairs
            if pair[0] != pair[1]
        ]

    need, have = spans(wanted), spans(covered)
    count = Counter(at for span in have for at in minutes([span]))
    assert minutes(missing(need, have)) == minutes(need) - set(count)
    assert minutes(doubled(have)) == {at for at, often in count.items() if often > 1}
    for found in (missing(need, have), doubled(have), merged(have)):
        assert found == merged(found)
