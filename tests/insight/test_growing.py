"""What grows: counted, shown to residents and staff alike, and never fewer than five letters."""

import math
import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from huiying.agencies.divisions import load_divisions
from huiying.agencies.towns import towns
from huiying.casework.models import CaseFile
from huiying.insight.growing.actions import count_growth
from huiying.insight.growing.blurring import at_least, blurred
from huiying.insight.growing.counting import RATE, grown_in
from huiying.insight.growing.exceedance import POISSON, chance_of, evenness_of
from huiying.insight.growing.models import GrowthLine, GrowthList
from huiying.insight.growing.reads import growing
from huiying.insight.growing.tasks import count_due_growth
from huiying.insight.growing.weeks import latest, season, usual
from huiying.intake.actions.erasing import erase_words
from huiying.intake.models import Submission, Whereabouts
from huiying.intake.placing import place_letters
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from tests.people import People
from tests.scene import letter

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = date(2026, 3, 2)
DIVISIONS = [
    ("990101", "云渡县", "Yundu County"),
    ("990101101", "青石滩镇", "Qingshitan Town"),
    ("990101101002", "塘尾村", "Tangwei Village"),
    ("990101102", "沙渚镇", "Shazhu Town"),
    ("990101102002", "老渡口村", "Laodukou Village"),
    ("990101103", "杏坡镇", "Xingpo Town"),
    ("990101103002", "老渡口村", "Laodukou Village"),
]


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def write_in(people: People, day: date, count: int, **changes: object) -> list[CaseFile]:
    wanted: dict[str, object] = {"place": "青石滩塘尾村三组", "category_code": "leak"} | changes
    with time.at(at(day)):
        return [letter(people, **wanted)[0] for _number in range(count)]  # type: ignore[arg-type]


def load_towns() -> None:
    rows = [
        {"code": code, "name": {"zh-hans": chinese, "en": english}}
        for code, chinese, english in DIVISIONS
    ]
    load_divisions(actor=SYSTEM, rows=rows)  # type: ignore[arg-type]


@pytest.fixture
def quarter(people: People) -> People:
    """Ten usual weeks: two letters about leaks in one town, and one about noise."""
    load_towns()
    for week in usual(WEEK)[:10]:
        write_in(people, week, 2)
        write_in(people, week, 1, place="", category_code="noise")
    return people


def count(week: date = WEEK, *, days_later: int = 7) -> bool:
    place_letters()
    with time.at(at(week + timedelta(days=days_later))):
        return count_growth(actor=SYSTEM, week=week)


def rows_of(client: Client, path: str) -> list[str]:
    """The words of the table of a page, without the links that only the desk has."""
    page = client.get(path).context["page"]
    return [
        "|".join(cell["text"] if isinstance(cell, dict) else cell for cell in row)
        for row in page.told.rows
    ]


def test_residents_and_staff_see_the_same_list_and_only_readers_its_cases(quarter):
    cases = write_in(quarter, WEEK, 15)
    write_in(quarter, WEEK, 3, conduct=True, named_units=("housing",))
    write_in(quarter, WEEK, 4, place="沙渚镇")
    assert count()
    public = rows_of(quarter.stranger, "/zh-hans/growing/")
    assert public == ["漏水|青石滩镇|至少 10 件|不到 5"]
    assert rows_of(quarter.supervisor.client, "/zh-hans/desk/growing/") == public
    html = quarter.stranger.get("/zh-hans/growing/").content.decode()
    assert "5%" in html
    assert "漏水 10+" in html
    assert str(cases[0].number) not in html
    behind = f"/zh-hans/desk/growing/{GrowthLine.objects.get().pk}/"
    shown = quarter.supervisor.client.get(behind).context["page"].rows
    assert {row[0]["text"] for row in shown} == {str(case.number) for case in cases}
    assert quarter.colleague.client.get(behind).context["page"].rows == []
    assert quarter.leader.client.get(behind).status_code == 403


def test_a_list_stands_until_five_letters_differ(quarter):
    cases = write_in(quarter, WEEK, 15)
    assert count()
    assert not count()
    CaseFile.objects.filter(pk=cases[0].pk).update(conduct=True)
    assert not count(days_later=8), "a list that is one letter shorter would tell of the complaint"
    assert growing().lines[0].at_least == 10
    write_in(quarter, WEEK + timedelta(days=2), 6)
    assert count(days_later=9)
    assert [growing(WEEK, version).lines[0].at_least for version in (1, 2)] == [10, 15]
    assert "10" in rows_of(quarter.stranger, f"/zh-hans/growing/?week={WEEK}&version=1")[0]
    with pytest.raises(DatabaseError), transaction.atomic():
        GrowthLine.objects.update(letters=5)


def test_a_newer_key_draws_no_list_anew(quarter, settings):
    """Two draws for one week would narrow a count to what both leave possible."""
    write_in(quarter, WEEK, 15)
    assert count()
    first, ring = GrowthList.objects.get(), dict(settings.KEY_RING)
    settings.KEY_RING = ring | {number: bytes([number]) * 32 for number in (7, 8, 9)}
    write_in(quarter, WEEK + timedelta(days=2), 6)
    assert count(days_later=9)
    second = GrowthList.objects.get(version=2)
    assert second.drawn_with == first.drawn_with == max(ring)
    assert second.lines.get().letters == first.lines.get().letters + 6
    settings.KEY_RING = {9: bytes([9]) * 32}
    write_in(quarter, WEEK + timedelta(days=3), 6)
    assert not count(days_later=10), "without the key of the first list there is no later one"
    assert GrowthList.objects.filter(week=WEEK).count() == 2


