"""The desk's search: who finds what, that it is recorded, and that nobody finds a person."""

import argparse
import contextlib
import json
import random
import re
import threading

import pytest

from huiying.casework.actions.erasing import erase_words
from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.models import Report
from huiying.casework.policy import visible_cases
from huiying.config.cli import installation
from huiying.config.cli import search as command
from huiying.config.worker import LOOPS, Worker
from huiying.finding.clauses import Clause, fetch
from huiying.finding.errors import AboutSomebody, TooLong
from huiying.finding.models import Kind, Text
from huiying.finding.wording import searchable
from huiying.intake.indexing import index_letters
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid, NotAllowed
from huiying.record.models import Entry
from huiying.replies.actions import reviewing, writing
from huiying.replies.actions.searching import search
from huiying.replies.models import Reply
from huiying.replies.reads.searching import BEST, Asked, searches_of
from huiying.replies.states import SAID
from huiying.replies.tasks import index_answers
from huiying.replies.words import Words
from tests.engine.commands import eventually
from tests.finding.test_masking import identifiers
from tests.people import MEMBERS
from tests.scene import letter

pytestmark = pytest.mark.django_db
READERS = ("clerk", "dispatcher", "handler", "colleague", "other_handler", "below", "reviewer",
           "unit_reviewer", "supervisor", "auditor", "investigator")  # fmt: skip


def _numbers(person, query, **asked):
    found = search(actor=person.actor, query=query, asked=Asked(**asked))
    assert found.total == len(found.hits)
    return [hit.number for hit in found.hits]


def _post(person, query, **more):
    return person.client.post("/en/desk/search/", {"q": query} | more)


def test_everybody_finds_what_they_may_read_and_no_more(people):
    housing, _receipt = letter(people, upto="in_progress", body="路灯坏了一个月")
    new, _receipt = letter(people, body="门口的路灯也坏了")
    index_letters()
    both = [new.number, housing.number]
    found = {name: _numbers(getattr(people, name), "路灯") for name in READERS}
    for name in ("clerk", "dispatcher", "reviewer", "supervisor", "auditor"):
        assert found.pop(name) == both, name
    for name in ("handler", "colleague", "unit_reviewer"):
        assert found.pop(name) == [housing.number], name
    assert set(map(tuple, found.values())) == {()}


@pytest.mark.parametrize("name", ["leader", "administrator"])
def test_who_reads_no_letters_searches_none(people, name):
    person = getattr(people, name)
    with pytest.raises(NotAllowed):
        search(actor=person.actor, query="路灯", asked=Asked())
    assert person.client.get("/en/desk/search/").status_code == 403
    assert _post(person, "路灯").status_code == 403


def test_a_complaint_is_never_found_by_those_it_is_about(people):
    case, _receipt = letter(people, upto="in_progress", body="科长态度恶劣")
    index_letters()
    assert _numbers(people.handler, "态度") == [case.number]
    mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["housing"])
    for name in ("handler", "colleague", "below", "unit_reviewer", "other_handler"):
        assert _numbers(getattr(people, name), "态度") == []
    assert _numbers(people.clerk, "态度") == [case.number]


def test_words_filters_and_kinds(people):
    case, _receipt = letter(
        people, upto="in_progress", title="路燈", body="ＬＥＤ灯 not working", place="三里桥"
    )
    letter(people, body="水管漏水")
    index_letters()
    find = people.clerk
    for query in ("路灯", "路燈", "led", "LED灯", "Working", "working 路灯", "三里", "灯"):
        assert _numbers(find, query) == [case.number], query
    for query in ("work", "ed灯", "路水", "led 漏水"):
        assert _numbers(find, query) == [], query
    assert _numbers(find, "灯", category="noise") == [case.number]
    assert _numbers(find, "灯", category="living") == [case.number]
    assert _numbers(find, "灯", category="leak") == []
    assert _numbers(find, "灯", unit="county") == [case.number]
    assert _numbers(find, "灯", unit="water") == []
    assert _numbers(find, "灯", unit="nowhere") == []
    assert _numbers(find, "灯", kind="answer") == []


def test_answers_that_were_given_are_found_drafts_are_not(scene):
    index_letters()
    index_answers()
    people = scene.people
    found = set(_numbers(people.clerk, "许可", kind=Kind.ANSWER))
    said = Reply.objects.filter(state__in=SAID)
    assert found == set(said.values_list("case__number", flat=True))
    assert not found & {scene.at_work.number, scene.in_review.case.number}
    assert Text.objects.filter(kind=Kind.ANSWER).count() > 1


