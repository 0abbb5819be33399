"""While a resident writes: what is public about the same, and "me too", which stays theirs alone."""

import logging
from html import unescape

import pytest
from django.conf import settings

from huiying.casework.actions import sorting, writing_back
from huiying.casework.actions.joining import join
from huiying.casework.desk_models import Likened
from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.intake.models import Submission
from huiying.intake.reads import resident
from huiying.kernel.models import Limit
from huiying.replies.actions.mending import withdraw
from huiying.replies.actions.reviewing import approve_and_issue
from huiying.replies.actions.writing import put_forward
from huiying.replies.models import Reply
from huiying.replies.tasks import index_answers
from huiying.replies.words import Words
from tests.public_site.conftest import Desk, Writer, browser, keys_in, text_of

pytestmark = pytest.mark.django_db
LETTER = "人民路小学门口路灯坏了三天，我家孩子小宝晚上回来害怕。"
MINE = "小学门口的路灯坏了好几天，人民路一段全黑。"
WORDS = Words(
    title="人民路小学门口路灯不亮",
    question="人民路小学门口的路灯坏了，晚上看不见路。",
    text="灯泡已经换好。",
    outcome="solved",
    audience="public",
)
URL = "/en/write/alike/"


def publish(desk: Desk, writer: Writer, words: Words = WORDS) -> Reply:
    people, number = desk.people, writer.case.number
    reply = put_forward(actor=people.handler.actor, number=number, words=words)
    issued = approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=reply.version)
    index_answers()
    return issued


@pytest.fixture
def answered(english: Writer, desk: Desk) -> Reply:
    """A published answer about a dark street."""
    english.send(english.filled(LETTER, wish="public", email="first@example.org"))
    english.open()
    desk.take_on(english)
    return publish(desk, english)


def look(**given: str) -> str:
    return unescape(text_of(browser().post(URL, {"body": MINE} | given)))


def me_too(reply: Reply, **more: object) -> Writer:
    other = Writer("en")
    other.send(other.filled(MINE, wish="public", me_too=reply.address, **more))
    other.open()
    return other


class TestWhatIsShown:
    def test_a_published_answer_with_why_and_nothing_of_its_letter(self, answered: Reply):
        page = look()
        assert WORDS.title in page
        assert f"/en/answers/{answered.address}/" in page
        assert "same street (人民路)" in page or "similar words" in page
        assert "小宝" not in page
        assert "1 published answer may be about the same" in page
        assert "<html" not in page
        # Something else brings nothing.
        assert WORDS.title not in look(body="自来水浑浊发黄，一直没有人来修。")
        assert WORDS.title not in look(body="路灯")
        assert WORDS.title not in look(conduct="on")
        assert WORDS.title not in look(named_units="water")

    def test_what_is_not_on_view_is_never_shown(self, answered: Reply, english, desk: Desk):
        other = Writer("en")
        other.send(other.filled("人民路小学门口路灯坏了。", wish="private"))
        desk.take_on(other)
        desk.answer(other, "人民路小学门口路灯已经修好。")
        index_answers()
        assert look().count("hy-alike__case") == 1
        sorting.mark_conduct(
            actor=desk.people.clerk.actor, number=english.case.number, unit_codes=["water"]
        )
        assert "hy-alike__case" not in look()

    def test_neither_a_letter_nor_a_withdrawn_answer_can_be_found_out(self, answered, desk: Desk):
        before = look()
        letter = Writer("en")
        letter.write(MINE, wish="public")
        letter.open()
        desk.take_on(letter)
        assert look() == before
        withdraw(actor=desk.people.reviewer.actor, label=answered.label, reason="写错了。")
        assert "hy-alike__case" not in look()

    def test_without_a_script_a_button_shows_it_and_keeps_the_words(self, answered: Reply):
        writer = Writer("en")
        given = writer.filled(MINE, place="人民路", email="b@example.org", look="1")
        page = unescape(text_of(writer.client.post("/en/write/", given)))
        assert WORDS.title in page
        assert f">\n{MINE}</textarea>" in page or MINE in page
        assert "b@example.org" in page
        assert Submission.objects.count() == 1
        sent = writer.client.post("/en/write/", {**given, "body": "自来水浑浊发黄。"})
        assert "Nothing public looks like it. Just send your letter." in text_of(sent)