def test_five_letters_are_never_shown_to_who_may_have_written_four(quarter):
    write_in(quarter, WEEK, 5, place="杏坡镇", category_code="pothole")
    assert count()
    page = quarter.stranger.get("/en/growing/")
    assert page.context["page"].told.rows == []
    assert "Nothing grows more than usual" in page.content.decode()


def test_what_is_left_out_of_a_count_is_the_same_each_time_and_nobody_can_foresee_it():
    counts = {(str(place), kind): 9 for place in range(20) for kind in range(10)}
    left = blurred(WEEK, counts, 1)
    assert set(left.values()) == {4, 5, 6, 7, 8}
    assert blurred(WEEK, dict.fromkeys(counts, 15), 1) == {
        cell: count + 6 for cell, count in left.items()
    }
    assert blurred(WEEK + timedelta(days=7), counts, 1) != left
    assert all(at_least(count) <= 5 for count in left.values())
    assert not blurred(WEEK, {("a", 1): 1}, 1)


def test_the_worker_waits_for_the_weeks_end_and_for_usual_weeks(quarter):
    write_in(quarter, WEEK, 15)
    with time.at(at(WEEK + timedelta(days=6))):
        count_due_growth()
    assert not GrowthList.objects.filter(week=WEEK).exists()
    with time.at(at(WEEK + timedelta(days=7))):
        assert count_due_growth() == 1
        assert count_due_growth() == 0
    found = quarter.stranger.get("/en/growing/")
    assert "10 or more" in found.content.decode()
    assert quarter.stranger.get("/en/growing/?week=2026-03-03").status_code == 404
    assert quarter.stranger.get("/en/growing/?week=x").status_code == 404
    narrowed = f"/en/growing/?week={WEEK}&place=none"
    assert quarter.stranger.get(narrowed).status_code == 200


def test_before_there_is_a_list_the_page_says_so(people):
    write_in(people, WEEK, 9)
    assert not count()
    assert "There is no list yet" in people.stranger.get("/en/growing/").content.decode()


def test_a_place_lies_in_a_town_only_where_it_tells_one(people):
    load_towns()
    known = towns()
    assert [town.code for town in known.listed] == ["990101101", "990101102", "990101103"]
    told = {
        "沙渚镇中心小学": "990101102",
        "青石滩塘尾": "990101101",
        "near Tangwei village school": "990101101",
        "老渡口村": "",
        "老渡口村，沙渚": "",
        "从沙渚到杏坡": "",
        "云渡县": "",
        "": "",
    }
    assert {place: known.of(place) for place in told} == told
    case = write_in(people, WEEK, 1, place="塘尾村")[0]
    place_letters()
    load_divisions(actor=SYSTEM, rows=[{"code": "77", "name": {"zh-hans": "塘尾村"}}])
    assert place_letters() == 1
    assert Whereabouts.objects.get(submission__report__case=case).division == "77"


def test_a_letter_whose_words_were_erased_before_it_was_placed_still_counts(quarter):
    cases = write_in(quarter, WEEK, 15, place="")
    erase_words(actor=SYSTEM, submission=Submission.objects.get(report__case=cases[0]))
    assert count()
    assert growing().lines[0].at_least == 10


def test_weeks_end_at_midnight_in_the_agencys_zone():
    monday = datetime(2026, 3, 9, 6, 0, tzinfo=SHANGHAI)
    assert latest(monday) == date(2026, 2, 23)
    assert latest(monday + timedelta(hours=2)) == WEEK


def test_without_scatter_it_is_the_binomial_test():
    whole, share = 20, 1 / 14
    exact = sum(
        math.comb(whole, k) * share**k * (1 - share) ** (whole - k) for k in range(7, whole + 1)
    )
    assert chance_of(7, 13, 13, POISSON) == pytest.approx(exact, rel=1e-4)
    assert chance_of(7, 13, 13, 2.0) > exact * 5
    assert chance_of(0, 13, 13, 2.0) == 1.0
    assert evenness_of([[3, 3, 3, 3]]) == POISSON
    assert evenness_of([[0, 0, 40, 0], [30, 0, 0, 0]]) < 0.2


def draw(rng: random.Random, mean: float, shape: float) -> int:
    """A negative binomial count."""
    rate = rng.gammavariate(shape, mean / shape)
    count, left = 0, math.exp(-rate)
    product = rng.random()
    while product > left:
        count, product = count + 1, product * rng.random()
    return count


@pytest.mark.parametrize("shape", [1.5, 50.0])
def test_where_nothing_grows_false_alarms_stay_at_the_stated_rate(shape):
    rng, weeks, any_called, found = random.Random(7), 60, 0, 0
    means = {(str(place), kind): 0.3 * (1 + kind) for place in range(8) for kind in range(10)}
    days = [WEEK, *usual(WEEK)]
    for _round in range(weeks):
        drawn = {
            day: {cell: draw(rng, mean, shape) for cell, mean in means.items()} for day in days
        }
        any_called += bool(grown_in(WEEK, drawn).grown)
        drawn[WEEK]["0", 9] = 60
        found += any(each.cell == ("0", 9) for each in grown_in(WEEK, drawn).grown)
    assert any_called <= weeks * RATE + 2 * math.sqrt(weeks * RATE * (1 - RATE))
    assert found > weeks * 0.9


def test_what_comes_every_year_at_this_time_is_not_new():
    usual_weeks = {day: {("a", 1): 1, ("b", 2): 2} for day in usual(WEEK)}
    now = {WEEK: {("a", 1): 14, ("b", 2): 2}}
    assert [each.letters for each in grown_in(WEEK, usual_weeks | now).grown] == [14]
    last_year = {day: {("a", 1): 12} for day in season(WEEK)}
    assert not grown_in(WEEK, usual_weeks | now | last_year).grown
