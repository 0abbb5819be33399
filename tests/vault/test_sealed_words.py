"""What residents write lies under the key of its letter: in the database, in a dump, in the record."""

import ast
import threading
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connections

import huiying
from huiying.casework.actions.erasing import erase_words
from huiying.casework.actions.writing_back import add_words
from huiying.casework.models import CaseFile, Report
from huiying.finding.models import Text
from huiying.intake.actions import writing
from huiying.intake.actions.revealing import rewrap_seals
from huiying.intake.indexing import index_letters
from huiying.intake.models import Message, Seal
from huiying.intake.opening import DAMAGED, GONE, opens, text_of, words_of
from huiying.intake.reads import resident
from huiying.intake.states import ERASED
from huiying.kernel.actors import SYSTEM
from huiying.record import actions as record
from tests.engine.test_sealing_letters import dumped
from tests.people import People
from tests.public_site.conftest import Writer

PACKAGE = Path(huiying.__file__).parent
BODY = "我叫王小明，电话 13912345678。楼上半夜总在打桩，孩子睡不着。"
LATER = "昨晚又打到一点半，门牌 3-2-501。"
TITLE = "深夜打桩，我叫王小明"


def written() -> Writer:
    writer = Writer()
    writer.write(BODY, title=TITLE, place="文庙街 12 号 3 单元")
    add_words(actor=resident(writer.submission.label), text=LATER)
    return writer


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_a_dump_holds_the_masked_copy_until_it_is_erased_and_nothing_else(county):
    """The control: the same dump holds what is not sealed."""
    writer = written()
    index_letters()
    before = dumped()
    assert writer.code in before
    assert not [each for each in (BODY, TITLE, LATER, "王小明", "13912345678") if each in before]
    with_index = [line for line in before.splitlines() if "半夜总在打桩" in line]
    assert len(with_index) == Text.objects.count() == 1, "only what is searched, masked"
    erase_words(actor=SYSTEM, report=writer.report)
    after = dumped()
    assert not [each for each in ("打桩", "一点半", "文庙街") if each in after]
    assert not Seal.objects.exists()


@pytest.mark.django_db
def test_lists_go_by_a_masked_line(county):
    writer = written()
    assert "王小明" not in writer.case.title
    assert "深夜打桩" in writer.case.title
    untitled = Writer()
    untitled.write(f"{'很' * 30}，请打电话13912345678找我，谢谢你们了。")
    assert "139" not in untitled.case.title
    assert len(untitled.case.title) <= 40


@pytest.mark.django_db
def test_the_words_open_for_their_own_letter_alone(county):
    one, other = written(), written()
    mixed = one.submission
    mixed.sealed = other.submission.sealed
    with pytest.raises(InvalidTag):
        words_of(mixed)
    message = Message.objects.filter(submission=one.submission).get()
    message.sealed = mixed.sealed
    assert not opens(message)


@pytest.mark.django_db
def test_a_piece_of_the_exchange_opens_in_its_own_place_alone(county):
    """So that a hand with SQL lets no two of one letter change places, nor turns round who said it."""
    writer = written()
    add_words(actor=resident(writer.submission.label), text="第二句。")
    first, second = Message.objects.filter(submission=writer.submission).order_by("pk")
    assert (text_of(first), text_of(second)) == (LATER, "第二句。")
    second.sealed = first.sealed
    assert not opens(second)
    assert text_of(second) == str(DAMAGED)
    for column, other in (
        ("sender", "desk"),
        ("kind", "question"),
        ("author", "staff:x"),
        ("pk", 1),
    ):
        moved = Message.objects.get(pk=first.pk)
        setattr(moved, column, other)
        assert not opens(moved)


@pytest.mark.django_db
def test_without_its_key_nobody_reads_a_letter(county):
    writer = written()
    Seal.objects.filter(submission=writer.submission).delete()
    with pytest.raises(Seal.DoesNotExist):
        words_of(writer.submission)


@pytest.mark.django_db
def test_another_ring_key_opens_the_words_too(county, settings):
    writer = written()
    settings.KEY_RING = {**settings.KEY_RING, 9: b"n" * 32}
    assert rewrap_seals(actor=SYSTEM, most=10) == 1
    settings.KEY_RING = {9: b"n" * 32}
    assert words_of(writer.submission).body == BODY


