"""Each invented letter tells a history that the life cycle allows, and reads like a letter."""

import re
from collections import Counter
from typing import Any

import pytest

from huiying.casework import states
from huiying.casework.states import Outcome, ReturnReason, State, Vote
from huiying.intake.states import Channel, Wish
from tests.sample import reading
from tests.sample.reading import DAY, NOON, Row, letters, minutes, steps

SAID = {"vote", "add_words", "correct", "put_forward"}  # acts that leave the case where it is
NEEDED: dict[str, set[str]] = {
    "triage": {"category"},
    "assign": {"lead"},
    "reassign": {"lead", "reason"},
    "accept": set(),
    "return_to_desk": {"reason_class", "reason"},
    "ask_resident": {"words"},
    "resume": set(),
    "add_words": {"words"},
    "answer": {"drafted_by", "drafted_at", "form", "title", "question", "answer", "outcome"},
    "put_forward": {"form", "title", "question", "answer", "outcome"},
    "correct": {"drafted_by", "drafted_at", "answer", "reason"},
    "vote": {"vote"},
    "close": {"outcome", "proof"},
    "decline": {"body", "words"},
    "reopen": {"words"},
    "withdraw": {"pressed"},
}
OPTIONAL = {"assign": {"support"}, "reassign": {"support"}, "resume": {"words"}}
OPTIONAL |= {"vote": {"words"}, "withdraw": {"words"}}
# What a neighbour would not say.
OFFICIALESE = (
    "高度重视",
    "收悉",
    "感谢您对",
    "工作的支持",
    "妥善处理",
    "现回复如下",
    "贵局",
    "加强监管力度",
)

every_letter = pytest.mark.parametrize("letter", letters(), ids=lambda letter: letter["id"])


def roles() -> dict[str, set[tuple[str, str]]]:
    """Username to (role, unit)."""
    return {
        account["username"]: {(each["role"], each["unit"]) for each in account["memberships"]}
        for account in reading.accounts()
    }


def above(code: str) -> set[str]:
    """`code` and every unit above it."""
    parents = {row["code"]: row["parent"] for row in reading.units()}
    chain: set[str] = set()
    while code:
        chain.add(code)
        code = parents[code]
    return chain


def holds(username: str, role: str, unit: str = "desk") -> bool:
    return any(role == has and at in above(unit) for has, at in roles()[username])


@every_letter
def test_the_letter_itself(letter: Row) -> None:
    leaves = {row["code"] for row in reading.leaves(reading.categories())}
    assert letter["channel"] in Channel.values
    assert letter["wish"] in Wish.values
    assert letter["category"] in leaves
    assert letter["language"] in {"zh-hans", "en"}
    longest = 400 if letter["language"] == "zh-hans" else 1_200
    assert 40 <= len(letter["body"]) <= longest
    assert len(letter["title"]) <= (40 if letter["language"] == "zh-hans" else 100)
    assert minutes(letter["received"]) < NOON


@every_letter
def test_its_steps_follow_the_life_cycle(letter: Row) -> None:
    state = State.RECEIVED
    for step in steps(letter):
        if step["do"] in SAID:
            continue
        rows = [row for row in states.steps_of(step["do"]) if state in row.sources]
        assert rows, f"{step['do']} from {state}"
        state = rows[0].target
    assert state == letter["state"]


@every_letter
def test_its_times_run_forward_and_end_before_loading(letter: Row) -> None:
    last, fresh = minutes(letter["received"]), letter["received"].endswith("m")
    for step in steps(letter):
        now = minutes(step["at"])
        if "drafted_at" in step:
            assert last <= minutes(step["drafted_at"]) <= now
        assert last <= now
        assert fresh == step["at"].endswith("m")
        assert fresh or now < 0  # whenever in the day it is loaded
        last = now


@every_letter
def test_each_step_has_its_keys(letter: Row) -> None:
    for step in steps(letter):
        has = set(step) - {"do", "at", "by"}
        needed = NEEDED[step["do"]]
        assert needed <= has <= needed | OPTIONAL.get(step["do"], set()), step
        assert all(text.strip() for text in reading.strings(step))
        if step["do"] == "answer":
            assert step["form"] in Wish.values
            assert step["outcome"] in Outcome.values
            assert step["outcome"] != Outcome.WITHDRAWN
        assert step.get("vote", Vote.SOLVED) in Vote.values
        assert step.get("reason_class", ReturnReason.UNCLEAR) in ReturnReason.values


