"""Following a letter: opening it, what the page says, and keeping others out."""

from datetime import timedelta

import pytest
from django.core import signing

from huiying.casework.actions.reporting import report_interim
from huiying.casework.actions.working import accept, return_to_desk
from huiying.casework.models import Report
from huiying.faces.public_site.opened import SALT
from huiying.intake import reads
from huiying.intake.receipts import new_code
from huiying.kernel import time
from tests.public_site.conftest import Desk, Writer, browser, keys_in, text_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class TestOpening:
    def test_code_and_secret_open_the_letter(self, writer: Writer):
        writer.write("我的信")
        opened = writer.open()
        assert (opened.status_code, opened["Location"]) == (303, writer.at("letter"))
        assert "我的信" in text_of(writer.letter())

    def test_how_they_are_typed_does_not_matter(self, writer: Writer):
        writer.write()
        plain = writer.secret.replace(" ", "")
        wide = "".join(chr(ord(digit) + 0xFEE0) for digit in writer.code)
        grouped = f" {writer.code[:4]}-{writer.code[4:8]} {writer.code[8:]}"
        for code, secret in ((grouped, plain.upper()), (wide, f" {plain} ")):
            assert writer.open(code, secret).status_code == 303

    def test_a_wrong_code_and_a_wrong_secret_get_the_same_answer(self, english: Writer):
        english.write()
        code, secret = english.code, english.secret
        english.write()
        other = english.code
        pages = [
            english.open(code=code, secret="0123456789"),
            english.open(code=swapped(code), secret=secret),
            english.open(code=other, secret=secret),
            english.open(code="123", secret=secret),
            english.open(code="\0", secret="\0"),
            english.open(code="٣" * 12, secret=secret),
            english.open(code=code, secret="x" * 5000),
        ]
        assert {page.status_code for page in pages} == {422}
        for page in pages:
            assert "letter-en" not in page.cookies
            assert "Code and secret do not match." in text_of(page)
        assert len({without_typed(text_of(page)) for page in pages}) == 1

    def test_wrong_and_wrong_cost_the_same_queries(self, writer: Writer, django_assert_num_queries):
        writer.write()
        code = writer.code
        with django_assert_num_queries(4):
            writer.open(code=code, secret="0123456789")
        with django_assert_num_queries(4):
            writer.open(code=swapped(code), secret="0123456789")

    def test_guessing_at_one_code_is_stopped_even_with_the_right_secret(self, english: Writer):
        english.write()
        with time.at(time.now().replace(minute=1)):
            for number in range(20):
                browser_at = browser()
                given = {"code": english.code, "secret": f"{number:010d}"}
                page = browser_at.post(
                    english.at("follow"), given, REMOTE_ADDR=f"192.0.2.{number + 1}"
                )
                assert page.status_code == 422
            right = english.open()
            assert right.status_code == 429
            assert "quarter of an hour" in text_of(right)
        with time.at(time.now().replace(minute=1) + timedelta(minutes=15)):
            assert english.open().status_code == 303

    def test_guessing_from_one_address_is_stopped(self, writer: Writer, monkeypatch):
        monkeypatch.setattr(reads, "TRIES_PER_ADDRESS", 40)
        writer.write()
        with time.at(time.now().replace(minute=1)):
            tries = [writer.open(code=f"{n:012d}", secret="x") for n in range(41)]
        assert {page.status_code for page in tries[:-1]} == {422}
        assert tries[-1].status_code == 429

    def test_nothing_typed_is_said_as_such(self, english: Writer):
        page = english.client.post(english.at("follow"), {})
        assert page.status_code == 422
        assert "Enter the code on your receipt." in text_of(page)

    def test_another_sites_form_opens_nothing(self, writer: Writer):
        writer.write()
        other = browser(Origin="https://elsewhere.example")
        given = {"code": writer.code, "secret": writer.secret}
        assert other.post(writer.at("follow"), given).status_code == 403


def swapped(code: str) -> str:
    """Another code with a right check digit, of no letter."""
    drawn = new_code()
    return drawn if drawn != code else new_code()


def without_typed(page: str) -> str:
    """The page without what was typed into its two fields."""
    lines = page.splitlines()
    return "\n".join(
        line for line in lines if 'id="id_code"' not in line and "id_secret" not in line
    )


