"""Urgency follows from harm facts and days of the law, and from nothing else."""

import inspect
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiying.harm import facts as list_of_facts
from huiying.harm import urgency
from huiying.harm.facts import BY_CODE, FACTS, LEGAL_DATE, Level, offered
from huiying.harm.urgency import NO_NEED, need_of, sooner

CODES = st.frozensets(st.sampled_from(sorted(BY_CODE)))
DAY = st.none() | st.dates()


@given(CODES, CODES, DAY)
def test_more_facts_are_never_less_urgent(some, others, day):
    assert need_of(some | others, day).level >= need_of(some, day).level


@given(CODES, DAY)
def test_the_most_harmful_fact_decides_and_a_day_counts_only_with_its_fact(some, day):
    need = need_of(some, day)
    assert need.level == max((BY_CODE[code].level for code in some), default=Level.USUAL)
    assert need.by == (day if LEGAL_DATE in some else None)
    assert need == need_of(sorted(some, reverse=True), day)


@given(DAY, DAY)
def test_the_sooner_of_two_days(first, second):
    assert sooner(first, second) in (first, second)
    assert sooner(first, second) == sooner(second, first)


def test_nothing_but_facts_and_days_can_enter():
    assert list(inspect.signature(need_of).parameters) == ["facts", "legal_date"]
    for module in (list_of_facts, urgency):
        ours = [
            line
            for line in Path(str(module.__file__)).read_text("utf-8").splitlines()
            if "huiying" in line and line.startswith(("from", "import"))
        ]
        assert all("huiying.harm" in line for line in ours), ours
    assert need_of(()) == NO_NEED


def test_the_list_only_grows_and_no_code_changes_its_level():
    """Letters and cases hold these codes: withdraw one by its day, and give a new meaning a new code."""
    before = {
        "danger": 3, "hazard": 2, "weather": 2, "need": 2, "people_100": 2, "vulnerable": 1,
        "utilities": 1, "people_10": 1, "legal_date": 1,
    }  # fmt: skip
    assert {fact.code: fact.level for fact in FACTS}.items() >= before.items()
    assert {"danger", "legal_date"} <= {fact.code for fact in offered()}
    assert all(len(code) <= 20 for code in BY_CODE)


def test_what_is_not_on_the_list_is_no_fact():
    with pytest.raises(KeyError):
        need_of({"virality"}, date(2026, 12, 1))
    assert len({fact.code for fact in FACTS}) == len(FACTS)
    assert all(fact.level > Level.USUAL for fact in FACTS)
