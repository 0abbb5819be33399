"""The index: what goes in, when, and that it leaves with the words."""

import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.db import connection, connections, transaction
from django.db.models import Exists, OuterRef
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.casework.actions.receiving import receive
from huiying.casework.models import Report
from huiying.finding import following
from huiying.finding.actions import Source, forget
from huiying.finding.clauses import compiled
from huiying.finding.few import Few
from huiying.finding.grams import FIRST_TEXTS, few, grams_of, many
from huiying.finding.models import Followed, Kind, Text
from huiying.finding.searching import Search
from huiying.finding.wording import searchable
from huiying.intake.actions.erasing import erase_words
from huiying.intake.indexing import index_letters
from huiying.intake.letters import Letter
from huiying.intake.models import Submission
from huiying.intake.opening import Words, seal_words, words_of
from huiying.intake.vault import new_seal
from huiying.kernel.actors import STRANGER, SYSTEM
from tests.engine.commands import eventually
from tests.scene import letter

pytestmark = pytest.mark.django_db


def _held(kind=Kind.LETTER):
    return dict(Text.objects.filter(kind=kind).values_list("key", "text"))


@settings(max_examples=60)
@given(st.text(max_size=200).filter(lambda text: "\0" not in text))
def test_the_database_counts_the_same_pairs(text):
    with connection.cursor() as cursor:
        for number, numbering in ((1, few), (FIRST_TEXTS, few), (FIRST_TEXTS + 1, many)):
            cursor.execute("SELECT finding_pairs(%s, %s)", [text, number])
            assert set(cursor.fetchone()[0]) == set(map(numbering, grams_of(text)))


def test_a_letter_is_indexed_masked_and_folded(people):
    letter(people, title="路燈壞了", body="我叫王小明，电话13800138000，ＬＥＤ灯不亮。")
    assert index_letters() == 1
    assert index_letters() == 0
    assert list(_held().values()) == ["路灯坏了 我叫█,电话█,led灯不亮。"]


def test_erasing_words_takes_the_text_in_the_same_act(people):
    case, _receipt = letter(people)
    index_letters()
    report = Report.objects.get(case=case)
    with pytest.raises(RuntimeError):
        forget(Kind.LETTER, [report.submission_id])
    assert _held()
    erase_words(actor=SYSTEM, submission=report.submission)
    assert not _held()
    assert index_letters() == 0


def test_other_rules_make_every_text_anew_and_the_old_is_found_until_then(people, monkeypatch):
    for _each in range(3):
        letter(people)
    erased, _receipt = letter(people)
    index_letters()
    made = list(Text.objects.all())
    Text.objects.all().delete()
    Text.objects.bulk_create(
        Text(kind=each.kind, key=each.key, at=each.at, text="old") for each in made
    )
    erase_words(actor=SYSTEM, submission=Report.objects.get(case=erased).submission)
    monkeypatch.setattr(following, "RULES", following.RULES + 1)
    monkeypatch.setattr(following, "BATCH", 1)
    with transaction.atomic():
        state = following._locked(Kind.LETTER)
        assert state
        rows = Submission.objects.filter(words_erased_at=None)
        source = lambda row: Source(row.pk, row.received_at, words_of(row).body)  # noqa: E731
        assert following._make_anew(state, rows, source, erasable=True)
    assert sorted(_held().values()).count("old") == 2
    assert following.left_to_make_anew() == {Kind.LETTER: 2}
    assert index_letters() == 0
    assert len(_held()) == 3
    assert "old" not in _held().values()
    assert following.left_to_make_anew() == {}


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_commits_late_is_not_lost(county):
    """The control: a cursor on the last number alone would pass it by."""
    drawn, go_on = threading.Event(), threading.Event()

    def write_slowly():
        try:
            with transaction.atomic():
                kept = Submission(**_row("slow"))
                seal, key = new_seal(kept)
                kept.sealed = seal_words(key, kept.label, Words("", "下水道堵了", ""))
                kept.save()
                seal.save(force_insert=True)
                drawn.set()
                go_on.wait(60)
        finally:
            connections.close_all()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert drawn.wait(60)
    receive(actor=STRANGER, letter=Letter(body="路灯坏了"))
    assert index_letters() == 1
    last = max(_held())
    _time_passes()
    assert index_letters() == 0
    assert Followed.objects.get(kind=Kind.LETTER).settled == 0
    go_on.set()
    thread.join(60)
    late = Submission.objects.get(label="slow").pk
    assert late < last  # what a cursor would have passed
    assert index_letters() == 1
    assert late in _held()

    def has_settled() -> bool:
        _time_passes()
        index_letters()
        return bool(Followed.objects.get(kind=Kind.LETTER).settled == last)

    # Transactions of the server's other databases, such as those of other tests, are waited for, too.
    eventually(has_settled, 120, "the number is settled")


