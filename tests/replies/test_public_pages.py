"""What everybody reads: the list of answers and the permanent page of each."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiying.casework.actions.writing_back import reopen_own, vote
from huiying.casework.models import Report
from huiying.intake.reads import resident
from huiying.replies import reads
from huiying.replies.actions import mending, reviewing, writing
from huiying.replies.models import Reply
from huiying.replies.reads.finding import MOST_COUNTED
from huiying.replies.reads.public import answers
from huiying.replies.words import Words

pytestmark = pytest.mark.django_db


@pytest.fixture
def publish(people, in_hand, words):
    handlers = {"housing": people.handler, "water": people.other_handler}

    def make(title: str = "", lead: str = "housing", category: str = "noise") -> Reply:
        case = in_hand(lead=lead, category=category)
        said = Words(title or words.title, words.question, words.text, words.outcome, "public")
        reply = writing.put_forward(actor=handlers[lead].actor, number=case.number, words=said)
        return reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)

    return make


def _titles(page) -> list[str]:
    found = re.findall(r'class="hy-card__title"><a href="[^"]+"><bdi>([^<]+)</bdi>', page.text)
    assert page.status_code == 200
    return found


def test_an_empty_list_says_so_and_a_choice_without_answers_too(people, publish):
    assert "No answer has been published yet" in people.stranger.get("/en/answers/").text
    assert "还没有公开的答复" in people.stranger.get("/zh-hans/answers/").text
    publish()
    page = people.stranger.get("/en/answers/?category=leak").text
    assert "No answer fits this choice" in page


def test_the_list_is_narrowed_by_category_group_and_unit(people, publish):
    publish("noise one")
    publish("leak one", lead="water", category="leak")
    get = people.stranger.get
    assert _titles(get("/en/answers/")) == ["leak one", "noise one"]
    assert _titles(get("/en/answers/?category=leak")) == ["leak one"]
    assert _titles(get("/en/answers/?category=living")) == ["leak one", "noise one"]
    assert _titles(get("/en/answers/?unit=housing")) == ["noise one"]
    assert _titles(get("/en/answers/?unit=county")) == ["leak one", "noise one"]
    assert _titles(get("/en/answers/?unit=estates")) == []
    assert _titles(get("/en/answers/?unit=water&category=living")) == ["leak one"]
    assert _titles(get("/en/answers/?unit=water&category=noise")) == []
    for odd in ("?category=nothing", "?unit=%00", "?older=nothing&unit=%F0%9F%A6%A9"):
        assert get(f"/en/answers/{odd}").status_code == 200
    assert _titles(get("/en/answers/?category=nothing")) == []


def test_the_list_is_walked_in_both_directions(people, publish):
    made = [publish(f"answer {number}").address for number in range(7)]
    for chosen in ({}, {"category": "living"}, {"unit": "housing", "category": "noise"}):
        first = answers(size=3, **chosen)
        second = answers(size=3, older=first.older, **chosen)
        third = answers(size=3, older=second.older, **chosen)
        walked = [line.address for page in (first, second, third) for line in page.lines]
        assert walked == list(reversed(made))
        assert (first.newer, third.older) == ("", "")
        assert answers(size=3, newer=third.newer, **chosen).lines == second.lines
        assert answers(size=3, newer=second.newer, **chosen).lines == first.lines


def test_a_place_in_the_list_survives_a_correction(people, publish, words):
    """The page goes on from an answer that was corrected or withdrawn while it was read."""
    made = [publish(f"answer {number}") for number in range(4)]
    first = answers(size=2)
    edge = made[2]
    assert first.older == edge.address
    correction = mending.correct_and_submit(
        actor=people.handler.actor, label=edge.label, words=words, reason="A slip."
    )
    reviewing.approve_and_issue(actor=people.reviewer.actor, label=correction.label, seen=1)
    again = answers(size=2)
    assert [line.address for line in again.lines] == [line.address for line in first.lines]
    assert again.lines[1].corrected
    following = answers(size=2, older=first.older)
    assert [line.address for line in following.lines] == [made[1].address, made[0].address]
    mending.withdraw(actor=people.reviewer.actor, label=correction.label, reason="All wrong.")
    following = answers(size=2, older=first.older)
    assert [line.address for line in following.lines] == [made[1].address, made[0].address]


def test_the_list_costs_the_same_at_one_row_and_at_thirty(people, publish):
    def cost(address: str) -> int:
        client = people.unit_reviewer.client if "desk" in address else people.stranger
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    addresses = [
        "/en/answers/",
        "/en/answers/?category=living&unit=county",
        "/en/",
        "/en/desk/answers/?tab=published",
    ]
    publish()
    at_one = [cost(address) for address in addresses]
    for _each in range(29):
        publish()
    assert [cost(address) for address in addresses] == at_one
    assert max(at_one) <= 12


def test_counting_stops(people, publish, monkeypatch):
    monkeypatch.setattr("huiying.replies.reads.finding.MOST_COUNTED", 2)
    monkeypatch.setattr("huiying.faces.public_site.answers.MOST_COUNTED", 2)
    for _each in range(4):
        publish()
    assert answers().count == 3
    assert "More than 2 answers" in people.stranger.get("/en/answers/").text
    assert MOST_COUNTED == 1000


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Received", "Answered", "Noise", "Housing Department", "Solved", "Our answer"]),
        ("zh-hans", ["收到", "答复", "噪声", "住房和城乡建设局", "已解决", "我们的答复"]),
    ],
)
def test_the_permanent_page_says_everything_in_both_languages(
    people, publish, words, language, expected
):
    reply = publish()
    page = people.stranger.get(f"/{language}/answers/{reply.address}/").text
    for words_on_page in [*expected, words.title, words.question, words.text]:
        assert words_on_page in page
    assert page.count("<h1") == 1


def _said(page: str) -> list[tuple[str, str]]:
    """Who says what came of it, as the page shows it."""
    found = re.findall(r'hy-said__who">([^<]+)</span>\s*<span class="hy-chip [^"]+">([^<]+)<', page)
    return [(who.strip(), what) for who, what in found]


def test_the_unit_and_the_resident_each_say_what_came_of_it(people, publish):
    """Which of them says so stands beside it, and only the resident's word is green."""
    reply = publish()
    address = f"/en/answers/{reply.address}/"
    unit = ("The unit says:", "Solved")
    assert _said(people.stranger.get(address).text) == [
        unit,
        ("The resident says:", "has not said"),
    ]
    writer = resident(Report.objects.get(case=reply.case).submission.label)
    vote(actor=writer, verdict="not_solved")
    for page in (people.stranger.get(address).text, people.stranger.get("/en/answers/").text):
        assert _said(page) == [unit, ("The resident says:", "Not solved")]
        assert "hy-tone--success" not in page
    reopen_own(actor=writer, text="It is dark again.")
    page = people.stranger.get(address).text
    assert _said(page) == [unit, ("The resident says:", "had it taken up again")]


