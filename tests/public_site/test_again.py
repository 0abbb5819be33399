"""Sending again is safe: one letter, one receipt, whatever a browser repeats."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from threading import Barrier

import pytest
from django.db import connection

from huiying.casework.models import CaseFile
from huiying.intake.models import Message, Submission
from tests.public_site.conftest import Desk, Writer, browser, keys_in, text_of

AT_ONCE = 6


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_the_same_form_gives_the_same_receipt(self, english: Writer):
        given = english.filled("The lamp is broken.")
        first = english.send(given)
        receipt = (english.code, english.secret)
        again = english.send(given)
        assert (english.code, english.secret) == receipt
        assert Submission.objects.count() == CaseFile.objects.count() == 1
        assert "We have your letter<" in text_of(first)
        assert "The same letter came twice" in text_of(again)

    def test_changed_content_from_the_same_page_is_a_new_letter(self, writer: Writer):
        given = writer.filled("一盏灯坏了。")
        writer.send(given)
        first = writer.code
        writer.send({**given, "body": "两盏灯坏了。"})
        assert writer.code != first
        assert Submission.objects.count() == 2

    @pytest.mark.parametrize("field", ["title", "place", "email", "wish", "category_code"])
    def test_any_changed_field_makes_it_another_letter(self, writer: Writer, field: str):
        changed = {
            "title": "灯",
            "place": "路口",
            "email": "a@example.com",
            "wish": "public",
            "category_code": "leak",
        }
        given = writer.filled()
        writer.send(given)
        writer.send({**given, field: changed[field]})
        assert Submission.objects.count() == 2

    def test_the_same_words_from_another_page_are_another_letter(self, writer: Writer):
        writer.write("灯坏了。")
        writer.write("灯坏了。")
        assert Submission.objects.count() == 2

    def test_every_page_has_a_key_of_its_own(self, writer: Writer):
        pages = [writer.client.get(writer.at("write")) for _ in range(3)]
        assert len({keys_in(page)["form_key"] for page in pages}) == 3

    def test_a_form_without_a_key_is_still_taken(self, writer: Writer):
        given = {"body": "没有钥匙", "wish": "private"}
        assert writer.send(given).status_code == 200
        assert writer.send(given).status_code == 200
        assert Submission.objects.count() == 2

    def test_a_letter_of_danger_sent_twice_is_one_letter(self, writer: Writer):
        given = writer.filled("煤气味", danger="on", sure="1")
        writer.send(given)
        writer.send(given)
        assert Submission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_letter(writer: Writer):
    given = writer.filled("大家一起按提交。")
    codes = at_once(lambda: receipt_of(writer.at("write"), given))
    assert len(set(codes)) == 1
    assert Submission.objects.count() == CaseFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_different_at_once_are_all_kept(writer: Writer):
    """The control: without the same content nothing is held back."""
    given = writer.filled()
    bodies = iter(f"第 {number} 封" for number in range(AT_ONCE))
    codes = at_once(lambda: receipt_of(writer.at("write"), {**given, "body": next(bodies)}))
    assert len(set(codes)) == AT_ONCE
    assert Submission.objects.count() == AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_an_answer_sent_many_times_at_once_is_one_answer(writer: Writer, desk: Desk):
    writer.write()
    desk.take_on(writer)
    desk.ask(writer, "哪一盏？")
    writer.open()
    given = {"answer-text": "东边第三盏。", **keys_in(writer.letter())}

    def answer() -> int:
        client = browser()
        client.cookies = SimpleCookie(
            {name: held.value for name, held in writer.client.cookies.items()}
        )
        return client.post(writer.at("letter_answer"), given).status_code

    assert set(at_once(answer)) == {303}
    assert Message.objects.filter(kind="answer").count() == 1
    assert writer.case.state == "in_progress"


def receipt_of(url: str, given: dict[str, object]) -> str:
    other = Writer()
    page = other.client.post(url, given)
    assert page.status_code == 200, text_of(page)
    return text_of(page).split('name="code" value="')[1][:12]


def at_once[R](act: Callable[[], R]) -> list[R]:
    """What `act` gave in several threads that began together."""
    barrier = Barrier(AT_ONCE)

    def run(_number: int) -> R:
        try:
            barrier.wait()
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))
