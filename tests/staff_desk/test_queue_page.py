"""The queue as people see it."""

import re
from datetime import UTC, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.intake.models import Submission
from huiying.kernel import time
from tests.casework.ways import brought_to, taken_in
from tests.scene import answer

pytestmark = pytest.mark.django_db

QUEUE = "/en/desk/"
HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=1> \u202eevil\u202c {{ 7*7 }} " + "长" * 20
)


def _queries(client, url) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["clerk", "dispatcher", "handler", "supervisor", "auditor"])
def test_a_list_costs_the_same_at_one_row_and_at_thirty(people, name):
    client = getattr(people, name).client
    urls = [QUEUE, f"{QUEUE}?tab=open", f"{QUEUE}?tab=all&unit=housing&category=noise&late=1"]
    brought_to(State.ASSIGNED, people)
    taken_in()
    brought_to(State.TRIAGED, people)
    one = [_queries(client, url) for url in urls]
    for _row in range(30):
        brought_to(State.ASSIGNED, people, title=f"{_row}")
        taken_in()
        brought_to(State.TRIAGED, people)
    assert [_queries(client, url) for url in urls] == one
    assert max(one) <= 12


def test_a_row_says_what_the_case_is(people):
    case = brought_to(State.RETURNED, people, title="路灯坏了", danger=True)
    page = people.clerk.client.get(QUEUE).text
    for words in ("路灯坏了", str(case.number), "Returned to the desk", "10 days left", "Noise"):
        assert words in page
    for words in ("Web form", "sent back", "At once", "1 case"):
        assert words in page


def test_what_is_due_today_says_its_date_once(people):
    case = brought_to(State.ASSIGNED, people)
    noon = time.now().astimezone(UTC).replace(hour=4, minute=0)  # in the county
    CaseFile.objects.filter(pk=case.pk).update(due_at=noon + timedelta(minutes=5))
    with time.at(noon):
        page = people.clerk.client.get(f"{QUEUE}?tab=open").text
    assert "Due today at 12:" in page
    assert "hy-due__day" not in page


def test_the_clerk_begins_with_what_is_due_first(people):
    first, second = taken_in(title="一"), taken_in(title="二")
    CaseFile.objects.filter(pk=second.pk).update(due_at=first.due_at - timedelta(days=1))
    page = people.clerk.client.get(QUEUE).text
    assert page.index(f"cases/{second.number}/") < page.index(f"cases/{first.number}/")


def test_the_reviewers_way_says_how_many_wait(people):
    answer(people, brought_to(State.IN_PROGRESS, people, wish="public"), upto="in_review")
    page = people.reviewer.client.get(QUEUE).text
    assert re.search(r"Answers to review <span[^>]*>1<", page)


def test_those_in_danger_stand_before_any_list_of_open_work(people):
    for title in ("older", "old"):
        taken_in(title=title)
    urgent = taken_in(title="树要倒了", danger=True)
    for tab in ("", "?tab=open&sort=newest", "?tab=open&sort=oldest"):
        page = people.clerk.client.get(f"{QUEUE}{tab}").text
        first = page.index(f"/en/desk/cases/{urgent.number}/")
        assert "By what harm is done" in page[:first]
        assert first < page.index("<table")
    assert "By what harm is done" not in people.clerk.client.get(f"{QUEUE}?tab=all").text
    assert "By what harm is done" not in people.clerk.client.get(f"{QUEUE}?category=leak").text


def test_thirty_rows_a_page_and_both_ways(people):
    numbers = [taken_in().number for _row in range(65)]
    client, seen, url = people.clerk.client, [], f"{QUEUE}?tab=all"
    pages = []
    while url:
        page = client.get(url).text
        pages.append(url)
        seen += [int(n) for n in re.findall(r'href="/en/desk/cases/(\d+)/', page)]
        older = re.search(r'rel="next" href="([^"]+)"', page)
        url = older[1].replace("&amp;", "&") if older else ""
    assert seen == sorted(numbers, reverse=True)
    newer = re.search(r'rel="prev" href="([^"]+)"', page)
    assert newer
    back = client.get(newer[1].replace("&amp;", "&")).text
    assert [int(n) for n in re.findall(r'href="/en/desk/cases/(\d+)/', back)] == seen[30:60]


