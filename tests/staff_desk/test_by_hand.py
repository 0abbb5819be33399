"""Letters to post and calls to make, and when the time for reopening begins by each way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override

from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.delivered import window_start
from huiying.intake.models import Reveal
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.notices import tasks
from huiying.notices.actions import note_bounce
from huiying.notices.actions_errands import note_call
from huiying.notices.errors import ErrandEnded
from huiying.notices.models import CallAttempt, Errand, Outgoing
from huiying.notices.reads import Delivery
from huiying.notices.states import ERRAND_STEPS, STEPS, ErrandState, Result
from huiying.record.models import Entry
from tests.people import People
from tests.public_site.conftest import Desk, Writer, text_of

pytestmark = pytest.mark.django_db
HOME = "王小明\n文庙街 12 号"
NUMBER = "139 0000 1234"


@pytest.fixture(autouse=True)
def all_ways(settings, tmp_path) -> None:
    settings.ANSWER_WAYS = ["mail", "sms", "letter", "call"]
    settings.SMS_BACKEND, settings.MAIL_FOLDER = "file", tmp_path


@pytest.fixture
def desk(people: People) -> Desk:
    return Desk(people)


def at(name: str, **arguments: object) -> str:
    with override("en"):
        return reverse(f"staff_desk:{name}", kwargs=arguments)


def answered(desk: Desk, **reach: str) -> Writer:
    writer = Writer("en")
    writer.write("楼道的灯不亮。", **reach)
    desk.take_on(writer)
    desk.answer(writer, "路灯已经修好。")
    tasks.sweep()
    writer.open()
    return writer


def do(people: People, what: str, **given: str) -> Any:
    errand = Errand.objects.latest("made_at")
    return people.clerk.client.post(at("errand", errand_id=errand.pk), {"do": what, **given})


def test_a_letter_is_listed_printed_and_posted(desk: Desk, people: People):
    writer = answered(desk, hears_by="letter", address=HOME)
    assert Outgoing.objects.filter(result="by_hand").count() == 1, "no letter for a mere receipt"
    listed = text_of(people.clerk.client.get(at("by_hand")))
    assert "By post" in listed
    assert "文庙街" not in listed
    errand = Errand.objects.get()
    page = people.clerk.client.get(at("errand", errand_id=errand.pk))
    assert "路灯已经修好" in text_of(page)
    assert "文庙街" not in text_of(page)
    shown = do(people, "show")
    assert "文庙街 12 号" in text_of(shown)
    assert "路灯已经修好" in text_of(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    assert Reveal.objects.get().reason == "call_back"
    assert do(people, "posted").status_code == 302
    assert "文庙街" not in text_of(writer.letter())
    assert "By post · Posted" in text_of(writer.letter())
    assert "Nothing to post" in text_of(people.clerk.client.get(at("by_hand")))
    assert do(people, "posted").status_code == 404, "it is on the list no more"
    assert Entry.objects.filter(action="errand.posted").count() == 1


def test_an_address_is_shown_five_times_an_hour(desk: Desk, people: People, settings):
    settings.REVEALS_PER_HOUR = 1
    answered(desk, hears_by="letter", address=HOME)
    assert do(people, "show").status_code == 200
    refused = do(people, "show")
    assert refused.status_code == 429
    assert "文庙街" not in text_of(refused)


def test_three_calls_and_a_clear_end(desk: Desk, people: People):
    writer = answered(desk, hears_by="call", phone=NUMBER)
    assert NUMBER in text_of(do(people, "show"))
    assert do(people, "call", result="nobody").status_code == 302
    errand = Errand.objects.get()
    assert errand.due_at > time.now() + timedelta(hours=2)
    later = (time.now() + timedelta(days=1)).astimezone().strftime("%Y-%m-%dT%H:%M")
    assert do(people, "call", result="later", call_at=later).status_code == 302
    assert "They ask to be called again" in text_of(people.clerk.client.get(at("by_hand")))
    assert do(people, "call", result="nobody").status_code == 302
    errand.refresh_from_db()
    assert (errand.state, CallAttempt.objects.count()) == ("failed", 3)
    assert "Did not reach them" in text_of(writer.letter())
    case = text_of(people.clerk.client.get(at("case", number=writer.case.number)))
    assert "Called the writer (call 3): Nobody answered." in case


@pytest.mark.parametrize(("result", "state"), [("reached", "done"), ("wrong_number", "failed")])
def test_one_call_may_end_it(desk: Desk, people: People, result, state):
    answered(desk, hears_by="call", phone=NUMBER)
    assert do(people, "call", result=result).status_code == 302
    assert Errand.objects.get().state == state


@pytest.mark.parametrize(
    "given",
    [
        {}, {"result": "x"}, {"result": "later", "call_at": "x"},
        {"result": "later", "call_at": "2001-01-01T10:00"},
        {"result": "nobody", "call_at": "2099-01-01T10:00"},
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(desk: Desk, people: People, given):
    answered(desk, hears_by="call", phone=NUMBER)
    assert do(people, "call", **given).status_code == 422
    assert not CallAttempt.objects.exists()


def test_a_call_kept_twice_counts_once(desk: Desk, people: People):
    """Two clerks, or one who presses twice, with the page from before."""
    answered(desk, hears_by="call", phone=NUMBER)
    errand = Errand.objects.select_related("notice").get()
    actor = people.clerk.actor
    note_call(actor=actor, errand=errand, result="nobody")
    with pytest.raises(ErrandEnded):
        note_call(actor=actor, errand=errand, result="nobody")
    assert CallAttempt.objects.count() == 1


def test_errands_are_for_clerks_who_may_see_the_case(desk: Desk, people: People):
    writer = answered(desk, hears_by="letter", address=HOME)
    errand = Errand.objects.get()
    for name in ("handler", "dispatcher", "administrator", "supervisor"):
        client = getattr(people, name).client
        assert client.get(at("by_hand")).status_code == 403
        assert client.post(at("errand", errand_id=errand.pk), {"do": "show"}).status_code == 403
    mark_conduct(actor=people.dispatcher.actor, number=writer.case.number, usernames=["clerk"])
    assert "By post" not in text_of(people.clerk.client.get(at("by_hand")))
    assert do(people, "show").status_code == 404
    assert do(people, "posted").status_code == 404
    assert not Reveal.objects.exists()


def test_a_letter_of_a_withdrawn_writer_is_not_posted(desk: Desk, people: People):
    writer = Writer("en")
    writer.write("楼道的灯不亮。", hears_by="letter", address=HOME)
    desk.take_on(writer)
    desk.ask(writer, "哪一盏？")
    tasks.sweep()
    assert "By post" in text_of(people.clerk.client.get(at("by_hand")))
    writer.open()
    writer.act("withdraw", pressed="no")
    assert "By post" not in text_of(people.clerk.client.get(at("by_hand")))


def test_a_list_costs_the_same_with_one_and_with_many(
    desk: Desk, people: People, django_assert_max_num_queries
):
    answered(desk, hears_by="letter", address=HOME)
    client = people.clerk.client
    client.get(at("by_hand"))
    with django_assert_max_num_queries(9) as few:
        client.get(at("by_hand"))
    first = Outgoing.objects.get(result="by_hand")
    for number in range(4):
        first.pk, first.message_id = None, f"copy{number}@huiying"
        first.save(force_insert=True)
        now = time.now()
        Errand.objects.create(notice=first, way="letter", state="waiting", made_at=now, due_at=now)
    with django_assert_max_num_queries(len(few)):
        assert text_of(client.get(at("by_hand"))).count("Do it") == 5


def test_whoever_changes_the_way_takes_the_news_off_the_clerks_list(
    desk: Desk, people: People, tmp_path
):
    writer = answered(desk, hears_by="letter", address=HOME)
    stale = Errand.objects.get()
    writer.act("reach", hears_by="sms", phone=NUMBER)
    assert "By post" not in text_of(people.clerk.client.get(at("by_hand")))
    gone = people.clerk.client.post(at("errand", errand_id=stale.pk), {"do": "posted"})
    assert gone.status_code == 404
    tasks.sweep()
    (message,) = tmp_path.glob("*.sms")
    assert writer.code in message.read_text()
    page = text_of(writer.letter())
    assert "By post · Another way was chosen since" in page
    assert "By text message · Sent" in page
    writer.act("reach", hears_by="call", phone=NUMBER)
    tasks.sweep()
    assert len(list(tmp_path.glob("*.sms"))) == 1, "what was sent is not sent again"
    assert Errand.objects.filter(state="waiting").count() == 0


def test_another_number_for_the_same_way_leaves_the_call_where_it_is(desk: Desk, people: People):
    writer = answered(desk, hears_by="call", phone=NUMBER)
    do(people, "call", result="nobody")
    writer.act("reach", hears_by="call", phone="138 0000 9999")
    errand = Errand.objects.get()
    assert (errand.state, errand.attempts.count()) == ("waiting", 1)
    assert "138 0000 9999" in text_of(do(people, "show"))


def test_what_could_not_be_brought_is_listed_and_goes_again(desk: Desk, people: People):
    writer = answered(desk, hears_by="call", phone=NUMBER)
    answered(desk, hears_by="call", phone="138 0000 9999")
    first = Errand.objects.earliest("made_at")
    url = at("errand", errand_id=first.pk)
    people.clerk.client.post(url, {"do": "call", "result": "wrong_number"})
    listed = text_of(people.clerk.client.get(at("failures")))
    assert "Call them" not in listed
    assert "Did not reach them" in listed
    assert listed.count("/again/") == 1
    narrowed = at("failures") + "?way=call&result="
    assert text_of(people.clerk.client.get(narrowed + "by_hand")).count("/again/") == 1
    assert text_of(people.clerk.client.get(narrowed + "bounced")).count("/again/") == 0
    assert people.handler.client.post(at("failure_again", notice=first.pk)).status_code == 403
    for _press in range(2):
        people.clerk.client.post(at("failure_again", notice=first.pk))
    assert text_of(people.clerk.client.get(at("failures"))).count("/again/") == 0
    writer.act("reach", hears_by="mail", email="a@example.org")
    tasks.sweep()
    assert Outgoing.objects.get(again_of=first.pk).way == "mail"
    other = Errand.objects.exclude(pk=first.pk).get()
    refused = people.clerk.client.post(at("failure_again", notice=other.pk))
    assert refused.status_code == 409, "a call that waits has not failed"


DAY = timedelta(days=1)


class TestWhenTheTimeForReopeningBegins:
    def test_by_mail_when_it_was_sent(self, desk: Desk, settings):
        writer = Writer("en")
        writer.write("楼道的灯不亮。", hears_by="mail", email="a@example.org")
        desk.take_on(writer)
        desk.answer(writer)
        moment = time.now()
        with time.at(moment + 40 * DAY):  # the mail server was down; nothing was sent yet
            writer.open()
            assert writer.act("reopen", text="still dark").status_code == 303

    def test_by_post_when_it_was_posted(self, desk: Desk, people: People):
        writer = answered(desk, hears_by="letter", address=HOME)
        moment = time.now()
        with time.at(moment + 40 * DAY):
            writer.open()
            assert "letter/reopen/" in text_of(writer.letter()), "not posted: it has not begun"
            people.clerk.client.force_login(people.clerk.account)
            assert do(people, "posted").status_code == 302
        with time.at(moment + 69 * DAY):
            writer.open()
            assert "letter/reopen/" in text_of(writer.letter())
        with time.at(moment + 71 * DAY):
            writer.open()
            assert "letter/reopen/" not in text_of(writer.letter())
            assert writer.act("reopen", text="still dark").status_code in {409, 422}

    def test_on_the_page_when_it_stood_there(self, desk: Desk):
        writer = answered(desk, hears_by="page")
        moment = time.now()
        with time.at(moment + 29 * DAY):
            writer.open()
            assert "letter/reopen/" in text_of(writer.letter())
        with time.at(moment + 31 * DAY):
            writer.open()
            assert "letter/reopen/" not in text_of(writer.letter())

    def test_after_a_bounce_when_word_of_it_was_sent_again(self):
        start = datetime(2026, 1, 1, tzinfo=UTC)

        def word(made: int, ended: int | None, result: str, errand: str = "") -> Delivery:
            over = start + ended * DAY if ended is not None else None
            return Delivery("answered", "mail", result, start + made * DAY, over, errand)

        now = start + 50 * DAY
        assert window_start(None, [], now) is None
        assert window_start(start, [], now) == start
        assert window_start(start, [word(0, 2, "sent")], now) == start + 2 * DAY
        assert window_start(start, [word(0, 0, "no_address")], now) == start
        assert window_start(start, [word(-9, 5, "sent")], now) == start, "of an earlier answer"
        bounced, again = word(0, 1, "bounced"), word(9, 10, "sent")
        assert window_start(start, [bounced], now) == start + DAY
        assert window_start(start, [bounced, again], now) == start + 10 * DAY
        assert window_start(start, [word(0, None, "")], now) == now
        assert window_start(start, [word(0, None, "by_hand", "waiting")], now) == now
        assert window_start(start, [word(0, 7, "by_hand", "failed")], now) == start + 7 * DAY


def test_a_bounced_answer_can_be_sent_again_to_another_way(desk: Desk, people: People):
    writer = answered(desk, hears_by="mail", email="a@example.org")
    row = Outgoing.objects.get(kind="answered")
    assert note_bounce(actor=SYSTEM, notice=row.pk, status="5.1.1")
    writer.act("reach", hears_by="letter", address=HOME)
    people.clerk.client.post(at("failure_again", notice=row.pk))
    tasks.sweep()
    assert Errand.objects.get().way == "letter"


@pytest.mark.parametrize(
    ("steps", "states", "resting"),
    [
        (STEPS, set(Result), set(Result) - {Result.WAITING, Result.SENT}),
        (ERRAND_STEPS, set(ErrandState), set(ErrandState) - {ErrandState.WAITING}),
    ],
)
def test_the_tables_reach_every_state_and_end_where_they_say(steps, states, resting):
    reached = {each.target for each in steps} | set(steps[0].sources)
    assert reached == states
    assert states - {source for each in steps for source in each.sources} == resting