def test_what_was_never_published_has_no_page(people, in_hand, words):
    reply = writing.put_forward(actor=people.handler.actor, number=in_hand().number, words=words)
    address = f"/en/answers/{reply.address}/"
    assert people.stranger.get(address).status_code == 404
    reviewing.approve_and_issue(
        actor=people.reviewer.actor, label=reply.label, seen=1, privately=True
    )
    assert people.stranger.get(address).status_code == 404
    assert people.stranger.get(f"/en/answers/{reply.label}/").status_code == 404


def _correct(people, reply: Reply, text: str, reason: str, **changes) -> Reply:
    correction = mending.correct_and_submit(
        actor=people.handler.actor,
        label=reply.label,
        words=Words("Title", "Question", text),
        reason=reason,
        **changes,
    )
    return reviewing.approve_and_issue(actor=people.reviewer.actor, label=correction.label, seen=1)


def test_every_earlier_text_stays_below_with_its_reason(people, publish, words):
    first = publish()
    second = _correct(people, first, "second text", "reason two")
    third = _correct(people, second, "third text", "reason three")
    assert third.address == first.address
    page = people.stranger.get(f"/en/answers/{first.address}/").text
    places = [page.index(each) for each in ("third text", "reason three", "reason two", words.text)]
    assert places == sorted(places)
    assert page.count("<details") == 2
    shown = reads.answers_for_submission(first.case.reports.get().submission_id)
    assert [len(answer.corrections) for answer in shown] == [2]
    assert shown[0].text == "third text"


def test_a_withdrawn_answer_says_why_and_shows_its_text_struck(people, publish, words):
    reply = publish()
    mending.withdraw(actor=people.supervisor.actor, label=reply.label, reason="Wrong site.")
    page = people.stranger.get(f"/en/answers/{reply.address}/").text
    assert "Wrong site." in page
    assert re.search(rf"<del[^>]*>{re.escape(words.text)}</del>", page)
    assert "noindex" in page
    assert answers().lines == ()


def test_personal_data_is_hidden_wherever_it_stood(people, publish, words):
    first = publish("Mr Li of Lane 5")
    second = _correct(people, first, "clean text", "A name.", hides_earlier=True)
    page = people.stranger.get(f"/en/answers/{first.address}/").text
    assert "clean text" in page
    assert words.text not in page
    assert "Mr Li" not in page
    mending.withdraw(
        actor=people.supervisor.actor, label=second.label, reason="Still in it.", hide_text=True
    )
    for language in ("en", "zh-hans"):
        page = people.stranger.get(f"/{language}/answers/{first.address}/").text
        assert "Still in it." in page
        for hidden in ("clean text", words.text, "Mr Li"):
            assert hidden not in page
