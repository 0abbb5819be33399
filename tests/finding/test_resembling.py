"""Which reports are shown as likely the same: what is passed over early would not have been shown."""

import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.finding.folding import fold
from huiying.finding.grams import few, grams_of, many
from huiying.finding.likeness import Matter, Point, bigrams, compared
from huiying.finding.rarity import Rarity
from huiying.finding.resembling import likeliest
from huiying.finding.whereabouts import road

BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
PHRASES = (
    "路灯坏了",
    "晚上看不清",
    "文庙街",
    "小学门口",
    "下水道堵了",
    "噪音太大",
    "请尽快处理",
    "lamp",
    "𠮷家的狗",
)
TEXTS = st.lists(st.sampled_from(PHRASES), max_size=6).map(lambda said: fold("，".join(said)))
PLACES = st.sampled_from(["", "文庙街12号", "文庙街小学", "东门外大街3号", "灯"])
POINTS = st.one_of(
    st.none(), st.builds(Point, st.just(30.0), st.sampled_from([120.0, 120.0005, 120.01]))
)


@st.composite
def matters(draw: st.DrawFn, label: str) -> Matter:
    return Matter(
        label=label,
        text=draw(TEXTS),
        category=draw(st.sampled_from(["", "lamps", "drains"])),
        place=draw(PLACES),
        point=draw(POINTS),
        since=BEGAN + timedelta(hours=draw(st.integers(0, 60))),
    )


def rarity_among(texts: list[str]) -> Rarity:
    counts = Counter(gram for text in texts for gram in grams_of(text))
    numbers = Counter({number(gram): 1 for gram in counts for number in (few, many)})
    return Rarity(counts, numbers, len(texts), len(texts))


def shown_by_comparing_all(new: Matter, known: list[Matter], rarity: Rarity) -> list[str]:
    """Every place known, every text weighed, and the rule of docs/same-report.md word by word."""
    told = {each.label: each for each in known}
    labels = []
    for found in compared(new, known, rarity.weigh):
        theirs = told[found.label]
        words = found.covered if len(bigrams(new.text)) >= 4 else 0.0
        ours, other = road(new.place or new.text), road(theirs.place or theirs.text)
        beside = found.metres is not None and found.metres <= 100
        placed = beside or found.place >= 0.6 or (bool(ours) and ours == other)
        some = words >= 0.15 or found.same_category
        said = found.covered >= 0.15 or found.same_category
        if said and (words >= 0.35 or (placed and some)):
            labels.append(found.label)
    return labels


@settings(max_examples=150)
@given(matters("new"), st.lists(st.builds(lambda: None), max_size=9).flatmap(
    lambda each: st.tuples(*(matters(str(number)) for number in range(len(each))))
))  # fmt: skip
def test_what_is_not_opened_would_not_have_been_shown(new: Matter, known: tuple[Matter, ...]):
    new = replace(new, since=BEGAN + timedelta(hours=61))
    rarity = rarity_among([each.text for each in known])
    told = {each.label: each for each in known}
    opened = []

    def places(labels):
        for label in labels:
            opened.append(label)
            yield told[label].place, told[label].point

    bare = [Matter(e.label, e.text, e.category, "", None, e.since) for e in known]
    expected = shown_by_comparing_all(new, list(known), rarity)
    assert [label for label, _why in likeliest(new, bare, rarity, places)] == expected
    # Whoever wants the first alone opens no more than can be likelier.
    opened.clear()
    for label, _why in likeliest(new, bare, rarity, places):
        assert label == expected[0]
        break
    assert len(opened) == len(set(opened)) <= len(known)


def test_far_less_likely_ones_stay_shut():
    new = Matter(
        "new", "文庙街的路灯坏了", "lamps", "文庙街12号", None, BEGAN + timedelta(days=400)
    )
    near = Matter("near", "文庙街的路灯坏了", "lamps", "", None, BEGAN + timedelta(days=399))
    old = [Matter(str(n), "别的事情", "lamps", "", None, BEGAN) for n in range(9)]
    opened = []

    def places(labels):
        for label in labels:
            opened.append(label)
            yield "文庙街12号", None

    rarity = rarity_among([near.text, *(each.text for each in old)])
    found = likeliest(new, [*old, near], rarity, places)
    assert next(found)[0] == "near"
    assert opened == ["near"]


def test_pairs_past_the_first_plane_are_numbered_as_before():
    assert grams_of("灯𠮷家") == {
        ord("灯") << 16 | ord("𠮷") & 0xFFFF,
        (ord("𠮷") & 0xFFFF) << 16 | ord("家"),
    }
    assert grams_of("灯") == grams_of("") == set()
    assert math.isclose(rarity_among(["灯亮"]).weigh_all(grams_of("灯亮")), math.log(2))