def test_the_page_shows_the_words_marked_and_numbers_of_nobody(people):
    case, _receipt = letter(people, title="噪声", body="我叫王小明，13800138000，夜里施工<b>太吵")
    index_letters()
    assert _post(people.clerk, "施工").status_code == 200
    page = _post(people.clerk, "施工").text
    assert "1 found" in page
    assert '<mark class="hy-found">施工</mark>&lt;b&gt;太吵' in page
    assert f'href="/en/desk/cases/{case.number}/"' in page
    assert "王小明" not in page
    assert "13800138000" not in page
    assert "Nothing was found" in _post(people.clerk, "地铁").text


@pytest.mark.parametrize(
    ("query", "refusal"),
    [("13800138000", AboutSomebody), ("王主任", AboutSomebody), ("一 二 三 四 五 六 七 八 九", TooLong),
     ("字" * 61, TooLong), ("  ", Invalid), ("█", Invalid)],
)  # fmt: skip
def test_what_cannot_be_searched_for(people, query, refusal):
    before = Entry.objects.count()
    with pytest.raises(refusal):
        search(actor=people.clerk.actor, query=query, asked=Asked())
    assert _post(people.clerk, query).status_code == 422
    assert Entry.objects.count() == before


def test_a_search_is_an_entry_whose_words_can_be_erased(people):
    letter(people, body="路灯坏了")
    index_letters()
    _post(people.clerk, "路灯 坏", unit="housing")
    entry = Entry.objects.get(action="search.made")
    assert entry.actor == people.clerk.actor.label
    assert entry.payload.data == {"words": ["路灯", "坏"], "hits": 0, "unit": "housing"}
    assert "路灯" not in entry.subject


def test_pages_go_on_where_they_ended(people, monkeypatch):
    monkeypatch.setattr("huiying.replies.reads.searching.PAGE_SIZE", 2)
    cases = [letter(people, body=f"路灯坏了{number}")[0].number for number in range(5)]
    index_letters()
    kept, older = [], ""
    while True:
        page = _post(people.clerk, "路灯", older=older).text
        kept += [int(number) for number in re.findall(r"/en/desk/cases/(\d+)/\"><bdi>", page)]
        again = re.search(r'name="older" value="([^"]+)"', page)
        if not again:
            break
        older = again[1]
    assert kept == cases[::-1]


def test_the_command_needs_somebody_and_prints_what_they_find(people, command_line):
    case, _receipt = letter(people, upto="in_progress", body="路灯坏了")
    index_letters()
    with pytest.raises(SystemExit):
        command_line("路灯")
    code, out = command_line("路灯", "--as", "handler", "--json")
    found = json.loads(out)
    assert (code, found["total"], found["hits"][0]["case"]) == (0, 1, case.number)
    assert found["hits"][0]["found"] == ["路灯"]
    assert json.loads(command_line("路灯", "--as", "other_handler", "--json")[1])["total"] == 0
    assert command_line("路灯", "--as", "nobody")[0] == 1
    assert command_line("13800138000", "--as", "handler")[0] == 1
    assert command_line("路灯", "--as", "leader")[0] == 1


@pytest.fixture
def command_line(capsys, monkeypatch):
    """`huiying search` in this process; gives its status and what it prints."""
    monkeypatch.setattr(installation, "ready", contextlib.nullcontext)
    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers())

    def run(*words):
        code = command.run(parser.parse_args(["search", *words]))
        return code, capsys.readouterr().out

    return run


def _plant(people, planted):
    """Letters and a published answer that hold all of these."""
    for at in range(0, len(planted), 100):
        case, _receipt = letter(
            people, upto="in_progress", body="，电话等：" + "；".join(planted[at : at + 100])
        )
    index_letters()
    text = "，电话等：" + "；".join(planted[:300])
    said = Words("答复", "居民问了一件事。", text, "solved", "public")
    reply = writing.put_forward(actor=people.handler.actor, number=case.number, words=said)
    reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)
    index_answers()


def test_a_thousand_planted_identifiers_are_found_by_nobody(people, command_line):
    """Each query, and each piece of it that a search would take, in the whole index at once."""
    chance = random.Random(8)
    planted = [said for _kind, said in identifiers(chance, 1000)]
    planted += [f"我叫{name}，" for name in ("王小明", "欧阳春兰", "李建国")]
    _plant(people, planted)
    held = "\n".join(Text.objects.values_list("text", flat=True))
    assert held.count("█") > 1000
    for said in planted:
        plain = searchable("0" + said).removeprefix("0")
        assert "█" in plain, said
    for said in planted[:1000]:
        for digits in re.findall("[0-9]{5,}", said):
            assert digits not in held
    for name in READERS:
        for said in chance.sample(planted, 6):
            with pytest.raises(AboutSomebody):
                search(actor=getattr(people, name).actor, query=said, asked=Asked())
            assert _post(getattr(people, name), said).status_code == 422
            for piece in (said[:6], said[-6:]):
                try:
                    assert _numbers(getattr(people, name), piece) == []
                except (AboutSomebody, Invalid):
                    continue
    for said in chance.sample(planted, 6):
        assert command_line(said, "--as", "clerk", "--json") == (1, "")
        page = people.stranger.get("/en/answers/", {"q": said})
        assert page.status_code == 422
        for piece in (said[:6].strip(" -+"), said[-6:]):
            code, out = command_line(piece, "--as", "clerk", "--json")
            assert code == 1 or json.loads(out)["total"] == 0, piece
            page = people.stranger.get("/en/answers/", {"q": piece})
            assert page.status_code == 422 or "hy-card__title" not in page.text, piece


