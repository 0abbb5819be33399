"""Which open matters are likely to be the same as a new report."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from huiying.finding.likeness import (
    AS_FAR_AS,
    Matter,
    OpenMatters,
    Point,
    bigrams,
    in_their_order,
)

BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
SQUARE = Point(30.0, 120.0)


def matter(label: str, text: str = "路灯不亮", **changes: Any) -> Matter:
    plain: dict[str, Any] = {
        "category": "lamps",
        "place": "文庙街12号",
        "point": SQUARE,
        "since": BEGAN,
        "until": None,
    }
    return Matter(label=label, text=text, **(plain | changes))


def known(*matters: Matter) -> OpenMatters:
    held = OpenMatters()
    for each in matters:
        held.add(each)
    return held


def labels(held: OpenMatters, new: Matter, most: int = 5) -> list[str]:
    return [each.label for each in held.like(new, most)]


NEW = matter("new", "文庙街的路灯坏了,晚上不亮", since=BEGAN + timedelta(days=2))


def test_the_one_next_door_comes_before_the_one_across_town_and_the_other_matter():
    held = known(
        matter("across", point=Point(30.0, 120.006), place="东门外大街3号"),
        matter("other", "垃圾没有人收", category="waste"),
        matter("door", point=Point(30.0002, 120.0)),
    )
    assert labels(held, NEW) == ["door", "other", "across"]
    (first, *_) = held.like(NEW)
    assert first.same_category
    assert first.metres
    assert 20 < first.metres < 24
    assert first.days == 2


def test_without_a_map_the_name_of_the_place_speaks():
    held = known(
        matter("there", point=None, place="文庙街 12 号"),
        matter("elsewhere", point=None, place="东门外大街3号"),
    )
    assert labels(held, NEW) == ["there", "elsewhere"]


def test_words_are_found_however_they_are_written():
    held = known(matter("same", "文廟街的路燈坏了,晚上不亮", category="", place="", point=None))
    (found,) = held.like(matter("new", NEW.text, place="", point=None, since=NEW.since))
    assert found.words > 0.9
    assert not found.same_category


def test_what_is_closed_or_came_no_earlier_is_not_shown():
    held = known(
        matter("closed", until=BEGAN + timedelta(days=1)),
        matter("at the moment", until=NEW.since),
        matter("together", since=NEW.since),
        matter("open", until=NEW.since + timedelta(seconds=1)),
    )
    assert labels(held, NEW) == ["open"]
    assert labels(held, matter("later", since=NEW.since + timedelta(seconds=1))) == ["together"]


def test_of_equals_the_newest_comes_first():
    held = known(*(matter(str(day), since=BEGAN + timedelta(hours=day)) for day in range(9)))
    assert labels(held, NEW) == ["8", "7", "6", "5", "4"]


def test_each_asks_among_those_that_came_before_it():
    moments = [BEGAN, BEGAN, BEGAN + timedelta(1), BEGAN + timedelta(2)]
    came = [matter(str(place), since=since) for place, since in enumerate(moments)]
    found = {each.label: labels(held, each) for each, held in in_their_order(reversed(came))}
    assert found == {"0": [], "1": [], "2": ["0", "1"], "3": ["2", "0", "1"]}


points = st.builds(Point, st.floats(29.99, 30.01), st.floats(119.99, 120.01))


@given(st.lists(points, max_size=30), points)
def test_everything_near_is_looked_at(places: list[Point], here: Point):
    held = known(
        *(
            matter(str(number), f"{number}", place=f"{number}", point=point)
            for number, point in enumerate(places)
        )
    )
    near = {str(at) for at, point in enumerate(places) if here.metres_to(point) <= AS_FAR_AS}
    new = matter("new", "x", place="y", point=here, since=NEW.since)
    assert near <= set(labels(held, new, most=30))


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_asked_with(one: str, other: str):
    held = known(matter("a", one, place=other, point=None))
    for found in held.like(matter("new", other, place=one, point=None, since=NEW.since)):
        assert 0 <= found.words <= 1
        assert 0 <= found.place <= 1
    assert bigrams(one) == bigrams(f" {one} ")


@given(points, points)
def test_as_far_there_as_back(one: Point, other: Point):
    assert abs(one.metres_to(other) - other.metres_to(one)) < 1
