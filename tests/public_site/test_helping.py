"""A helper acts for who wrote the letter: on its page, in a call, and not one step further."""

import re
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils.translation import override

from huiying.casework.actions import writing_back
from huiying.casework.actions.helping import end_helping, let_help
from huiying.intake import helping, receipts
from huiying.intake.actions import enclosing, revealing
from huiying.intake.errors import HelpEnded
from huiying.intake.models import CallerPin, Contact, Helper, Message, Submission
from huiying.intake.reads import resident
from huiying.intake.states import Consent
from huiying.kernel import time
from huiying.kernel.actors import STRANGER, Actor
from huiying.kernel.refusals import NotAllowed, NotFound
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from huiying.retention.actions import erase_on_wish
from tests.people import People
from tests.public_site.conftest import Desk, Writer, keys_in, text_of
from tests.staff_desk.test_call import act as act_in_call
from tests.staff_desk.test_call import at, filled, hidden, open_by, receipt_of, take

pytestmark = pytest.mark.django_db
GIVEN = re.compile(r'hy-receipt__secret">([^<]+)<')


@pytest.fixture
def opened(english: Writer) -> Writer:
    english.write("A lamp is broken.", email="old@example.org", hears_by="mail")
    english.open()
    return english


def let(writer: Writer, relation: str = "child", **more: str) -> Any:
    page = writer.client.get(writer.at("letter_helpers"))
    given = {"helper-relation": relation, "helper-agreed": "on", **keys_in(page), **more}
    return writer.client.post(writer.at("letter_helpers"), given)


def helper_of(writer: Writer, relation: str = "child") -> tuple[Writer, str]:
    """The helper at their own browser, with the letter open, and their PIN."""
    secret, pin = GIVEN.findall(text_of(let(writer, relation)))[:2]
    helper = Writer("en", code=writer.code, secret=secret)
    assert helper.open().status_code == 303
    return helper, pin


def end(writer: Writer, label: str) -> Any:
    with override("en"):
        return writer.client.post(reverse("public_site:letter_helper_end", args=[label]))


def actor_of(writer: Writer) -> Actor:
    return helping.acting_as(Helper.objects.get(submission__code=writer.code))


class TestLetting:
    def test_a_helper_gets_a_secret_and_a_pin_of_their_own_and_nothing_of_them_is_kept(
        self, opened: Writer
    ):
        page = let(opened)
        secret, pin = GIVEN.findall(text_of(page))[:2]
        row = Helper.objects.get()
        assert (row.relation, row.consent, row.submission) == ("child", "page", opened.submission)
        assert secret.replace(" ", "") != opened.secret
        kept = str(list(Helper.objects.values())) + str(list(Entry.objects.values()))
        for given in (secret, pin):
            assert given.replace(" ", "") not in kept
        assert secret not in text_of(opened.client.get(opened.at("letter_helpers")))
        told = Outgoing.objects.get(kind="helper")
        assert told.recipient == f"submission:{opened.submission.label}"

    def test_the_same_form_again_gives_the_same_and_one_helper(self, opened: Writer):
        given = {"helper-relation": "carer", "helper-agreed": "on"}
        given |= keys_in(opened.client.get(opened.at("letter_helpers")))
        pages = [opened.client.post(opened.at("letter_helpers"), given) for _ in range(3)]
        assert len({tuple(GIVEN.findall(text_of(page))) for page in pages}) == 1
        assert Helper.objects.count() == Outgoing.objects.filter(kind="helper").count() == 1
        end(opened, Helper.objects.get().label)
        assert opened.client.post(opened.at("letter_helpers"), given).status_code == 409

    @pytest.mark.parametrize(
        "given",
        [{"helper-agreed": ""}, {"helper-relation": ""}, {"helper-relation": "spy\0' OR 1"}],
    )
    def test_without_consent_or_with_another_relation_nobody_is_let(
        self, opened: Writer, given: dict[str, str]
    ):
        assert let(opened, **given).status_code == 422
        assert not Helper.objects.exists()

    def test_three_at_a_time_and_no_more(self, opened: Writer):
        for relation in ("child", "carer", "neighbour"):
            assert let(opened, relation).status_code == 200
        page = let(opened, "other")
        assert page.status_code == 422
        assert "Three people can help" in text_of(page)
        end(opened, Helper.objects.first().label)  # type: ignore[union-attr]
        assert let(opened, "other").status_code == 200

    def test_pins_that_fall_together_are_drawn_again(self, monkeypatch: pytest.MonkeyPatch):
        drawn = iter(["111111", "222222"])
        monkeypatch.setattr(receipts, "helper_pin_of", lambda *_of: next(drawn))
        helping.new_helper(
            Submission(code="1"),
            actor=STRANGER,
            relation="child",
            consent=Consent.PAGE,
            taken=["111111"],
        )
        assert not list(drawn)


