"""The writer's acts on their own letter, and how each is refused."""

import re
from datetime import timedelta

import pytest

from huiying.casework.actions import working
from huiying.intake.models import Message
from huiying.intake.opening import text_of as text_of_message
from huiying.kernel import time
from huiying.record.models import Entry
from tests.public_site.conftest import Desk, Writer, browser, keys_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(english: Writer) -> Writer:
    english.write("A lamp is broken.")
    english.open()
    return english


def messages_of(writer: Writer) -> list[tuple[str, str, str]]:
    rows = Message.objects.filter(submission=writer.submission).order_by("id")
    return [(row.sender, row.kind, text_of_message(row)) for row in rows]


class TestAdding:
    def test_words_are_added_and_shown(self, opened: Writer):
        done = opened.act("add", text="It still <flickers>.\nSometimes.")
        assert (done.status_code, done["Location"]) == (303, opened.at("letter"))
        page = text_of(opened.letter())
        assert "Your words have been added" in page
        assert "It still &lt;flickers&gt;." in page
        assert "Your words have been added" not in text_of(opened.letter())
        assert messages_of(opened) == [("resident", "words", "It still <flickers>.\nSometimes.")]

    def test_words_can_be_added_in_every_state_until_withdrawn(self, opened: Writer, desk: Desk):
        desk.take_on(opened)
        assert opened.act("add", text="1").status_code == 303
        desk.answer(opened)
        assert opened.act("add", text="2").status_code == 303
        desk.close(opened)
        assert opened.act("add", text="3").status_code == 303
        assert len(messages_of(opened)) == 3

    @pytest.mark.parametrize("text", ["", "  \n", "字" * 10_001, "a\0b"])
    def test_what_cannot_be_kept_is_refused_in_its_place(self, opened: Writer, text: str):
        page = opened.act("add", text=text)
        assert page.status_code == 422
        assert 'href="#id_add-text"' in text_of(page)
        assert messages_of(opened) == []

    def test_sending_the_same_again_adds_once(self, opened: Writer):
        given = {"add-text": "Once.", **keys_in(opened.letter())}
        for _ in range(3):
            assert opened.client.post(opened.at("letter_add"), given).status_code == 303
        assert len(messages_of(opened)) == 1

    def test_the_same_words_from_a_fresh_page_are_added_again(self, opened: Writer):
        opened.act("add", text="Please.")
        opened.act("add", text="Please.")
        assert len(messages_of(opened)) == 2

    def test_another_sites_form_adds_nothing(self, opened: Writer):
        given = {"add-text": "Not me", **keys_in(opened.letter())}
        other = browser(Origin="https://elsewhere.example")
        other.cookies = opened.client.cookies
        assert other.post(opened.at("letter_add"), given).status_code == 403
        assert messages_of(opened) == []

    @pytest.mark.parametrize("key", ["", "0" * 40, "x", "é" * 40])
    def test_a_key_that_no_page_gave_is_asked_about(self, opened: Writer, key: str):
        given = {"add-text": "Words", "add-form_key": key}
        assert opened.client.post(opened.at("letter_add"), given).status_code == 422
        assert messages_of(opened) == []

    def test_a_page_of_another_letter_is_noticed(self, opened: Writer):
        given = {"add-text": "About the first letter", **keys_in(opened.letter())}
        first = opened.code
        opened.write("The second letter")
        opened.open()
        page = opened.client.post(opened.at("letter_add"), given)
        assert page.status_code == 422
        assert "you have opened another letter" in text_of(page)
        assert "About the first letter</textarea>" in text_of(page)
        again = {"add-text": "About the second", **keys_in(page)}
        assert opened.client.post(opened.at("letter_add"), again).status_code == 303
        assert messages_of(opened) == [("resident", "words", "About the second")]
        opened.code = first
        assert messages_of(opened) == []


