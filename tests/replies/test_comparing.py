"""Two versions beside each other: what changed, exactly, and on the page."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.replies.actions import mending, reviewing, writing
from huiying.replies.comparing import GONE, NEW, SAME, Piece, changes

# Of the processor, whatever else the machine does; each takes a fraction of one.
MOST_SECONDS = 10
TEXTS = st.text(alphabet="的了我们工地。，\n ab1é .", max_size=60)


def test_chinese_is_compared_by_characters_and_latin_script_by_words():
    assert changes("我们隔晚巡查。", "我们每晚巡查。") == (
        Piece(SAME, "我们"),
        Piece(GONE, "隔"),
        Piece(NEW, "每"),
        Piece(SAME, "晚巡查。"),
    )
    assert changes("We pass tonight.", "We passed tonight.") == (
        Piece(SAME, "We "),
        Piece(GONE, "pass"),
        Piece(NEW, "passed"),
        Piece(SAME, " tonight."),
    )


def test_what_is_the_same_is_one_piece_and_nothing_is_none():
    assert changes("一样。一样。", "一样。一样。") == (Piece(SAME, "一样。一样。"),)
    assert changes("", "") == ()
    assert changes("", "新") == (Piece(NEW, "新"),)


@settings(max_examples=200)
@given(TEXTS, TEXTS)
def test_the_pieces_make_up_both_texts(before, after):
    pieces = changes(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != NEW) == before
    assert "".join(piece.text for piece in pieces if piece.kind != GONE) == after
    assert all(piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("的" * 10_000, "了" * 5_000 + "的" * 5_000),
        ("。" * 10_000, "。" * 9_999),
        ("的了" * 5_000, "了的" * 5_000),
    ],
)
def test_the_longest_texts_are_compared_in_bounded_time(before, after):
    began = time.process_time()
    pieces = changes(before, after)
    assert time.process_time() - began < MOST_SECONDS
    assert "".join(piece.text for piece in pieces if piece.kind != NEW) == before
    assert "".join(piece.text for piece in pieces if piece.kind != GONE) == after


@pytest.mark.django_db
def test_the_reviewer_sees_what_changed_since_any_version(people, in_hand, words):
    case = in_hand()
    actor = people.handler.actor
    reply = writing.draft(actor=actor, number=case.number, words=words)
    page = f"/en/desk/answers/{reply.label}/"
    assert 'id="changes"' not in people.reviewer.client.get(page).text
    second = replace(words, text="经查，该工地<b>已办夜间施工许可。", outcome="partly")
    writing.save(actor=actor, label=reply.label, seen=1, words=second)
    third = replace(second, title="夜间施工的噪声")
    writing.save(actor=actor, label=reply.label, seen=2, words=third)
    writing.submit(actor=actor, label=reply.label, seen=3)
    text = people.reviewer.client.get(page).text
    assert "<ins>的</ins>" in text
    assert "Version 2" in text
    assert '<h3 class="hy-beside__name">The answer' not in text
    since_first = people.reviewer.client.get(f"{page}?against=1").text
    assert "<del>未</del>" in since_first
    assert "&lt;b&gt;" in since_first
    assert "<del>Solved</del>" in since_first
    for odd in ("7", "3", "x", "%00", "said"):
        assert people.reviewer.client.get(f"{page}?against={odd}").status_code == 200


@pytest.mark.django_db
def test_a_correction_stands_beside_what_it_corrects(people, in_hand, words):
    reply = writing.put_forward(actor=people.handler.actor, number=in_hand().number, words=words)
    reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)
    correction = mending.correct_and_submit(
        actor=people.handler.actor,
        label=reply.label,
        words=replace(words, text=words.text.replace("二十二", "二十")),
        reason="The hour was wrong.",
    )
    text = people.reviewer.client.get(f"/en/desk/answers/{correction.label}/").text
    assert "As it was said" in text
    assert "<del>二</del>" in text
