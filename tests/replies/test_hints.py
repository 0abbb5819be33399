"""Hints towards plain words: what they find, where, and that they stop nobody."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.replies.actions import writing
from huiying.replies.hints import MOST_SHOWN, advice, hints
from huiying.replies.plain_words import OFFICIALESE_EN, OFFICIALESE_ZH, SHORT_FORMS_ZH
from huiying.replies.words import Words

# Of the processor, whatever else the machine does; each takes a fraction of one.
MOST_SECONDS = 5
PHRASES = [*OFFICIALESE_ZH, *OFFICIALESE_EN, *SHORT_FORMS_ZH]
PHRASES += ["进行了调查", "的", "VOC", "（VOC）", "。", ". "]


def _kinds(text: str) -> list[tuple[str, str]]:
    return [(hint.kind, hint.found) for hint in hints(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我们昨晚到工地看了，没有许可，已经停工。", []),
        ("We went there last night. They had no permit.", []),
        ("已转相关部门。", [("officialese", "相关部门")]),
        ("我局进行了检查。", [("heavy_verb", "进行了检查")]),
        ("已予以处理。", [("heavy_verb", "予以处理")]),
        ("Pursuant to the rules we act.", [("officialese", "Pursuant to")]),
        ("We carried out an inspection.", [("heavy_verb", "carried out an inspection")]),
        ("我们检查了 VOC 排放。", [("abbreviation", "VOC")]),
        ("我们检查了挥发性有机物（VOC）的排放，VOC 没有超标。", []),
        ("请用手机 APP 报名。", []),
        ("工地没有做环评。", [("abbreviation", "环评")]),
        ("工地没有做环境影响评价（环评），环评要三周。", []),
        ("小区的物业的经理的承诺的期限", [("noun_chain", "小区的物业的经理的承诺的期限")]),
        ("recommencement is no officialese", []),
        ("The fee is 3.50 yuan for one item.", []),
        ("", []),
    ],
)
def test_what_is_found(text, expected):
    assert _kinds(text) == expected


def test_a_long_sentence_is_measured_in_its_own_script():
    chinese = hints("这里有一句话" * 11 + "。短句。")
    assert [(hint.kind, hint.size) for hint in chinese] == [("long_sentence", 66)]
    english = hints("word " * 29 + "end. Short one.")
    assert [(hint.kind, hint.size) for hint in english] == [("long_sentence", 30)]
    assert hints("word " * 20 + "end.\n" + "word " * 20) == []


@settings(max_examples=150)
@given(
    st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PHRASES), max_size=40).map("".join))
)
def test_every_place_is_where_it_says(text):
    found = hints(text)
    assert all(text[hint.start : hint.end] == hint.found and hint.found for hint in found)
    assert [hint.start for hint in found] == sorted(hint.start for hint in found)
    shown = advice(Words(title=text, question=text, text=text))
    assert len(shown.hints) <= MOST_SHOWN
    assert sum(hint.times for hint in shown.hints) + shown.more <= 3 * len(found)


@pytest.mark.parametrize(
    ("text", "is_hard"),
    [
        ("的" * 10_000, True),
        ("A" * 10_000, False),
        ("a." * 5_000, True),
        ("进行" * 5_000, True),
        (" " * 10_000, False),
    ],
)
def test_the_longest_text_is_read_at_once(text, is_hard):
    began = time.process_time()
    found = hints(text)
    assert time.process_time() - began < MOST_SECONDS
    assert bool(found) is is_hard


def test_every_substitute_is_plain_itself():
    for plain in OFFICIALESE_ZH.values():
        assert not [hint for hint in hints(plain) if hint.kind == "officialese"], plain


@pytest.mark.django_db
def test_hints_stand_beside_the_draft_and_the_review_and_stop_nobody(people, in_hand):
    case = in_hand()
    words = Words("噪声", "夜里施工。", "已转相关部门<b>进行调查。", "solved", "public")
    editor = f"/en/desk/cases/{case.number}/answer/"
    assert "hy-hints" not in people.handler.client.get(editor).text
    reply = writing.draft(actor=people.handler.actor, number=case.number, words=words)
    page = people.handler.client.get(editor).text
    assert "2 places could be plainer" in page
    assert "相关部门</q>" in page
    handed = people.handler.client.post(
        editor,
        {
            "title": words.title, "question": words.question, "text": words.text, "do": "submit",
            "outcome": "solved", "audience": "public", "label": reply.label, "seen": "1",
        },
    )  # fmt: skip
    assert handed.status_code == 302
    review = people.reviewer.client.get(f"/zh-hans/desk/answers/{reply.label}/").text
    assert "hy-hints" in review
    assert "写出部门的名字" in review
