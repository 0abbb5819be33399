"""The same matter? What the desk is shown beside a case and during a call, to whom, and what it may do."""

from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.translation import override

from huiying.casework.actions.joining import join, unjoin
from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.actions.splitting import PartWanted
from huiying.casework.alike.candidates import Asked, likely_same
from huiying.casework.desk_models import Likened
from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.faces.look.alike import why_in_words
from huiying.finding.clauses import shares_pairs
from huiying.finding.grams import few, many
from huiying.finding.likeness import bigrams
from huiying.finding.models import Kind, Text
from huiying.finding.rarity import rarity_of
from huiying.finding.resembling import keys_like
from huiying.intake.indexing import index_letters
from huiying.kernel import time
from huiying.record.models import Entry
from tests.casework.ways import brought_to, split_by, taken_in
from tests.people import People
from tests.public_site.conftest import text_of
from tests.scene import letter

pytestmark = pytest.mark.django_db
DARK = {"title": "路灯不亮", "body": "人民路小学门口的路灯坏了三天，晚上孩子放学看不见路。"}
DARK |= {"place": "人民路小学门口", "category_code": "pothole"}
DARK_TOO = {"title": "没有路灯", "body": "小学门口路灯坏了好几天，孩子放学看不见路，太危险。"}
DARK_TOO |= {"place": "人民路小学门口", "category_code": "pothole"}


def at(name: str, *arguments: int, language: str = "en") -> str:
    with override(language):
        return reverse(f"staff_desk:{name}", args=arguments)


def beside(person, case: CaseFile, language: str = "en") -> str:
    return unescape(text_of(person.client.get(at("case_alike", case.number, language=language))))


@pytest.fixture
def two(people: People) -> tuple[CaseFile, CaseFile]:
    """Two letters about one dark street, and a third about something else."""
    first, second = taken_in(**DARK), taken_in(**DARK_TOO)
    taken_in(title="夜间施工", body="工地夜里施工，吵得睡不着。", place="城东工地")
    index_letters()
    return first, second


class TestBesideACase:
    def test_the_other_letter_is_shown_with_why_and_nothing_else(self, people: People, two):
        first, second = two
        before = list(CaseFile.objects.order_by("pk").values("danger", "due_at", "version"))
        page = beside(people.dispatcher, second)
        assert list(CaseFile.objects.order_by("pk").values("danger", "due_at", "version")) == before
        assert f"{first.number} · <bdi>路灯不亮" in page
        assert "same place, same category" in page
        assert "came within the last day" in page
        assert "夜间施工" not in page
        assert "孩子放学" not in page  # no letter is opened by it
        assert "同一地点" in beside(people.dispatcher, second, "zh-hans")

    def test_the_case_page_leads_there_and_joining_goes_by_both_side_by_side(self, people, two):
        first, second = two
        page = text_of(people.dispatcher.client.get(at("case", second.number)))
        assert f'data-alike-load="{at("case_alike", second.number)}"' in page
        url = f"{at('case_join', second.number)}?into={first.number}"
        assert url in beside(people.dispatcher, second)
        assert "Join them" in text_of(people.dispatcher.client.get(url))
        join(actor=people.dispatcher.actor, number=second.number, into=first.number)
        assert beside(people.dispatcher, first).count("hy-alike__case") == 0
        unjoin(actor=people.dispatcher.actor, number=second.number)
        assert str(second.number) in beside(people.dispatcher, first)

    def test_before_the_index_has_them_and_for_the_script(self, people: People, two):
        Text.objects.all().delete()
        url = at("case_alike", two[1].number)
        part = text_of(people.dispatcher.client.get(url, headers={"HX-Request": "true"}))
        assert "<html" not in part
        assert "Cases that may be about the same: 1." in part

    def test_not_more_than_five_and_closed_ones_never(self, people: People, two):
        for _number in range(7):
            taken_in(**DARK)
        closed = brought_to(State.CLOSED, people)
        index_letters()
        page = beside(people.dispatcher, two[0])
        assert page.count("hy-alike__case") == 5
        assert f"{closed.number} ·" not in page

    def test_of_a_split_letter_its_parts_are_shown_by_the_words_of_the_desk(self, people, two):
        first, second = two
        whole = taken_in(body=f"{DARK['body']}食堂的饭菜也馊了。", title="两件事")
        lamp = PartWanted(title="路灯不亮", words=DARK_TOO["body"], category_code="leak")
        food = PartWanted(title="饭菜馊了", words="食堂的饭菜馊了。", category_code="noise")
        parts = split_by(people, whole.number, [lamp, food, replace(lamp, title="路灯又不亮")])
        index_letters()
        page = beside(people.dispatcher, second)
        assert [str(each.number) in page for each in (whole, *parts)] == [False, True, False, True]
        # Parts of one letter stay apart; the whole one is nobody's to join.
        page = beside(people.dispatcher, parts[0])
        assert str(first.number) in page
        assert str(parts[2].number) not in page
        assert "hy-alike__case" not in beside(people.dispatcher, whole)