class TestHostileUse:
    def test_it_is_limited_quietly_and_the_letter_can_still_be_sent(
        self, answered: Reply, monkeypatch
    ):
        monkeypatch.setattr("huiying.faces.public_site.alike.LOOKS_PER_ADDRESS", 1)
        monkeypatch.setattr(settings, "TRIES_FACTOR", 1)
        assert "hy-alike__case" in look()
        assert "hy-alike__case" not in look()
        assert "We have your letter" in text_of(Writer("en").write(MINE))
        assert not Likened.objects.exists()

    def test_nothing_is_kept_or_logged(self, answered: Reply, caplog):
        count = Submission.objects.count()
        with caplog.at_level(logging.DEBUG):
            assert browser().get(f"{URL}?body={MINE}").status_code == 405
            look(body="我叫欧阳建国，电话13800138000，人民路路灯坏了。")
        assert "13800138000" not in caplog.text
        assert "欧阳建国" not in caplog.text
        assert Submission.objects.count() == count
        assert all(len(bytes(each.bucket)) == 32 for each in Limit.objects.all())
        elsewhere = browser(origin="https://elsewhere.example")
        assert elsewhere.post(URL, {"body": MINE}).status_code == 403
        for body in (
            "\0" * 50,
            "路灯坏了" * 20_000,
            "\ud83d" * 3 + "路灯坏了呀",
            "🙂" * 40,
            "<b>" * 40,
        ):
            asked = browser().post(URL, {"body": body.encode("utf-8", "replace").decode()})
            assert asked.status_code == 200

    def test_an_address_that_somebody_made_up_says_nothing(self, answered: Reply, desk: Desk):
        private = Writer("en")
        private.send(private.filled("人民路小学门口路灯坏了。", wish="private"))
        desk.take_on(private)
        desk.answer(private)
        hidden = Reply.objects.exclude(pk=answered.pk).get(case=private.case).address
        for number, address in enumerate((hidden, "x" * 500, "\0", "' OR 1=1 --")):
            writer = Writer("en")
            receipt = writer.write(f"{MINE}{number}", me_too=address)
            assert "We have your letter" in text_of(receipt)
            assert "about the same as an answer" not in text_of(receipt)
        # Nor does a complaint about conduct.
        receipt = Writer("en").write(MINE, me_too=answered.address, conduct="on")
        assert "about the same as an answer" not in text_of(receipt)
        assert not Likened.objects.exists()


class TestMeToo:
    def test_a_letter_of_ones_own_proposed_to_the_desk_and_joined_by_nobody(
        self, answered: Reply, english: Writer, desk: Desk
    ):
        other = me_too(answered)
        assert other.code != english.code
        assert other.case != english.case
        assert other.case.state == State.RECEIVED
        said = Likened.objects.get()
        assert (said.case, said.other, said.said) == (other.case, english.case, "writer")
        url = f"/en/desk/cases/{other.case.number}/alike/"
        page = unescape(text_of(desk.people.dispatcher.client.get(url)))
        assert "The writer says that it is about the same." in page
        for mine, theirs in ((other, english), (english, other)):
            text = text_of(mine.letter())
            assert theirs.code not in text
            assert "first@example.org" not in text
            assert str(theirs.case.number) not in text

    def test_the_receipt_says_so_also_when_it_is_sent_again(self, answered: Reply):
        other = Writer("en")
        given = other.filled(MINE, me_too=answered.address)
        for _time in range(2):
            assert "about the same as an answer" in text_of(other.send(given))
        assert Likened.objects.count() == 1

    def test_a_letter_with_something_to_mend_shows_it_again(self, answered: Reply):
        writer = Writer("en")
        given = writer.filled(MINE, me_too=answered.address, wish="")
        page = writer.client.post("/en/write/", given)
        assert page.status_code == 422
        assert answered.address in text_of(page)
        # So does the page that asks about danger first.
        page = writer.client.post(
            "/en/write/", writer.filled(MINE, me_too=answered.address, danger="on")
        )
        assert f'name="me_too" value="{answered.address}"' in text_of(page)

    def test_once_it_is_answered_everyone_is_told_in_their_own_thread(
        self, answered: Reply, english: Writer, desk: Desk
    ):
        writing_back.reopen_own(actor=resident(english.submission.label), text="又不亮了。")
        assert "being worked on again" in look()
        assert "tell me when it is answered" in look()
        other = me_too(answered)
        people, number, into = desk.people, other.case.number, english.case.number
        due = other.report.due_at
        join(actor=people.dispatcher.actor, number=number, into=into)
        assert "handles these letters together" in text_of(other.letter())
        assert other.report.due_at == due
        assert "灯座也换了" not in text_of(other.letter())
        words = Words("路灯又亮了", "路灯又不亮了。", "灯座也换了。", "solved", "public")
        publish(desk, english, words)
        mine = text_of(other.letter())
        assert "灯座也换了" in mine
        assert english.code not in mine
        assert "小宝" not in mine
        assert keys_in(other.letter())["vote-form_key"]
        assert other.report.delivered_at is not None
        assert CaseFile.objects.get(number=number).state == State.JOINED