class TestAnswering:
    def test_an_answer_sets_the_clock_going(self, opened: Writer, desk: Desk):
        desk.take_on(opened)
        desk.ask(opened, "Which lamp?")
        done = opened.act("answer", text="The third.")
        assert done.status_code == 303
        assert opened.case.state == "in_progress"
        assert ("resident", "answer", "The third.") in messages_of(opened)
        assert "the clock runs again" in text_of(opened.letter())

    def test_where_nobody_waits_the_words_are_offered_as_an_addition(
        self, opened: Writer, desk: Desk
    ):
        desk.take_on(opened)
        desk.ask(opened, "Which lamp?")
        given = {"answer-text": "The third.", **keys_in(opened.letter())}
        desk.go_on(opened)
        page = opened.client.post(opened.at("letter_answer"), given)
        assert page.status_code == 409
        assert "You can add words instead." in text_of(page)
        assert "The third.</textarea>" in text_of(page)
        added = {"add-text": "The third.", **keys_in(page)}
        assert opened.client.post(opened.at("letter_add"), added).status_code == 303
        assert ("resident", "words", "The third.") in messages_of(opened)

    def test_the_same_answer_sent_twice_is_no_error(self, opened: Writer, desk: Desk):
        desk.take_on(opened)
        desk.ask(opened, "Which lamp?")
        given = {"answer-text": "The third.", **keys_in(opened.letter())}
        for _ in range(2):
            assert opened.client.post(opened.at("letter_answer"), given).status_code == 303
        assert len(messages_of(opened)) == 2

    def test_an_empty_answer_changes_nothing(self, opened: Writer, desk: Desk):
        desk.take_on(opened)
        desk.ask(opened, "Which lamp?")
        assert opened.act("answer", text=" ").status_code == 422
        assert opened.case.state == "waiting"


class TestWithdrawing:
    @pytest.mark.parametrize(("said", "kept"), [("yes", True), ("no", False), ("unsaid", None)])
    def test_it_asks_whether_anybody_pressed(self, opened: Writer, said: str, kept: bool | None):
        asked = opened.client.get(opened.at("letter_withdraw"))
        assert "Has anyone pressed you to withdraw?" in text_of(asked)
        done = opened.act("withdraw", pressed=said)
        assert (done.status_code, done["Location"]) == (303, opened.at("letter"))
        assert opened.submission.state == "withdrawn"
        assert opened.report.pressed is kept
        page = text_of(opened.letter())
        assert "You withdrew this letter." in page
        for gone in ("letter_add", "letter_withdraw", "letter_vote"):
            assert f'action="{opened.at(gone)}"' not in page

    def test_the_answer_about_pressure_stands_in_no_entry(self, opened: Writer):
        opened.act("withdraw", pressed="yes")
        data = [entry.payload.data for entry in Entry.objects.select_related("payload")]
        assert "press" not in str(data)

    def test_it_is_not_done_without_saying(self, opened: Writer):
        page = opened.act("withdraw")
        assert page.status_code == 422
        assert opened.submission.state == "open"

    def test_after_an_answer_it_is_too_late(self, opened: Writer, desk: Desk):
        desk.take_on(opened)
        keys = keys_in(opened.client.get(opened.at("letter_withdraw")))
        desk.answer(opened)
        page = opened.client.post(opened.at("letter_withdraw"), {"withdraw-pressed": "no", **keys})
        assert page.status_code == 409
        assert "has just been answered" in text_of(page)
        assert opened.submission.state == "open"
        asked = opened.client.get(opened.at("letter_withdraw"))
        assert (asked.status_code, asked["Location"]) == (303, opened.at("letter"))

    def test_twice_is_no_error(self, opened: Writer):
        given = {
            "withdraw-pressed": "no",
            **keys_in(opened.client.get(opened.at("letter_withdraw"))),
        }
        for _ in range(2):
            assert opened.client.post(opened.at("letter_withdraw"), given).status_code == 303

    def test_words_for_a_withdrawn_letter_are_given_back(self, opened: Writer):
        given = {"add-text": "One more thing", **keys_in(opened.letter())}
        opened.act("withdraw", pressed="no")
        page = opened.client.post(opened.at("letter_add"), given)
        assert page.status_code == 409
        assert "This letter was withdrawn." in text_of(page)
        assert "One more thing</textarea>" in text_of(page)