class TestOnThePage:
    def test_a_helper_follows_and_adds_and_the_writer_sees_each_act(self, opened: Writer):
        helper, _pin = helper_of(opened)
        assert helper.act("add", text="It is at number 7.").status_code == 303
        message = Message.objects.get()
        assert (message.sender, message.author.partition(":")[0]) == ("resident", "helper")
        assert Entry.objects.get(action="exchange.words").actor == message.author
        page = text_of(opened.letter())
        name = "Your helper (Son, daughter or their family)"
        for told in ("opened your letter.", "added to your letter."):
            assert f"{name} {told}" in page

    def test_a_helper_answers_judges_and_has_it_taken_up_again(self, opened: Writer, desk: Desk):
        helper, _pin = helper_of(opened)
        desk.take_on(opened)
        desk.ask(opened, "Which lamp?")
        assert helper.act("answer", text="The third.").status_code == 303
        desk.answer(opened)
        assert "路灯已经修好。" in text_of(helper.letter())
        assert helper.act("vote", verdict="not_solved").status_code == 303
        assert "told us:" in text_of(opened.letter())
        assert helper.act("reopen", text="Dark again.").status_code == 303
        assert opened.case.state == "in_progress"
        kinds = ("exchange.answer", "report.vote", "case.reopen", "exchange.reopening")
        actors = set(Entry.objects.filter(action__in=kinds).values_list("actor", flat=True))
        assert actors == {actor_of(opened).label}
        staff = text_of(desk.people.handler.client.get(at("case", number=opened.case.number)))
        assert "A helper of the writer" in staff

    def test_what_is_the_writers_alone_is_refused_and_not_shown(self, opened: Writer):
        helper, _pin = helper_of(opened)
        page = text_of(helper.letter())
        assert "You are helping with this letter" in page
        alone = ("letter_withdraw", "letter_erase", "letter_reach", "letter_show", "letter_helpers")
        keys = keys_in(opened.letter())
        for name in alone:
            assert opened.at(name) not in page, name
            for answer in (
                helper.client.get(opened.at(name)),
                helper.client.post(opened.at(name), keys),
            ):
                assert answer.status_code == 403, name
        assert "By e-mail" not in page
        assert end(helper, Helper.objects.get().label).status_code == 403
        assert Helper.objects.filter(ended_at=None).count() == 1

    def test_the_verbs_refuse_a_helper_whatever_the_page_says(self, opened: Writer):
        helper_of(opened)
        actor, letter = actor_of(opened), opened.submission
        change: dict[str, Any] = {"hears_by": "page", "contact": {}}
        for refused in (
            lambda: writing_back.withdraw(actor=actor),
            lambda: writing_back.change_way(actor=actor, **change),
            lambda: let_help(actor=actor, relation="other"),
            lambda: end_helping(actor=actor, label=Helper.objects.get().label),
            lambda: erase_on_wish(actor=actor, what="contact"),
        ):
            with pytest.raises(NotFound):
                refused()
        with pytest.raises(NotAllowed):
            revealing.change_contact(actor=actor, submission=letter, **change)
        assert Contact.objects.exists()

    def test_the_helpers_secret_does_not_erase_for_the_writer(self, opened: Writer):
        helper, _pin = helper_of(opened)
        page = opened.client.get(opened.at("letter_erase"))
        given = {"erase-what": "contact", "erase-secret": helper.secret, **keys_in(page)}
        assert opened.client.post(opened.at("letter_erase"), given).status_code == 422
        assert Contact.objects.exists()

    def test_another_letter_stays_closed(self, opened: Writer, county: None):
        helper, _pin = helper_of(opened)
        other = Writer("en")
        other.write("Something else.")
        stranger = Writer("en", code=other.code, secret=helper.secret)
        assert stranger.open().status_code == 422
        actor = actor_of(opened)
        assert not actor.covers("resident", f"submission:{opened.submission.label}")
        assert not actor.covers("helper", f"submission:{other.submission.label}")