class TestTheOpenLetter:
    def test_the_cookie_is_for_these_pages_and_no_script(self, writer: Writer, settings):
        settings.HTTPS = True
        writer.write()
        cookies = writer.open().cookies
        for language in ("zh-hans", "en"):
            held = cookies[f"letter-{language}"]
            assert held["path"] == f"/{language}/follow/"
            assert (held["httponly"], held["samesite"]) == (True, "Strict")
            assert held["secure"]
            assert int(held["max-age"]) == 3600
            assert writer.code not in held.value
            assert writer.secret.replace(" ", "") not in held.value

    def test_it_stays_open_in_the_other_language(self, writer: Writer):
        writer.write()
        writer.open()
        writer.language = "en"
        assert writer.letter().status_code == 200
        assert "We have your letter." in text_of(writer.letter())

    def test_it_closes_after_an_hour_without_a_page(self, writer: Writer):
        writer.write()
        start = time.now()
        with time.at(start):
            writer.open()
        with time.at(start + 0.9 * HOUR):
            assert writer.letter().status_code == 200
        with time.at(start + 1.8 * HOUR):
            assert writer.letter().status_code == 200
        with time.at(start + 3 * HOUR):
            closed = writer.letter()
            assert (closed.status_code, closed["Location"]) == (303, writer.at("follow"))

    def test_words_written_too_late_are_given_back(self, english: Writer):
        english.write()
        start = time.now()
        with time.at(start):
            english.open()
            given = {"add-text": "Long words <b>", **keys_in(english.letter())}
        with time.at(start + 2 * HOUR):
            page = english.client.post(english.at("letter_add"), given)
            assert page.status_code == 403
            assert "Long words &lt;b&gt;</textarea>" in text_of(page)
            assert "Nothing was sent" in text_of(page)

    def test_a_forged_cookie_opens_nothing(self, writer: Writer):
        writer.write("甲的信")
        label = writer.submission.label
        payload = {"letter": label, "at": int(time.now().timestamp())}
        for value in (
            label,
            "",
            "a:b:c",
            signing.dumps(payload),
            signing.dumps(payload, key="guessed", salt="huiying.public_site.opened"),
            "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        ):
            other = Writer()
            other.client.cookies["letter-zh-hans"] = value
            assert other.letter().status_code == 303

    def test_one_writers_cookie_does_not_open_anothers_letter(self, writer: Writer):
        writer.write("甲的信")
        other = Writer()
        other.write("乙的信")
        other.open()
        assert "乙的信" in text_of(other.letter())
        assert "甲的信" not in text_of(other.letter())

    def test_leaving_closes_it(self, english: Writer):
        english.write("My own letter")
        english.open()
        left = english.client.post(english.at("letter_leave"))
        assert (left.status_code, left["Location"]) == (303, english.at("follow"))
        assert left.cookies["letter-en"]["max-age"] == 0
        assert english.letter().status_code == 303
        shown = text_of(english.client.get(english.at("follow")))
        assert "closed in this browser" in shown
        assert "My own letter" not in shown

    def test_a_page_asked_for_without_an_open_letter_asks_for_the_code(self, writer: Writer):
        for name in ("letter", "letter_add", "letter_withdraw", "letter_vote"):
            page = writer.client.get(writer.at(name))
            assert (page.status_code, page["Location"]) == (303, writer.at("follow"))

    def test_a_reloaded_act_shows_the_letter(self, writer: Writer):
        writer.write()
        writer.open()
        page = writer.client.get(writer.at("letter_add"))
        assert (page.status_code, page["Location"]) == (303, writer.at("letter"))

    def test_a_letter_that_is_gone_asks_for_the_code(self, writer: Writer):
        now = int(time.now().timestamp())
        held = {"letter": "of-another-database", "at": now, "since": now}
        writer.client.cookies["letter-zh-hans"] = signing.dumps(held, salt=SALT)
        assert writer.letter().status_code == 303


class TestWhatItSays:
    def test_each_state_in_plain_words(self, english: Writer, desk: Desk):
        english.write("A lamp is broken.", place="Mill Road")
        english.open()
        assert "We have your letter." in text_of(english.letter())
        assert "Our letters desk" in text_of(english.letter())
        desk.assign(english)
        assert "Your letter is with this unit: Housing Department." in text_of(english.letter())
        assert "Our desk sorted it: Noise." in text_of(english.letter())
        accept(actor=desk.people.handler.actor, number=english.case.number)
        assert "Housing Department is working on it." in text_of(english.letter())
        return_to_desk(
            actor=desk.people.handler.actor,
            number=english.case.number,
            reason="not_our_field",
            words="Inside words",
        )
        page = text_of(english.letter())
        assert "Your letter is back at our desk." in page
        assert "Housing Department sent it back" in page
        assert "Inside words" not in page

    def test_a_question_stands_on_top_and_the_pause_is_explained(self, english: Writer, desk: Desk):
        english.write("My letter")
        desk.take_on(english)
        desk.ask(english, "Which lamp?")
        english.open()
        page = text_of(english.letter())
        assert "Housing Department has a question for you." in page
        assert "the clock stands still" in page
        assert page.index("Which lamp?") < page.index("My letter")
        assert "Housing Department asks you, through our desk" in page

    def test_ones_own_answer_stands_among_what_has_happened(self, english: Writer, desk: Desk):
        english.write()
        desk.take_on(english)
        desk.ask(english, "Which lamp?")
        english.open()
        english.act("answer", text="The third.")
        english.act("add", text="And the fourth.")
        happened = text_of(english.letter()).split('id="events-title"')[1]
        assert "You answered the question." in happened
        assert "You added to your letter." in happened

    def test_a_pause_that_is_used_up_is_said(self, english: Writer, desk: Desk):
        english.write()
        desk.take_on(english)
        desk.ask(english, "Which lamp?")
        with time.at(time.now() + timedelta(days=11)):
            english.open()
            assert "The clock is running again meanwhile." in text_of(english.letter())

    def test_late_is_said_to_be_late(self, english: Writer, desk: Desk):
        english.write()
        desk.take_on(english)
        with time.at(english.report.due_at + timedelta(days=2)):
            english.open()
            page = text_of(english.letter())
            assert "We are late with this." in page
            assert "2 days late" in page
            assert "owes you the reason" in page

    def test_late_says_why_once_the_unit_has_told_it(self, english: Writer, desk: Desk):
        english.write()
        desk.take_on(english)
        number, handler = english.report.case.number, desk.people.handler
        case_page = f"/en/desk/cases/{number}/"
        report_interim(actor=handler.actor, number=number, words="We look for the fault.")
        with time.at(english.report.due_at + timedelta(days=2)):
            unexplained = "Late, and the writer was not told why."
            assert unexplained in text_of(handler.client.get(case_page))
            report_interim(actor=handler.actor, number=number, words="The part is not here yet.")
            assert unexplained not in text_of(handler.client.get(case_page))
            english.open()
            page = text_of(english.letter())
            assert "We are late with this." in page
            assert "Why it takes longer: <bdi>The part is not here yet.</bdi>" in page
            assert "takes longer: <bdi>We look" not in page
            assert "owes you the reason" not in page

    def test_the_answer_and_its_result(self, english: Writer, desk: Desk):
        english.write()
        desk.take_on(english)
        desk.answer(english, "The lamp shines again.")
        english.open()
        page = text_of(english.letter())
        assert "Your letter has been answered." in page
        assert "The lamp shines again." in page
        assert "Housing Department answered. Result: Solved." in page
        assert "Is the problem solved?" in page
        desk.close(english)
        assert "This matter is closed. Result: Solved." in text_of(english.letter())
        assert "照片 3 张" not in text_of(english.letter())

    def test_a_declined_letter_names_who_can_help(self, english: Writer, desk: Desk):
        english.write()
        desk.decline(english, "Railway <Office>", "The wall stands on their land.")
        english.open()
        page = text_of(english.letter())
        assert "Railway &lt;Office&gt;" in page
        assert "The wall stands on their land." in page
        assert "Is the problem solved?" not in page
        assert "taken up again until" in page

    def test_a_complaint_about_conduct_is_said_to_be_one(self, english: Writer):
        english.write(named_units=["water"])
        english.open()
        assert "treated as a complaint about conduct" in text_of(english.letter())

    def test_nothing_of_another_writer_of_the_same_case(self, english: Writer, desk: Desk):
        """Joined letters: each writer sees their own words, days and verdict alone."""
        english.write("The first letter", title="First")
        english.open()
        english.act("add", text="Words of the first")
        desk.take_on(english)
        other = Writer("en")
        with time.at(time.now() + timedelta(days=1)):
            other.write("The second letter", title="Second")
        Report.objects.filter(pk=other.report.pk).update(case=english.case)
        with time.at(time.now() + timedelta(days=2)):
            desk.answer(english, "Shared answer")
            english.open()
            english.act("vote", verdict="not_solved")
            other.open()
            page = text_of(other.letter())
        assert "The second letter" in page
        assert "Shared answer" in page
        for foreign in ("first", "First", english.code, "You told us", "took it on"):
            assert foreign not in page


def test_the_same_queries_at_one_message_and_at_thirty(
    writer: Writer, desk: Desk, django_assert_num_queries
):
    writer.write()
    desk.take_on(writer)
    writer.open()
    writer.act("add", text="一")
    writer.letter()
    with django_assert_num_queries(15):
        writer.letter()
    for number in range(30):
        writer.act("add", text=f"补充 {number}")
    writer.letter()
    with django_assert_num_queries(15):
        writer.letter()