class TestJudging:
    def test_before_an_answer_there_is_nothing_to_judge(self, opened: Writer):
        assert "Is the problem solved?" not in text_of(opened.letter())
        given = {"vote-verdict": "solved", "vote-form_key": key_for(opened)}
        page = opened.client.post(opened.at("letter_vote"), given)
        assert page.status_code == 409
        assert opened.report.vote == ""

    @pytest.mark.parametrize("verdict", ["solved", "partly", "not_solved"])
    def test_the_verdict_is_kept_and_shown(self, opened: Writer, desk: Desk, verdict: str):
        desk.take_on(opened)
        desk.answer(opened)
        assert opened.act("vote", verdict=verdict).status_code == 303
        assert opened.report.vote == verdict
        assert f'value="{verdict}" checked' in text_of(opened.letter())

    def test_once_given_it_is_said_and_no_longer_asked_for(self, opened: Writer, desk: Desk):
        desk.take_on(opened)
        desk.answer(opened)
        before = text_of(opened.letter())
        assert "Please tell us whether the problem is solved." in before
        assert "Change what you said" not in before
        opened.act("vote", verdict="partly")
        page = text_of(opened.letter())
        assert "Please tell us" not in page
        assert "You have told us how it stands." in page
        assert re.search(r"You said on [^<]+:.*?Partly solved", page, re.DOTALL)
        assert page.index("Change what you said") < page.index("letter/vote/")

    def test_it_can_be_changed_and_outlives_closing(self, opened: Writer, desk: Desk):
        desk.take_on(opened)
        desk.answer(opened)
        opened.act("vote", verdict="solved")
        desk.close(opened)
        opened.act("vote", verdict="not_solved")
        assert opened.report.vote == "not_solved"

    @pytest.mark.parametrize("verdict", ["", "wonderful", "solved\0"])
    def test_only_the_three_count(self, opened: Writer, desk: Desk, verdict: str):
        desk.take_on(opened)
        desk.answer(opened)
        page = opened.act("vote", verdict=verdict)
        assert page.status_code == 422
        assert "Choose one of the answers." in text_of(page)
        assert opened.report.vote == ""


class TestReopening:
    def test_within_the_window_as_of_right(self, opened: Writer, desk: Desk):
        desk.take_on(opened)
        desk.answer(opened)
        opened.act("vote", verdict="not_solved")
        assert "You can do this until" in text_of(opened.letter())
        done = opened.act("reopen", text="It went out again.")
        assert done.status_code == 303
        assert (opened.case.state, opened.case.round) == ("in_progress", 2)
        assert ("resident", "reopening", "It went out again.") in messages_of(opened)
        page = text_of(opened.letter())
        assert "The matter was taken up again." in page
        assert "You had it taken up again and said what is still wrong." in page
        assert "You added to your letter." not in page
        assert "Is the problem solved?" not in page
        assert "Our earlier answer" in page
        case_page = desk.people.handler.client.get(f"/en/desk/cases/{opened.case.number}/").text
        assert "What the writer was told" in case_page

    def test_after_the_window_it_is_refused_and_said(self, opened: Writer, desk: Desk):
        desk.take_on(opened)
        desk.answer(opened)
        working.close(
            actor=desk.people.handler.actor,
            number=opened.case.number,
            outcome="solved",
            proof="A picture.",
        )
        delivered = opened.report.delivered_at
        assert delivered is not None
        late = delivered + timedelta(days=30, minutes=1)
        with time.at(late - timedelta(minutes=2)):
            opened.open()
            given = {"reopen-text": "Out again.", **keys_in(opened.letter())}
        with time.at(late):
            page = opened.client.post(opened.at("letter_reopen"), given)
            assert page.status_code == 409
            assert "The time for reopening is over." in text_of(page)
            assert "Out again.</textarea>" in text_of(page)
            assert "reopen-text" not in text_of(opened.letter())
        assert opened.case.state == "closed"

    def test_before_an_answer_it_is_refused(self, opened: Writer):
        given = {"reopen-text": "Now!", "reopen-form_key": key_for(opened)}
        assert opened.client.post(opened.at("letter_reopen"), given).status_code == 409

    def test_it_needs_a_word(self, opened: Writer, desk: Desk):
        desk.take_on(opened)
        desk.answer(opened)
        assert opened.act("reopen", text="").status_code == 422
        assert opened.case.state == "answered"

    def test_sending_it_twice_reopens_once(self, opened: Writer, desk: Desk):
        desk.take_on(opened)
        desk.answer(opened)
        given = {"reopen-text": "  Out again. ", **keys_in(opened.letter())}
        for _ in range(2):
            assert opened.client.post(opened.at("letter_reopen"), given).status_code == 303
        assert opened.case.round == 2
        assert len(messages_of(opened)) == 1

    def test_a_declined_letter_can_be_taken_up_again(self, opened: Writer, desk: Desk):
        desk.decline(opened, "Railway Office", "Not ours.")
        assert opened.act("reopen", text="It is on your street.").status_code == 303
        assert opened.case.state == "returned"


def key_for(writer: Writer) -> str:
    """The key of a form that is on the page now, for one that is not."""
    return keys_in(writer.letter())["add-form_key"]