def _time_passes():
    Followed.objects.update(since="2020-01-01T00:00Z")


def _row(label):
    return {
        "label": label, "code": "100000000000", "code_key": 1, "received_at": "2026-11-01T08:00Z",
        "channel": "web", "language": "zh-hans", "wish": "private",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_an_erasure_at_the_same_moment_wins(county):
    """The letter's row is locked while its text is made: the erasure waits, then takes the text out."""
    receive(actor=STRANGER, letter=Letter(body="路灯坏了"))
    submission = Submission.objects.get()
    reading, done = threading.Event(), threading.Event()

    def erase():
        try:
            reading.wait(60)
            erase_words(actor=SYSTEM, submission=submission)
            done.set()
        finally:
            connections.close_all()

    def slow(row):
        reading.set()
        assert not done.wait(0.5)
        return Source(row.pk, row.received_at, words_of(row).body)

    thread = threading.Thread(target=erase)
    thread.start()
    letters = Submission.objects.filter(words_erased_at=None).select_related("seal")
    assert following.follow(Kind.LETTER, letters, slow, erasable=True) == 1
    thread.join(60)
    assert done.is_set()
    assert not _held()


WORDS = st.text(alphabet="路灯坏了水 ab1,。灯灯", min_size=0, max_size=25)


@settings(max_examples=40)
@given(
    st.lists(WORDS, max_size=12),
    st.lists(st.text("路灯坏了水ab1", min_size=1, max_size=4), min_size=1, max_size=2),
)
def test_a_search_finds_what_a_plain_reading_finds(texts, words):
    with transaction.atomic():
        _fill(texts)
        found = _search(words).newest(100).lines
        assert {line.key for line in found} == {
            key for key, text in enumerate(texts) if _has(text, words)
        }
        assert [line.at for line in found] == sorted((line.at for line in found), reverse=True)
        assert _search(words).count() == len(found)
        transaction.set_rollback(True)


@settings(max_examples=35)
@given(
    texts=st.lists(WORDS, max_size=12),
    word=st.text("路灯坏了水ab1", min_size=1, max_size=3),
    mine=st.sets(st.integers(0, 11)),
    read=st.sampled_from([0.0, 2.5, 1000.0]),
    together=st.integers(0, 6),
)
def test_whoever_reads_some_finds_what_a_plain_reading_of_these_finds(
    texts, word, mine, read, together
):
    """Page by page, in every way of asking, whichever numbers the pairs of a text have in the index."""
    changed = {
        "searching.READ_FIRST": 3,
        "searching.LITTLE": 0,
        "searching.SELDOM": 1.0,
        "few.READ": read,
    }
    with transaction.atomic(), ExitStack() as patched:
        for name, value in changed.items():
            patched.enter_context(mock.patch(f"huiying.finding.{name}", value))
        _fill(texts, range(together), first=FIRST_TEXTS - 5)
        theirs = Text.objects.filter(key__in=mine)
        allowed = compiled(Exists(theirs.filter(key=OuterRef("key"))))
        few = Few.of(Text.objects.filter(key__in={*mine, 0, 1}).values_list("at", "key"))
        expected = {key for key in mine if key < len(texts) and _has(texts[key], [word])}
        for those in (None, few):
            search = Search(Kind.ANSWER, [word], allowed, few=those)
            kept, place = [], None
            while page := search.newest(2, place).lines:
                kept += [(line.at, line.id, line.key) for line in page]
                place = (page[-1].at, page[-1].id)
            assert sorted(key for _at, _id, key in kept) == sorted(expected)
            assert kept == sorted(kept, reverse=True)
            assert search.count() == len(expected)
        transaction.set_rollback(True)


def _fill(texts, together=range(0), first=1):
    """One text a minute, numbered from `first` on; those with keys in `together` all at the moment of the
    first of them.
    """
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    minutes = [together[0] if key in together else key for key in range(len(texts))]
    Text.objects.bulk_create(
        Text(
            id=first + key,
            kind=Kind.ANSWER,
            key=key,
            at=begin + timedelta(minutes=minute),
            text=searchable(text),
        )
        for key, (minute, text) in enumerate(zip(minutes, texts, strict=True))
    )


def _search(words):
    return Search(Kind.ANSWER, words, compiled(Exists(Text.objects.all())))


def _has(text, words):
    """Character by character, without an index or an expression."""
    folded = searchable(text)
    latin = "abcdefghijklmnopqrstuvwxyz0123456789"

    def at(word, place):
        end = place + len(word)
        if folded[place:end] != word:
            return False
        before, after = folded[place - 1 : place] if place else "", folded[end : end + 1]
        cut_before = word[0] in latin and before and before in latin
        cut_after = word[-1] in latin and after and after in latin
        return not (cut_before or cut_after)

    return all(any(at(word, place) for place in range(len(folded))) for word in words)


@pytest.mark.parametrize("read", [0.0, 1000.0])
def test_who_has_few_texts_finds_all_of_them_page_by_page(monkeypatch, db, read):
    """By reading them, or by the index; of texts of one moment none is passed by, and none comes twice."""
    monkeypatch.setattr("huiying.finding.searching.READ_FIRST", 5)
    monkeypatch.setattr("huiying.finding.searching.LITTLE", 0)
    monkeypatch.setattr("huiying.finding.few.READ", read)
    _fill(["路灯坏了" if number % 3 else "漏水" for number in range(60)], together=range(20, 40))
    mine = Text.objects.filter(key__range=(10, 50), key__in=range(0, 60, 2))
    allowed = compiled(Exists(mine.filter(key=OuterRef("key")).exclude(key=30)))
    few = Few.of(mine.values_list("at", "key"))
    search = Search(Kind.ANSWER, ["路灯"], allowed, few=few)
    kept, place = [], None
    while page := search.newest(3, place).lines:
        kept += [line.key for line in page]
        place = (page[-1].at, page[-1].id)
    expected = [key for key in range(10, 51, 2) if key % 3 and key != 30]
    assert sorted(kept) == expected
    assert search.count() == len(expected)


@pytest.mark.parametrize("little", [0, 3000])
def test_pages_of_a_common_word_and_of_a_rare_one(monkeypatch, db, little):
    """Whether the index is asked for some time or for all, nothing is passed by and nothing comes twice."""
    monkeypatch.setattr("huiying.finding.searching.READ_FIRST", 5)
    monkeypatch.setattr("huiying.finding.searching.LITTLE", little)
    texts = ["路灯坏了" if number % 2 else "漏水" for number in range(60)] + ["噪声"]
    for number in (3, 30, 55):
        texts[number] = "罕见的事"
    _fill(texts)
    for word, expected in (("路灯", 28), ("罕见", 3), ("见", 3), ("漏水", 29)):
        kept, place = [], None
        while page := _search([word]).newest(4, place).lines:
            kept += [line.key for line in page]
            place = (page[-1].at, page[-1].id)
        assert len(kept) == expected == _search([word]).count(), word
        assert kept == sorted(kept, reverse=True)