class TestWhoSeesWhat:
    def test_a_unit_sees_its_own_cases_alone(self, people: People):
        mine, _r = letter(people, upto="assigned", **DARK)
        theirs = taken_in(**DARK_TOO)
        also_mine, _r = letter(people, upto="assigned", **DARK_TOO)
        index_letters()
        page = beside(people.handler, mine)
        assert str(also_mine.number) in page
        assert str(theirs.number) not in page
        assert "Not the same" not in page
        assert "case_join" not in page
        assert people.other_handler.client.get(at("case_alike", mine.number)).status_code == 404
        assert people.leader.client.get(at("case_alike", mine.number)).status_code == 404

    def test_a_complaint_about_conduct_is_on_neither_side(self, people: People, two):
        first, second = two
        mark_conduct(actor=people.clerk.actor, number=first.number, unit_codes=["water"])
        assert str(first.number) not in beside(people.dispatcher, second)
        assert str(second.number) not in beside(people.dispatcher, first)
        case = text_of(people.dispatcher.client.get(at("case", first.number)))
        assert "data-alike-load" not in case
        asked = Asked(DARK["body"], DARK["place"], "pothole")
        numbers = [each.number for each in likely_same(people.clerk.actor, asked)]
        assert numbers == [second.number]

    def test_numbers_and_cued_names_find_nothing(self, people: People):
        taken_in(title="来信", body="我叫欧阳建国，电话13800138000。楼道漏水。")
        index_letters()
        for words in ("联系人：欧阳建国", "13800138000", "欧阳建国13800138000"):
            assert likely_same(people.clerk.actor, Asked(words)) == ()


class TestNotTheSame:
    def say(self, person, case: CaseFile, other: CaseFile, **more: str):
        given = {"other": other.number, **more}
        return person.client.post(at("case_not_same", case.number), given)

    def test_it_is_remembered_from_both_sides_and_can_be_taken_back(self, people: People, two):
        first, second = two
        assert self.say(people.dispatcher, first, second).status_code == 302
        self.say(people.dispatcher, second, first)  # said already
        for case, other in (two, two[::-1]):
            page = beside(people.dispatcher, case)
            assert "hy-alike__case" not in page
            assert "Said not to be the same" in page
            assert str(other.number) in page
        self.say(people.dispatcher, second, first, back="1")
        self.say(people.dispatcher, second, first, back="1")
        assert str(first.number) in beside(people.dispatcher, second)
        assert list(
            Entry.objects.filter(action__in=["case.not_same", "case.maybe_same"])
            .order_by("id")
            .values_list("action", flat=True)
        ) == ["case.not_same", "case.maybe_same"]
        told = unescape(text_of(people.dispatcher.client.get(at("case", first.number))))
        assert f"Said that case {second.number} is not about the same." in told

    def test_who_may_not_join_may_not_say_so(self, people: People, two):
        first, second = two
        for person, status in (
            (people.clerk, 403),
            (people.auditor, 403),
            (people.handler, 404),
            (people.leader, 404),
        ):
            assert self.say(person, first, second).status_code == status
        assert not Likened.objects.exists()

    def test_of_what_one_cannot_see_nothing_is_said(self, people: People, two):
        first = two[0]
        assert self.say(people.dispatcher, first, first).status_code == 302
        nothing = people.dispatcher.client.post(at("case_not_same", first.number), {})
        assert nothing.status_code == 302
        gone = people.dispatcher.client.post(at("case_not_same", first.number), {"other": "9" * 12})
        assert gone.status_code == 404
        assert not Likened.objects.exists()