def test_the_address_keeps_filters_and_order_and_heads_are_links(people):
    taken_in()
    page = people.clerk.client.get(f"{QUEUE}?tab=open&channel=web&sort=newest").text
    assert 'aria-sort="descending"' in page
    assert "tab=open&amp;channel=web&amp;sort=oldest" in page
    assert "tab=open&amp;channel=web&amp;sort=due" in page
    assert re.search(r'<option value="web" selected>', page)
    closed = people.clerk.client.get(f"{QUEUE}?tab=closed").text
    assert "sort=due" not in closed


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", ["clerk", "dispatcher", "handler", "supervisor", "reviewer"])
def test_an_empty_list_says_so(people, name, language):
    client = getattr(people, name).client
    page = client.get(f"/{language}/desk/")
    assert page.status_code == 200
    assert "hy-empty" in page.text
    narrowed = client.get(f"/{language}/desk/?tab=all&channel=phone")
    assert "hy-empty" in narrowed.text
    assert f'href="/{language}/desk/?tab=all"' in narrowed.text


def test_units_and_complaints_are_filters_only_for_those_who_see_them(people):
    handler = people.handler.client.get(QUEUE).text
    assert 'name="conduct"' not in handler
    assert "Estates Office" in handler
    assert "Water Company" not in handler
    below = people.below.client.get(QUEUE).text
    assert 'name="unit"' not in below
    assert 'name="conduct"' in people.clerk.client.get(QUEUE).text


def test_roles_without_letters_are_shown_another_way(people):
    taken_in(title="秘密")
    for name, way in (("leader", "/en/desk/briefs/"), ("administrator", "/en/desk/account/")):
        page = getattr(people, name).client.get(QUEUE)
        assert page.status_code == 200
        assert way in page.text
        assert "秘密" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        "tab=../../etc&sort=';--&after=x&before=-&state=%00&unit=%27&category=%FF&channel=%E2%80%AE",
        "after=" + "9" * 400 + "-1",
        "after=99999999999999999-99999999999999999",
        "after=1-1&before=1-1&late=1&conduct=1",
        "tab=all&tab=open&state=" + "x" * 5000,
    ],
)
def test_a_hostile_address_finds_nothing_and_breaks_nothing(people, query):
    taken_in()
    assert people.clerk.client.get(f"{QUEUE}?{query}").status_code == 200


def test_hostile_titles_are_text(people):
    taken_in(title=HOSTILE, place=HOSTILE)
    page = people.clerk.client.get(QUEUE).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "{{ 7*7 }}" in page
    assert "<bdi>&lt;script&gt;" in page


def test_a_case_is_found_by_its_number_or_its_receipt(people):
    case = brought_to(State.ASSIGNED, people)
    code = Submission.objects.get(report__case=case).code
    page = f"/en/desk/cases/{case.number}/"
    for typed in (str(case.number), f" {code[:4]} {code[4:8]}-{code[8:]} "):
        found = people.clerk.client.post("/en/desk/find/", {"number": typed})
        assert found.headers["Location"] == page
        assert people.handler.client.post("/en/desk/find/", {"number": typed}).url == page
        assert people.other_handler.client.post("/en/desk/find/", {"number": typed}).url == QUEUE
    for nonsense in ("", "x", "0", "9" * 39, "１２３", "\0"):
        assert people.clerk.client.post("/en/desk/find/", {"number": nonsense}).url == QUEUE
    assert people.clerk.client.get("/en/desk/find/").status_code == 405


def test_one_goes_through_a_list_case_by_case(people):
    numbers = [taken_in().number for _row in range(3)]
    client, url = people.clerk.client, f"{QUEUE}?tab=sort&sort=oldest"
    first = re.search(r'href="(/en/desk/cases/\d+/[^"]*)"', client.get(url).text)
    assert first
    url, seen = first[1].replace("&amp;", "&"), []
    while "/cases/" in url:
        seen.append(int(url.split("/")[4]))
        page = client.get(url).text
        following = re.search(r'href="(/en/desk/next/[^"]*)"', page)
        assert following
        url = client.get(following[1].replace("&amp;", "&")).headers["Location"]
    assert seen == numbers
    assert url == f"{QUEUE}?tab=sort&sort=oldest"