class TestEnding:
    def test_it_holds_at_once_also_for_what_is_open(self, opened: Writer):
        helper, _pin = helper_of(opened)
        keys = keys_in(helper.letter())
        label = Helper.objects.get().label
        assert [end(opened, label).status_code for _ in range(2)] == [303, 303]
        assert Entry.objects.filter(action="helper.ended").count() == 1
        assert helper.letter().status_code == 303  # to the form that asks for code and secret
        late = helper.client.post(helper.at("letter_add"), {"add-text": "late", **keys})
        assert late.status_code == 403
        assert helper.open().status_code == 422
        assert not Message.objects.exists()
        assert "They help you no longer" in text_of(opened.letter())

    def test_an_act_under_way_is_refused_in_the_verb_too(self, opened: Writer):
        helper_of(opened)
        actor = actor_of(opened)
        end_helping(actor=resident(opened.submission.label), label=Helper.objects.get().label)
        with pytest.raises(HelpEnded):
            writing_back.add_words(actor=actor, text="late")

    def test_the_helper_of_another_letter_cannot_be_ended(self, opened: Writer):
        helper_of(opened)
        other = Writer("en")
        other.write("Something else.")
        other.open()
        end(other, Helper.objects.get().label)
        assert Helper.objects.filter(ended_at=None).count() == 1

    def test_the_database_keeps_all_but_the_end(self, opened: Writer):
        helper_of(opened)
        for sql in (
            "UPDATE intake_helper SET relation = 'other'",
            "DELETE FROM intake_helper",
            "UPDATE intake_helper SET ended_at = now()",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_an_act_that_began_first_is_done_before_the_help_ends(
    opened: Writer, monkeypatch: pytest.MonkeyPatch
):
    helper_of(opened)
    actor, label = actor_of(opened), Helper.objects.get().label
    ended = threading.Event()

    def end_it() -> None:
        try:
            end_helping(actor=resident(opened.submission.label), label=label)
            ended.set()
        finally:
            connection.close()

    ender = threading.Thread(target=end_it)
    kept = enclosing.attach

    def meanwhile(**given: Any) -> int:
        ender.start()
        assert not ended.wait(0.3)  # it waits for the act
        return kept(**given)

    monkeypatch.setattr(writing_back, "attach", meanwhile)
    writing_back.add_words(actor=actor, text="in time")
    ender.join(60)
    assert ended.is_set()
    assert Message.objects.count() == 1
    with pytest.raises(HelpEnded):
        writing_back.add_words(actor=actor, text="late")


class TestWritingForSomebody:
    def test_the_receipt_holds_both_and_each_opens_its_own(self, english: Writer):
        page = english.write("Her lamp is broken.", for_other="on", relation="neighbour")
        own, secret, pin = GIVEN.findall(text_of(page))[:3]
        assert english.secret == secret  # the button on the receipt opens what the helper may see
        row = Helper.objects.get()
        assert (row.consent, row.relation, row.begun_by) == ("told", "neighbour", "resident")
        helper = Writer("en", code=english.code, secret=secret)
        helper.open()
        assert "You are helping with this letter" in text_of(helper.letter())
        english.open(secret=own)
        mine = text_of(english.letter())
        assert "The helper wrote the letter and said that it was agreed" in mine
        assert len(pin.replace(" ", "")) == 6

    def test_the_same_form_again_shows_the_same_receipt(self, english: Writer):
        given = english.filled("Her lamp.", for_other="on", relation="child")
        assert len({tuple(GIVEN.findall(text_of(english.send(given)))) for _ in range(2)}) == 1
        assert Helper.objects.count() == 1

    def test_the_relation_is_asked_and_without_the_tick_it_counts_for_nothing(
        self, english: Writer
    ):
        assert english.write("A lamp.", for_other="on").status_code == 422
        english.write("A lamp.", relation="child")
        assert english.code
        assert not Helper.objects.exists()


class TestInACall:
    def test_a_caller_for_somebody_else_gets_two_pins_each_for_its_own(self, people: People):
        client = people.clerk.client
        given = {"for_other": "on", "relation": "social_worker", "via": "counter"}
        page = client.post(at("call"), filled(client, **given))
        code, pin, helpers = re.findall(r'hy-receipt__code">([\d ]+)<', text_of(page))[:3]
        assert open_by(client, code, helpers).status_code == 302
        shown = text_of(client.get(at("call_letter")))
        assert "You speak with a helper of the writer" in shown
        assert at("call_withdraw") not in shown
        assert at("call_helpers") not in shown
        assert act_in_call(client, "add", text="She says: still dark.").status_code == 302
        entry = Entry.objects.get(action="exchange.words")
        assert entry.actor == people.clerk.actor.label
        assert (entry.payload.data or {})["spoken_by"] == f"helper:{Helper.objects.get().label}"
        assert client.post(at("call_withdraw"), {}).status_code in (403, 422)
        assert client.get(at("call_helpers")).status_code == 403
        assert open_by(client, code, pin).status_code == 302
        mine = text_of(client.get(at("call_letter")))
        assert "Your helper (Social or community worker) added to your letter." in mine
        assert "had your letter opened by a clerk" in mine

    def test_the_writer_lets_and_ends_on_the_line_with_immediate_effect(self, people: People):
        client = people.clerk.client
        code, pin = take(client)
        open_by(client, code, pin)
        page = client.get(at("call_helpers"))
        form = at("call_helpers")
        given = {name: hidden(page, name, form) for name in ("form_key", "of")}
        given |= {"relation": "child", "agreed": "on"}
        done = client.post(at("call_helpers"), given)
        assert Helper.objects.get().consent == "line"
        _code, helpers = receipt_of(done)
        assert "hy-receipt__secret" not in text_of(done)  # a voice gets no secret
        open_by(client, code, helpers)
        label = Helper.objects.get().label
        assert client.post(at("call_helper_end", label=label)).status_code == 403
        letter = Submission.objects.get(code=code.replace(" ", ""))
        end_helping(actor=resident(letter.label), label=label)
        assert client.get(at("call_letter")).status_code == 302
        assert open_by(client, code, helpers).status_code == 422

    def test_a_helpers_pin_opens_a_letter_that_has_none_itself(
        self, opened: Writer, people: People
    ):
        _helper, pin = helper_of(opened)
        assert not CallerPin.objects.exists()
        assert open_by(people.clerk.client, opened.code, pin).status_code == 302
        assert open_by(people.clerk.client, opened.code, "000000").status_code == 422

    def test_a_helpers_pin_gives_no_new_tries_at_the_writers(self, opened: Writer, people: People):
        _helper, pin = helper_of(opened)
        client, wrong = people.clerk.client, f"{(int(pin.replace(' ', '')) + 1) % 10**6:06d}"
        with time.at(time.now()):  # one quarter of an hour
            for _try in range(4):
                assert open_by(client, opened.code, pin).status_code == 302  # costs no try
            for _try in range(4):
                assert open_by(client, opened.code, wrong).status_code == 422
            assert open_by(client, opened.code, pin).status_code == 302
            assert open_by(client, opened.code, wrong).status_code == 422
            assert open_by(client, opened.code, pin).status_code == 429