class TestOnTheCallDesk:
    URL = "/en/desk/call/alike/"

    def test_while_the_clerk_types(self, people: People, two):
        given = {"body": DARK_TOO["body"], "place": DARK_TOO["place"], "topic": "pothole"}
        part = unescape(text_of(people.clerk.client.post(self.URL, given)))
        assert all(str(case.number) in part for case in two)
        assert "same place, same category" in part
        for quiet in ({"conduct": "on"}, {"unit_1": "water"}, {"body": "路灯"}):
            again = text_of(people.clerk.client.post(self.URL, given | quiet))
            assert "hy-alike__case" not in again, quiet
        assert people.handler.client.post(self.URL, given).status_code == 403
        assert people.clerk.client.get(self.URL).status_code == 405

    def test_without_a_script_a_button_asks_and_keeps_what_was_typed(self, people: People, two):
        given = {"body": DARK_TOO["body"], "place": DARK_TOO["place"], "topic": "", "alike": "1"}
        page = unescape(text_of(people.clerk.client.post("/en/desk/call/", given)))
        assert str(two[0].number) in page
        assert DARK_TOO["body"] in page
        assert CaseFile.objects.count() == 3

    def test_a_letter_kept_as_the_same_is_proposed_and_joined_by_the_dispatcher(self, people, two):
        first = two[0]
        given = {
            "via": "phone",
            "language": "en",
            "body": "路灯不亮，学校那里。",
            "wish": "private",
        }
        given |= {"topic": "", "form_key": "k" * 20, "same_as": first.number}
        assert people.clerk.client.post("/en/desk/call/", given).status_code == 200
        case = CaseFile.objects.latest("pk")
        assert case.state == State.RECEIVED  # joined by nobody yet
        page = beside(people.dispatcher, case)
        assert "The clerk who took the letter says that it is about the same." in page
        assert f"{at('case_join', case.number)}?into={first.number}" in page
        story = unescape(text_of(people.clerk.client.get(at("case", case.number))))
        assert f"said to be about the same as case {first.number}" in story

    def test_a_number_that_the_clerk_made_up_counts_for_nothing(self, people: People, two):
        mark_conduct(actor=people.dispatcher.actor, number=two[0].number, unit_codes=["desk"])
        for number in (str(two[0].number), "0", "x", "9" * 12):
            given = {"via": "phone", "language": "en", "body": "路灯不亮。", "wish": "private"}
            given |= {"topic": "", "form_key": number * 3, "same_as": number}
            assert people.clerk.client.post("/en/desk/call/", given).status_code == 200
        assert not Likened.objects.exists()


class TestBounds:
    def test_the_index_is_asked_for_the_words(self, people: People, two):
        rarity = rarity_of(Kind.LETTER)
        assert len(keys_like(Kind.LETTER, "孩子放学看不见路", rarity)) == 2
        # Nothing else can answer this without reading every text.
        pairs = rarity.rarest(bigrams("孩子放学看不见路"))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            where = shares_pairs(pairs)
            cursor.execute(f"EXPLAIN SELECT FROM finding_text WHERE {where.sql}", where.values)
            assert "finding_text_pairs" in str(cursor.fetchall())

    def test_the_same_statements_at_two_cases_and_at_fourteen(
        self, people: People, two, django_assert_max_num_queries
    ):
        url = at("case_alike", two[0].number)
        people.dispatcher.client.get(url)
        with django_assert_max_num_queries(17) as few:
            people.dispatcher.client.get(url)
        for _number in range(12):
            taken_in(**DARK)
        index_letters()
        with django_assert_max_num_queries(len(few)):
            people.dispatcher.client.get(url)

    def test_what_stands_in_very_many_texts_is_not_looked_up(self, people: People, two):
        rarity = rarity_of(Kind.LETTER)
        very_many = replace(rarity, texts=3_000_000)
        assert very_many.rarest(rarity.counts) == []
        assert len(rarity.rarest(rarity.counts)) == 6
        # What no text has is looked for only where some were not counted.
        assert rarity.rarest([1, 2]) == []
        assert very_many.rarest([1, 2]) == [few(1), few(2), many(1), many(2)]


def test_days_are_told(people: People, two):
    asked = Asked(DARK["body"], DARK["place"], "pothole")
    with time.at(time.now() + timedelta(days=2, hours=1)), override("en"):
        said = [why_in_words(each.why) for each in likely_same(people.clerk.actor, asked)]
    assert [line.rpartition(", ")[2] for line in said] == ["2 days ago"] * 2