def test_the_best_match_comes_first_where_that_is_asked_for(people, command_line):
    often, _receipt = letter(people, title="路灯坏了", body="路灯不亮，换过路灯还是不亮")
    title, _receipt = letter(people, title="路灯坏了", body="晚上看不清路")
    late, _receipt = letter(people, title="噪声", body="夜里施工太吵" * 5 + "，路灯也坏了")
    index_letters()
    newest = [late.number, title.number, often.number]
    assert _numbers(people.clerk, "路灯") == newest
    assert _numbers(people.clerk, "路灯", order=BEST) == newest[::-1]
    page = _post(people.clerk, "路灯", order="relevance").text
    shown = re.findall(r"/en/desk/cases/(\d+)/\"><bdi>", page)
    assert shown == [str(number) for number in newest[::-1]]
    for order, expected in (("newest", newest), ("relevance", newest[::-1])):
        _code, out = command_line("路灯", "--as", "clerk", "--json", "--order", order)
        assert [hit["case"] for hit in json.loads(out)["hits"]] == expected


def test_all_are_counted_on_the_command_line_and_enough_on_the_page(
    people, command_line, monkeypatch
):
    monkeypatch.setattr("huiying.replies.reads.searching.PAGE_SIZE", 2)
    monkeypatch.setattr("huiying.finding.searching.READ_FIRST", 14)
    for number in range(25):
        letter(people, body=f"路灯坏了{number}")
    index_letters()
    assert "More than 10 found" in _post(people.clerk, "路灯").text
    _code, out = command_line("路灯", "--as", "clerk", "--json")
    found = json.loads(out)
    assert (found["total"], len(found["hits"])) == (25, 2)
    _code, out = command_line("路灯", "--as", "clerk", "--json", "--older", found["older"])
    assert json.loads(out)["total"] == 25
    assert "Older ones" in _post(people.clerk, "路灯", older=found["older"]).text


@pytest.mark.django_db(transaction=True)
def test_a_letter_is_found_by_the_running_worker_without_a_word_to_it(people):
    """Within how long is for `make bench` to say; here, that it is found at all."""
    loop = next(each for each in LOOPS if each.task is index_letters)
    worker = Worker([loop])
    thread = threading.Thread(target=worker._repeated(loop), daemon=True)
    letter(people, body="路灯坏了")
    thread.start()
    try:
        eventually(lambda: bool(_numbers(people.clerk, "路灯")), 60, "the letter is found")
    finally:
        worker.stop()
        thread.join(30)


def test_erased_words_are_found_no_more(people):
    case, _receipt = letter(people, body="路灯坏了")
    index_letters()
    erase_words(actor=SYSTEM, report=Report.objects.get(case=case))
    assert _numbers(people.clerk, "路灯") == []


def test_whoever_reads_all_finds_just_the_letters_that_the_policy_shows(scene):
    """A search asks which few are kept from somebody; every other page asks for each case."""
    people = scene.people
    for case, said in (
        (scene.new, {"unit_codes": ["housing"], "usernames": []}),
        (scene.at_work, {"unit_codes": [], "usernames": [people.auditor.account.username]}),
        (scene.answered, {"unit_codes": ["desk"], "usernames": []}),
    ):
        mark_conduct(actor=people.clerk.actor, number=case.number, **said)
    index_letters()
    told_apart = set()
    for name in MEMBERS:
        actor = getattr(people, name).actor
        seen = Report.objects.filter(case__in=visible_cases(actor))
        for asked in (Asked(kind=Kind.LETTER), Asked(kind=Kind.LETTER, category="noise")):
            [search] = searches_of(actor, ("x",), asked)
            found = {key for (key,) in fetch(Clause("key"), search.allowed)}
            expected = seen.filter(case__category__code="noise") if asked.category else seen
            assert found == set(expected.values_list("submission_id", flat=True)), (name, asked)
            told_apart.add((asked.category, frozenset(found)))
    assert len(told_apart) > 5
