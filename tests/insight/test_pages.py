"""The brief over HTTP: what each person sees, in both languages, and the cases behind a number."""

import json
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiying.casework.actions.sorting import assign, mark_conduct, reassign, triage
from huiying.casework.policy import visible_cases
from huiying.insight.actions import count_brief
from huiying.insight.cases import Wanted, cases_behind
from huiying.insight.figures import FIGURES
from huiying.insight.models import Brief
from huiying.kernel.actors import SYSTEM
from tests.insight.conftest import DAY, SEVEN, counted, on
from tests.people import make_person
from tests.scene import letter

URL = "/zh-hans/desk/briefs/2026-03-10/"
WHOLE = ("clerk", "dispatcher", "supervisor", "leader", "auditor", "reviewer")


def words(response):
    """The text of a page without its markup."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(plain))


def data(person, **query):
    return json.loads(person.client.get(URL, {"format": "json"} | query).content)


@pytest.mark.parametrize("name", WHOLE)
def test_who_sees_the_whole(name, people, kept):
    person = getattr(people, name)
    response = person.client.get(URL)
    assert response.status_code == 200
    assert data(person)["figures"]["open"] == 2
    assert data(person)["scope"] == []


@pytest.mark.parametrize(
    ("name", "open_cases"), [("handler", 1), ("unit_reviewer", 1), ("below", 0)]
)
def test_a_unit_sees_its_own_part(name, open_cases, people, kept):
    person = getattr(people, name)
    said = data(person)
    assert said["figures"]["open"] == open_cases
    assert said["figures"]["received"] == 0
    assert said["scope"] == [{"below": "estates"}.get(name, "housing")]
    assert "Only cases with these units" in words(person.client.get(URL.replace("zh-hans", "en")))


def test_an_administrator_and_a_stranger_see_nothing(people, kept):
    for address in ("/zh-hans/desk/briefs/", URL, f"{URL}cases/?figure=open"):
        assert people.administrator.client.get(address).status_code == 403
        assert people.stranger.get(address).status_code == 302


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Daily brief", "Tuesday 10 March 2026", "Look at this first", "Needs a decision"]),
        ("zh-hans", ["2026年3月10日 星期二", "住房和城乡建设局"]),
    ],
)
def test_the_page_in_both_languages(language, expected, people, kept):
    text = words(people.leader.client.get(f"/{language}/desk/briefs/2026-03-10/"))
    for each in expected:
        assert each in text


def test_the_page_begins_with_what_is_late_and_needs_a_decision(people, kept):
    page = people.leader.client.get(URL).content.decode()
    keys = re.findall(r'id="section-(\w+)"', page)
    assert keys == ["first", "received", "assigned", "answered", "after", "in_hand"]


def test_every_number_on_the_page_leads_to_as_many_cases(people, kept):
    page = people.supervisor.client.get(URL).content.decode()
    addresses = {unescape(url) for url in re.findall(r'href="(cases/\?[^"]*)"', page)}
    assert len(addresses) > 10
    for address in addresses:
        response = people.supervisor.client.get(URL + address)
        assert response.status_code == 200, address
        assert response.context["page"].rows, address


def test_text_and_json_to_take_away(people, kept):
    text = people.leader.client.get(URL, {"format": "text"})
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert 'filename="brief-2026-03-10.txt"' in text.headers["Content-Disposition"]
    assert "<" not in text.content.decode()
    said = data(people.leader)
    assert said["format"] == "huiying-brief/1"
    assert said["figures"]["received"] == 1
    assert said["parts"]["received"]["channel"] == {"web": 1}
    assert said["parts"]["open"]["unit"] == {"none": 1, "housing": 1}
    assert said["on_time"]["denominator"] == 0


def test_the_leader_reads_numbers_and_states_and_no_letter(people, kept):
    response = people.leader.client.get(f"{URL}cases/", {"figure": "open"})
    rows = response.context["page"].rows
    assert len(rows) == 2
    assert not any("url" in row[0] for row in rows)
    assert "夜间施工" not in response.content.decode()
    clerk = people.clerk.client.get(f"{URL}cases/", {"figure": "open"}).context["page"].rows
    assert all("url" in row[0] for row in clerk)
    assert "夜间施工" not in people.clerk.client.get(f"{URL}cases/?figure=open").content.decode()


def test_what_is_with_another_unit_by_now_is_not_shown_but_counted(people, case_at):
    case = case_at(9, 9, upto="in_progress")
    counted()
    reassign(
        actor=people.dispatcher.actor, number=case.number, lead_code="water", reason="归供水管"
    )
    page = people.handler.client.get(f"{URL}cases/?figure=open").context["page"]
    assert page.rows == []
    assert len(people.clerk.client.get(f"{URL}cases/?figure=open").context["page"].rows) == 1


@pytest.mark.parametrize("name", ["handler", "unit_reviewer", "below"])
def test_a_complaint_is_counted_but_shown_to_nobody_it_is_about(name, people, case_at):
    case = case_at(9, 9, upto="in_progress")
    counted()
    with on(11, 9):
        mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["housing"])
    response = getattr(people, name).client.get(f"{URL}cases/?figure=received")
    assert str(case.number) not in response.content.decode()
    page = people.leader.client.get(f"{URL}cases/?figure=received").context["page"]
    assert [row[0]["text"] for row in page.rows] == [str(case.number)]


def test_a_leader_who_is_complained_of_is_not_shown_the_case(people, case_at):
    case = case_at(9, 9, upto="in_progress")
    head = make_person("head_of_housing", ("housing", "leader"))
    counted()
    address = f"{URL}cases/?figure=received"
    assert len(head.client.get(address).context["page"].rows) == 1
    with on(11, 9):
        mark_conduct(actor=people.clerk.actor, number=case.number, usernames=["head_of_housing"])
    response = head.client.get(address)
    page = response.context["page"]
    assert page.rows == []
    assert str(case.number) not in response.content.decode()
    assert data(head)["figures"]["received"] == 1


@pytest.fixture
def accused(people, case_at):
    """A complaint with the integrity office that names the auditor, who else sees everything, and a case
    of housing; both late."""
    for category, lead in (("conduct", "integrity"), ("noise", "housing")):
        case = case_at(1, 9)
        with on(1, 10):
            triage(actor=people.clerk.actor, number=case.number, category_code=category)
            assign(actor=people.dispatcher.actor, number=case.number, lead_code=lead)
            if lead == "integrity":
                mark_conduct(actor=people.clerk.actor, number=case.number, usernames=["auditor"])
    with on(28, 8):
        counted(DAY.replace(day=28))
    return people.auditor


LATER = URL.replace("03-10", "03-28")


@pytest.mark.parametrize("figure", sorted(FIGURES))
def test_no_narrowed_number_tells_who_is_complained_of(figure, accused):
    for narrowed in (
        {"unit": "integrity"},
        {"category": "conduct"},
        {"category": "living"},
        {"state": "assigned"},
        {"decision": "none"},
        {"decision": "conduct"},
        {"channel": "web"},
    ):
        wanted = Wanted(DAY.replace(day=28), SEVEN, None, figure, narrowed)
        behind = cases_behind(accused.actor, wanted)
        assert behind.cases == len(behind.lines), narrowed


def test_no_part_of_a_brief_tells_who_is_complained_of(accused, people):
    query = {"format": "json"}
    kept, whole = (
        json.loads(person.client.get(LATER, query).content) for person in (accused, people.leader)
    )
    assert kept["figures"] == whole["figures"]
    assert (kept["figures"]["late"], kept["figures"]["conduct_open"]) == (2, 1)
    assert whole["parts"]["late"]["unit"] == {"housing": 1, "integrity": 1}
    assert "integrity" not in json.dumps(kept["parts"])
    assert kept["parts"]["late"] == {
        "state": {"assigned": 1}, "category": {"noise": 1}, "unit": {"housing": 1}
    }  # fmt: skip
    assert "conduct" not in kept["parts"]["open"]["category"]
    assert "conduct_open" not in kept["parts"]
    for shown in ({}, {"format": "text"}):
        pages = [
            unescape(person.client.get(LATER.replace("zh-hans", "en"), shown).content.decode())
            for person in (accused, people.leader)
        ]
        assert ["Integrity Office" in page for page in pages] == [False, True]
        assert all("there the parts can be fewer than the whole" in page for page in pages)


def test_a_later_version_says_so_and_the_earlier_one_stays_readable(people, case_at):
    case_at(9, 9)
    counted()
    case_at(9, 11)
    counted()
    page = people.leader.client.get(URL).context["page"]
    assert (page.version, page.older_than, len(page.versions)) == (2, 0, 2)
    assert page.document.changes
    earlier = people.leader.client.get(URL, {"version": "1"}).context["page"]
    assert (earlier.version, earlier.older_than) == (1, 2)
    assert data(people.leader, version="1")["figures"]["received"] == 1
    assert data(people.leader)["figures"]["received"] == 2


def test_having_it_counted_by_a_button(people, case_at):
    case_at(9, 9)
    client = people.supervisor.client
    with on(10, 8):
        assert client.get("/zh-hans/desk/briefs/").context["page"].count_now
        missing = client.get(URL)
        assert missing.status_code == 404
        assert missing.context["page"].count_now
        form = {"day": "2026-03-10", "until": "07:00"}
        response = client.post("/zh-hans/desk/briefs/count/", form)
        assert response.status_code == 302
        assert client.get(response.url).status_code == 200
        assert not client.get("/zh-hans/desk/briefs/").context["page"].count_now
        client.post("/zh-hans/desk/briefs/count/", form)
    assert Brief.objects.count() == 1


def test_who_may_not_have_it_counted(people, county):
    form = {"day": "2026-03-10", "until": "07:00"}
    assert people.handler.client.post("/zh-hans/desk/briefs/count/", form).status_code == 403
    missing = people.handler.client.get(URL)
    assert (missing.status_code, missing.context["page"].count_now) == (404, None)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("2026-13-40/", 404),
        ("0001-01-01/", 404),
        ("9999-12-31/", 404),
        ("2026-03-11/", 404),
        ("2026-03-10/?until=25:00", 422),
        ("2026-03-10/?version=9", 404),
        ("2026-03-10/?version=x", 404),
        ("2026-03-10/?version=%00", 404),
        ("2026-03-10/cases/", 302),
        ("2026-03-10/cases/?figure=everything", 404),
        ("2026-03-10/cases/?figure=open&unit=%00", 404),
        ("2026-03-10/cases/?figure=open&after=x", 404),
        ("2026-03-10/cases/?figure=open&after=99999999999999999999999-1", 404),
        ("2026-03-10/cases/?figure=open&after=1-99999999999999999999999", 404),
        ("2026-03-10/cases/?figure=open&unit=%E2%80%AE%27%22%3Cb%3E", 200),
        ("2026-03-10/cases/?figure=open&unit=" + "x" * 3000, 200),
        ("?before=x", 404),
        ("?before=2026-03-10@07:00", 200),
        ("?before=2026-03-10", 422),
    ],
)
def test_odd_addresses(address, status, people, kept):
    response = people.auditor.client.get(f"/zh-hans/desk/briefs/{address}")
    assert response.status_code == status


@pytest.mark.parametrize("form", [{}, {"day": "x"}, {"day": "2026-03-10", "until": "x"}])
def test_odd_orders_to_count(form, people, county):
    response = people.clerk.client.post("/zh-hans/desk/briefs/count/", form)
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"day": "2026-03-12", "until": "07:00"}, 409, "这一天还没到"),
        ({"day": "2999-01-01", "until": "07:00"}, 409, "这一天还没到"),
        ({"day": "2026-03-10", "until": "12:00"}, 409, "过几分钟再来"),
        ({"day": "2026-03-09", "until": "07:01"}, 422, "整点"),
        ({"day": "2026-03-09", "until": "12:00"}, 302, ""),
    ],
)
def test_only_past_days_and_full_hours_are_counted(form, status, said, people, county):
    with on(10, 8):
        response = people.clerk.client.post("/zh-hans/desk/briefs/count/", form)
    assert response.status_code == status
    assert said in response.text


def test_orders_to_count_are_counted_themselves(people, county):
    client = people.clerk.client
    with on(10, 8):
        forms = [{"day": "2026-03-09", "until": f"{hour:02}:00"} for hour in range(13)]
        stati = [client.post("/zh-hans/desk/briefs/count/", form).status_code for form in forms]
    assert stati == [302] * 12 + [429]
    assert Brief.objects.count() == 12


def queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_as_many_queries_at_one_row_as_at_thirty(people, case_at):
    case_at(9, 9, upto="in_progress")
    counted()
    readers = [people.clerk.client, people.leader.client, people.handler.client]
    asked = [(client, address) for client in readers for address in ADDRESSES]
    few = [queries(*each) for each in asked]
    with on(9, 10):
        for place in range(34):
            letter(people, upto="in_progress", title=str(place))
    counted()
    for day in range(31):
        count_brief(actor=SYSTEM, day=DAY.replace(month=1, day=day + 1), until=SEVEN)
    assert [queries(*each) for each in asked] == few
    assert max(few) <= 12
    for client in readers:
        page = client.get(ADDRESSES[2]).context["page"]
        assert len(page.rows) == 30
        following = client.get(f"{URL}cases/{_query(page.next_url)}").context["page"]
        assert (len(following.rows), following.next_url) == (5, "")


ADDRESSES = ["/zh-hans/desk/briefs/", URL, f"{URL}cases/?figure=open", f"{URL}cases/?figure=late"]


def _query(url):
    return url[url.index("?") :]


def test_the_list_goes_back_page_by_page(people, county):
    for day in range(31):
        count_brief(actor=SYSTEM, day=DAY.replace(month=1, day=day + 1), until=SEVEN)
    page = people.leader.client.get("/zh-hans/desk/briefs/").context["page"]
    assert len(page.rows) == 30
    older = people.leader.client.get(f"/zh-hans/desk/briefs/{page.older_url}").context["page"]
    assert (len(older.rows), older.older_url) == (1, "")


def test_an_empty_day_in_both_languages(people, county):
    counted()
    for language in ("zh-hans", "en"):
        response = people.leader.client.get(f"/{language}/desk/briefs/2026-03-10/")
        assert response.status_code == 200
        assert "cases/?" not in response.content.decode()


@pytest.mark.parametrize(
    "name",
    ["clerk", "handler", "below", "unit_reviewer", "other_handler", "investigator", "auditor"],
)
def test_what_is_listed_is_what_the_case_policy_shows(name, people, case_at):
    for place, (lead, named) in enumerate(
        [("housing", "estates"), ("housing", ""), ("water", "housing"), ("integrity", "roads")]
    ):
        case = case_at(9, 9, title=str(place))
        with on(9, 10):
            triage(actor=people.clerk.actor, number=case.number, category_code="noise")
            assign(actor=people.dispatcher.actor, number=case.number, lead_code=lead)
            if named:
                mark_conduct(
                    actor=SYSTEM, number=case.number, unit_codes=[named], usernames=["clerk"]
                )
    counted()
    person = getattr(people, name)
    page = person.client.get(f"{URL}cases/?figure=open").context["page"]
    listed = {int(row[0]["text"]) for row in page.rows}
    assert listed <= set(visible_cases(person.actor).values_list("number", flat=True))
    assert all("url" in row[0] for row in page.rows)
    whole = data(person)["figures"]["open"]
    assert whole >= len(listed)
    for figure, narrowed in (
        ("conduct_open", {"category": "noise"}),
        ("open", {"category": "noise", "channel": "web"}),
    ):
        behind = cases_behind(person.actor, Wanted(DAY, SEVEN, None, figure, narrowed))
        assert behind.cases == len(behind.lines), (
            "a narrow number tells of nothing that is kept away"
        )