@every_letter
def test_those_who_act_may(letter: Row) -> None:
    lead = ""
    for step in steps(letter):
        by = step["by"]
        if step["do"] in {"vote", "add_words", "reopen", "withdraw"}:
            assert by == "resident"
        elif step["do"] == "resume" and by == "resident":
            assert step["words"]
        else:
            _check_role(step, lead)
        if step["do"] in {"assign", "reassign"}:
            lead = step["lead"]
            assert lead not in step.get("support", [])


def _check_role(step: Row, lead: str) -> None:
    by, do = step["by"], step["do"]
    if do == "correct" or do == "answer":
        assert holds(by, "reviewer", lead)
        assert holds(step["drafted_by"], "handler", lead)
        assert by != step["drafted_by"]
    elif do in {"accept", "return_to_desk", "ask_resident", "resume", "put_forward"}:
        assert holds(by, "handler", lead), step
    else:
        allowed = states.steps_of(do)[0].roles
        assert any(holds(by, role) for role in allowed if role != "handler"), step


@every_letter
def test_the_marks_say_what_happened(letter: Row) -> None:
    done = [step["do"] for step in steps(letter)]
    target = {row["code"]: row["target_days"] for row in reading.leaves(reading.categories())}
    due = minutes(letter["received"]) + target[letter["category"]] * DAY
    answered = next((minutes(step["at"]) for step in steps(letter) if step["do"] == "answer"), None)
    over = letter["state"] == "closed"
    late = answered > due if answered is not None else (not over and due < 0)
    assert letter.get("reopened", False) == ("reopen" in done)
    assert letter.get("withdrawn", False) == ("withdraw" in done)
    assert letter.get("late", False) == late


@every_letter
def test_answers_keep_to_the_wish_and_can_be_read(letter: Row) -> None:
    for step in (step for step in steps(letter) if step["do"] == "answer"):
        assert step["form"] == letter["wish"], "a private letter gets a private answer"
        assert step["question"] not in letter["body"]
        assert len(step["title"]) <= 100
        for phrase in OFFICIALESE:
            assert phrase not in step["answer"]
        assert 40 <= len(step["answer"]) <= 1_200


@every_letter
def test_a_complaint_about_conduct_stays_away_from_those_it_names(letter: Row) -> None:
    if letter["category"] != "conduct":
        assert "conduct" not in letter
        return
    assert letter["wish"] == "private"
    named = set(letter["conduct"]["units"])
    for step in steps(letter):
        involved = {step.get("lead", "desk"), *step.get("support", [])}
        staff = {step["by"], step.get("drafted_by", "resident")} - {"resident"}
        involved |= {unit for who in staff for _role, unit in roles()[who]}
        assert not any(named & above(unit) for unit in involved), step


@every_letter
def test_texts_hold_no_braces_but_placeholders(letter: Row) -> None:
    for text in reading.strings(letter):
        rest = reading.PLACEHOLDER.sub("", text)
        assert "{" not in rest
        assert "}" not in rest
        assert rest == rest.strip()
        if letter["language"] == "zh-hans":
            assert not re.search(r"[\u4e00-\u9fff][,;:?!]", rest), rest


def test_the_whole_is_varied() -> None:
    rows = letters()
    assert 95 <= len(rows) <= 140
    identities = [row["id"] for row in rows]
    assert len(identities) == len(set(identities))
    titles = [row["title"] for row in rows]
    assert len(titles) == len(set(titles))
    # A case is joined by hand, to one that it resembles.
    assert {row["state"] for row in rows} == set(State) - {State.JOINED, State.SPLIT}
    assert {row["channel"] for row in rows} >= {"web", "phone", "counter", "letter", "email"}
    assert len({row["category"] for row in rows}) >= 80
    assert sum(row["language"] == "en" for row in rows) == 10
    assert sum(bool(steps(row)) for row in rows) >= 60
    assert _count("late") >= 10
    assert _count("reopened") >= 3
    assert _count("withdrawn") >= 3
    assert _count("conduct") == 3


def _count(mark: str) -> int:
    return sum(bool(row.get(mark)) for row in letters())


def test_closed_is_not_counted_as_solved() -> None:
    """Answers that satisfied nobody, and silence, are there too."""
    said: Counter[Any] = Counter(
        step["vote"] for row in letters() for step in steps(row) if step["do"] == "vote"
    )
    outcomes: Counter[Any] = Counter(
        step["outcome"] for row in letters() for step in steps(row) if step["do"] == "answer"
    )
    assert set(said) == set(Vote.values)
    assert set(outcomes) == set(Outcome.values) - {Outcome.WITHDRAWN}
    answered = [row for row in letters() if any(step["do"] == "answer" for step in steps(row))]
    assert sum(said.values()) < sum(outcomes.values())
    assert len(answered) >= 60
