"""On random histories: the brief says what a slow count says, and its parts add up to their wholes."""

from datetime import date, time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from huiying.casework.models import Named
from huiying.insight.actions import count_brief
from huiying.insight.cases import Wanted, cases_behind
from huiying.insight.figures import FIGURES, NOTHING, SPLITS, SUMS, narrowed
from huiying.insight.models import BriefLine
from huiying.insight.periods import period
from huiying.insight.policy import lines_of
from huiying.insight.reads import read_brief
from huiying.insight.wording import amount, label
from huiying.kernel.actors import SYSTEM
from tests.insight.histories import undone, written
from tests.insight.recounting import RULES, Recount, totals

DAY, SEVEN = date(2026, 3, 10), time(7)
PERIOD = period(DAY, SEVEN)

random_histories = given(seed=st.integers(0, 2**32), size=st.integers(1, 60))
few = settings(max_examples=12)


def test_every_figure_has_its_rule_here():
    assert set(RULES) == set(FIGURES)


@few
@random_histories
@example(seed=1, size=400)
def test_the_brief_says_what_a_slow_count_says(county, seed, size):
    with undone():
        cases = written(PERIOD, seed, size)
        kept = count_brief(actor=SYSTEM, day=DAY, until=SEVEN)
        expected = Recount(PERIOD).lines(cases)
        lines = BriefLine.objects.filter(brief_id=kept.id)
        found: dict[int, dict[str, Any]] = {line["case_id"]: {**line} for line in lines.values()}
        assert set(found) == set(expected)
        for key, line in expected.items():
            assert {name: found[key][name] for name in line} == line
        assert kept.line_count == len(expected)
        brief = read_brief(SYSTEM, day=DAY, until=SEVEN)
        assert brief.totals == totals(expected.values())
        parts_add_up(brief)


def parts_add_up(brief):
    for whole, parts in SUMS:
        assert brief.totals[whole] == sum(brief.totals[part] for part in parts)
    for figure, number in brief.totals.items():
        assert number == sum(unit[figure] for unit in brief.by_unit.values())
    for figure, dimensions in SPLITS.items():
        for dimension in dimensions:
            parts = brief.parts.get(figure, {}).get(dimension, {})
            assert brief.totals[figure] == sum(parts.values())
        if "category" in dimensions:
            assert brief.totals[figure] == sum(brief.by_category_group(figure).values())


@settings(few, max_examples=4)
@random_histories
def test_a_case_is_in_one_part_only_and_the_list_is_the_number(county, seed, size):
    with undone():
        written(PERIOD, seed, size)
        brief = count_brief(actor=SYSTEM, day=DAY, until=SEVEN)
        lines = BriefLine.objects.filter(brief_id=brief.id)
        for whole, parts in SUMS:
            of_parts = [
                pk
                for part in parts
                for pk in lines.filter(FIGURES[part].where).values_list("pk", flat=True)
            ]
            wanted = set(lines.filter(FIGURES[whole].where).values_list("pk", flat=True))
            assert set(of_parts) == wanted
            if not FIGURES[whole].of_submissions:
                assert len(of_parts) == len(wanted)
        listed_is_counted(read_brief(SYSTEM, day=DAY, until=SEVEN), lines)


def listed_is_counted(read, lines):
    for figure, number in read.totals.items():
        if not number:
            continue
        behind = cases_behind(SYSTEM, Wanted(DAY, SEVEN, None, figure, {}))
        assert behind.number == number
        assert len(behind.lines) == min(behind.cases, 30)
    parts_are_counted(read, lines)


def parts_are_counted(read, lines):
    parts = [
        (figure, dimension, key, number)
        for figure, dimensions in read.parts.items()
        for dimension, keys in dimensions.items()
        for key, number in keys.items()
    ]
    parts += [
        (figure, "unit", unit, number)
        for unit, numbers in read.by_unit.items()
        for figure, number in numbers.items()
        if number
    ]
    for figure, dimension, key, number in parts:
        where = FIGURES[figure].where & narrowed({dimension: key or NOTHING})
        assert lines.filter(where).aggregate(n=FIGURES[figure].total()) == {"n": number}


@settings(few, max_examples=2)
@random_histories
@example(seed=2, size=60)
def test_what_is_kept_from_a_reader_is_in_the_totals_and_in_no_part(people, seed, size):
    """Complaints are about the desk, or about it and housing: the clerk is in the one, the others in or
    below the other, the auditor in neither."""
    about = {"clerk": "desk", "handler": "housing", "below": "housing", "auditor": "county"}
    with undone():
        written(PERIOD, seed, size)
        brief = count_brief(actor=SYSTEM, day=DAY, until=SEVEN)
        for name, unit in about.items():
            actor = getattr(people, name).actor
            lines = lines_of(actor, brief.id)
            named = Named.objects.filter(unit__code=unit, case__conduct=True)
            told = lines.exclude(case_id__in=named.values("case_id"))
            read = read_brief(actor, day=DAY, until=SEVEN)
            for figure, number in read.totals.items():
                assert number == counted(lines, figure)
                assert sum(each[figure] for each in read.by_unit.values()) == counted(told, figure)
                for split in read.parts.get(figure, {}).values():
                    assert sum(split.values()) == counted(told, figure)
            parts_are_counted(read, told)
            narrow_numbers_are_lists(actor, read)


def counted(lines, figure):
    return lines.aggregate(n=FIGURES[figure].total())["n"]


def narrow_numbers_are_lists(actor, read):
    for unit in read.units:
        behind = cases_behind(actor, Wanted(DAY, SEVEN, None, "in_hand", {"unit": unit}))
        assert len(behind.lines) == min(behind.cases, 30)


@pytest.mark.parametrize("figure", sorted(FIGURES))
def test_a_figure_has_words(figure):
    assert label(figure)
    assert amount(figure, 1) != amount(figure, 2)