@pytest.mark.django_db(transaction=True)
def test_words_that_come_while_the_letter_is_erased_go_with_it(county, monkeypatch):
    """Whoever adds holds the letter, so the erasure waits and then reaches what was added."""
    writer = written()
    adding, go_on = threading.Event(), threading.Event()
    write = record.write

    def slowly(**entry):
        adding.set()
        assert go_on.wait(30)
        return write(**entry)

    def add():
        try:
            writing.add_message(
                actor=resident(writer.submission.label),
                submission=writer.submission,
                kind="words",
                text=LATER,
            )
        finally:
            connections.close_all()

    monkeypatch.setattr(writing, "write", slowly)
    thread = threading.Thread(target=add)
    thread.start()
    assert adding.wait(30)
    erasing = threading.Thread(target=_erased, args=(writer,))
    erasing.start()
    erasing.join(0.5)
    assert erasing.is_alive(), "the erasure waits for the letter"
    go_on.set()
    thread.join(30)
    erasing.join(30)
    assert Message.objects.count() == 2
    assert {bytes(each.sealed) for each in Message.objects.all()} == {b""}
    assert words_of(writer.submission) == GONE


def _erased(writer: Writer) -> None:
    try:
        erase_words(actor=SYSTEM, report=writer.report)
    finally:
        connections.close_all()


@pytest.mark.django_db
def test_a_case_that_keeps_another_letter_goes_by_its_line(people: People):
    writer = written()
    other = Writer()
    other.write("同一个工地，也吵。")
    Report.objects.filter(pk=other.report.pk).update(case=writer.case, own_case=other.case)
    erase_words(actor=SYSTEM, report=writer.report)
    assert CaseFile.objects.get(pk=writer.case.pk).title == "同一个工地，也吵。"


@pytest.mark.django_db
def test_a_lost_key_and_a_line_masked_otherwise_keep_no_erasure_back(people: People):
    """Such as an archive from before a turn of the ring, whose erasures are done once more."""
    writer = written()
    other = Writer()
    other.write("同一个工地，也吵。")
    Report.objects.filter(pk=other.report.pk).update(case=writer.case, own_case=other.case)
    CaseFile.objects.filter(pk=writer.case.pk).update(title="深夜打桩，我叫王某明")
    erase_words(actor=SYSTEM, report=writer.report)
    assert CaseFile.objects.get(pk=writer.case.pk).title == "同一个工地，也吵。"
    Seal.objects.filter(submission=other.submission).update(key_number=99)
    assert erase_words(actor=SYSTEM, report=other.report)
    assert CaseFile.objects.get(pk=writer.case.pk).title == ERASED
    assert not Seal.objects.exists()


def test_letters_are_opened_by_reads_alone():
    """Each of these has found the letter through a policy, is its writer's, or is the worker."""
    openers = {
        "words_of",
        "words_in",
        "words_left",
        "each_opened",
        "each_readable",
        "texts_of",
        "text_of",
    }
    openers |= {"unseal", "key_of", "texts_left", "opens"}
    found = set()
    for path in PACKAGE.rglob("*.py"):
        name = str(path.relative_to(PACKAGE))
        if name in {"intake/opening.py", "intake/vault.py"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "huiying.intake.opening":
                found |= {(name, each.name) for each in node.names if each.name in openers}
    assert found == {
        ("casework/actions/calling.py", "each_readable"),
        ("casework/actions/erasing.py", "words_left"),
        ("casework/alike/candidates.py", "words_in"),
        ("casework/alike/reads.py", "words_left"),
        ("casework/case_letters.py", "texts_of"),
        ("casework/case_letters.py", "words_of"),
        ("casework/following.py", "words_of"),
        ("casework/landing/measured.py", "each_readable"),
        ("casework/landing/rehearsing.py", "words_left"),
        ("casework/landing/settled.py", "words_left"),
        ("casework/landing/trying.py", "words_left"),
        ("config/letter_checks.py", "opens"),
        ("config/letter_checks.py", "words_left"),
        ("intake/indexing.py", "words_left"),
        ("intake/reads.py", "text_of"),
        ("intake/unopened.py", "words_of"),
        ("replies/reads/beside.py", "words_of"),
        ("replies/reads/own_words.py", "words_of"),
        ("replies/reads/searching.py", "words_in"),
        ("supervision/joint_sessions/wording.py", "each_opened"),
    }
