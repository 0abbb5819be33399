"""Searching the published answers: what everybody finds, and what nobody does."""

import re

import pytest
from django.db import connection

from huiying.casework.actions.sorting import mark_conduct
from huiying.finding.searching import Search, TextsFound
from huiying.kernel.paging import Place
from huiying.replies.actions import mending, reviewing, writing
from huiying.replies.tasks import index_answers
from huiying.replies.words import Words

pytestmark = pytest.mark.django_db


@pytest.fixture
def publish(people, in_hand):
    handlers = {"housing": people.handler, "water": people.other_handler}

    def make(text, *, title="答复", lead="housing", category="noise"):
        case = in_hand(lead=lead, category=category)
        said = Words(title, "居民问了一件事。", text, "solved", "public")
        reply = writing.put_forward(actor=handlers[lead].actor, number=case.number, words=said)
        reply = reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)
        index_answers()
        return reply

    return make


def _titles(page):
    assert page.status_code == 200
    cards = re.findall(r'class="hy-card__title"><a href="[^"]+"><bdi>(.*?)</bdi>', page.text, re.S)
    return [re.sub("<.*?>|\n", "", card) for card in cards]


def test_words_are_found_with_the_filters_and_marked(people, publish):
    publish("路灯已经修好。", title="路灯不亮")
    publish("水管已经换新。", title="漏水", lead="water", category="leak")
    get = people.stranger.get
    assert _titles(get("/en/answers/?q=路灯")) == ["路灯不亮"]
    assert _titles(get("/zh-hans/answers/?q=路燈")) == ["路灯不亮"]
    assert _titles(get("/en/answers/?q=已经")) == ["漏水", "路灯不亮"]
    assert _titles(get("/en/answers/?q=已经&unit=water")) == ["漏水"]
    assert _titles(get("/en/answers/?q=已经&category=noise")) == ["路灯不亮"]
    assert _titles(get("/en/answers/?q=已经 水管")) == ["漏水"]
    assert _titles(get("/en/answers/?q=修")) == ["路灯不亮"]
    page = get("/en/answers/?q=路灯").text
    assert '<mark class="hy-found">路灯</mark>已经修好' in page
    assert 'value="路灯"' in page
    assert "1 answer<" in page


def test_what_is_not_there_is_said(people, publish):
    publish("路灯已经修好。")
    assert "No answer fits this choice" in people.stranger.get("/en/answers/?q=地铁").text
    assert "No answer fits this choice" in people.stranger.get("/en/answers/?q=%00█").text


@pytest.mark.parametrize(
    "query", ["13800138000", "张主任", "a@b.cn", "湘A12345", "九个 字 一 二 三 四 五 六 七"]
)
def test_what_cannot_be_searched_for_is_refused_with_the_reason(people, publish, query):
    page = people.stranger.get("/en/answers/", {"q": query})
    assert page.status_code == 422
    assert ("People cannot be searched for" in page.text) != ("eight words at most" in page.text)


def test_only_what_is_published_now_is_found(people, publish):
    first = publish("路灯已经修好。")
    get = people.stranger.get
    correction = mending.correct(
        actor=people.handler.actor,
        label=first.label,
        words=Words("答复", "居民问了一件事。", "路牌已经修好。", "solved", "public"),
        reason="写错了字",
    )
    index_answers()
    assert len(_titles(get("/en/answers/?q=路灯"))) == 1
    assert _titles(get("/en/answers/?q=路牌")) == []
    writing.submit(actor=people.handler.actor, label=correction.label, seen=1)
    reviewing.approve_and_issue(actor=people.reviewer.actor, label=correction.label, seen=1)
    assert _titles(get("/en/answers/?q=路灯")) == []
    assert len(_titles(get("/en/answers/?q=路牌"))) == 1
    mending.withdraw(
        actor=people.reviewer.actor, label=correction.label, reason="弄错了地方", hide_text=False
    )
    assert _titles(get("/en/answers/?q=路牌")) == []


def test_a_complaint_about_conduct_is_found_by_nobody(people, publish):
    reply = publish("路灯已经修好。")
    mark_conduct(
        actor=people.clerk.actor,
        number=reply.case.number,
        unit_codes=["housing"],
    )
    assert _titles(people.stranger.get("/en/answers/?q=路灯")) == []


def test_pages_of_a_search_go_on_where_they_ended(people, publish, monkeypatch):
    monkeypatch.setattr("huiying.replies.reads.searching.PAGE_SIZE", 2)
    for number in range(5):
        publish("路灯已经修好。", title=f"第{number}件")
    address, titles = "/en/answers/?q=路灯", []
    while address:
        page = people.stranger.get(address)
        titles += _titles(page)
        older = re.search(r'rel="next" href="([^"]+)"', page.text)
        address = older[1].replace("&amp;", "&") if older else ""
    assert titles == [f"第{number}件" for number in (4, 3, 2, 1, 0)]


def test_a_search_that_takes_too_long_is_broken_off_and_says_so(people, publish, monkeypatch):
    publish("路灯已经修好。")

    def slow(_search: Search, _size: int, _after: Place | None = None) -> TextsFound:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")
        return TextsFound([], 0, exact=True)

    monkeypatch.setattr("huiying.finding.bounding.MILLISECONDS", 50)
    monkeypatch.setattr(Search, "newest", slow)
    page = people.stranger.get("/en/answers/?q=路灯")
    assert page.status_code == 503
    assert "This search takes too long at the moment" in page.text
    assert 'value="路灯"' in page.text
    monkeypatch.undo()
    assert _titles(people.stranger.get("/en/answers/?q=路灯")) == ["答复"]
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_one_character_is_looked_for_in_the_newest_answers_alone(people, publish, monkeypatch):
    """It has no index: anybody could have the whole table read again and again."""
    for number, text in enumerate(("路灯已经修好。", "水管已经换新。", "垃圾已经运走。")):
        publish(text, title=f"第{number}件")
    get = people.stranger.get
    assert _titles(get("/en/answers/?q=灯")) == ["第0件"]
    monkeypatch.setattr("huiying.finding.searching.READ_FIRST", 1)
    monkeypatch.setattr("huiying.finding.searching.READ_MOST", 1)
    assert _titles(get("/en/answers/?q=灯")) == []
    assert _titles(get("/en/answers/?q=管")) == ["第1件"]
    assert "2 answers<" in get("/en/answers/?q=已").text
    assert _titles(get("/en/answers/?q=路灯")) == ["第0件"], "two characters have an index"
