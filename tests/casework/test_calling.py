"""PINs for callers, lost codes, and acting for somebody who is on the line."""

from datetime import timedelta

import pytest
from django.utils import timezone

from huiying.casework.actions import calling, sorting, writing_back
from huiying.casework.actions.calling import Sending, open_for_caller, send_lost_code
from huiying.casework.actions.receiving import receive
from huiying.casework.following import letter_page
from huiying.casework.models import CaseFile
from huiying.intake.callers import TRIES_PER_CLERK, TRIES_PER_CODE, TRIES_PER_CODE_A_DAY
from huiying.intake.errors import PinLocked, SentToday, WrongPin
from huiying.intake.letters import Letter
from huiying.intake.models import CallerPin, Contact, Message, Submission
from huiying.intake.receipts import Receipt
from huiying.intake.vault import email_of
from huiying.kernel import time
from huiying.kernel.actors import STRANGER, Actor
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound, TooMany
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from tests.entries import holds
from tests.people import People, make_person

pytestmark = pytest.mark.django_db


def told(people: People, **changes: object) -> Receipt:
    """The receipt of a letter that a clerk took by phone."""
    given = {
        "body": "路灯坏了。",
        "channel": "phone",
        "place": "文庙街社区",
        "email": "a@example.org",
    }
    return receive(actor=people.clerk.actor, letter=Letter(**(given | changes)))  # type: ignore[arg-type]


def opened(people: People, receipt: Receipt, **changes: str) -> Actor:
    given = {"code": receipt.code, "pin": receipt.pin, "via": "phone"} | changes
    return open_for_caller(actor=people.clerk.actor, **given)


def wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06d}"


class TestPin:
    def test_who_calls_gets_one_and_who_writes_does_not(self, people: People):
        spoken = told(people)
        assert len(spoken.pin) == 6
        assert spoken.pin.isdecimal()
        written = receive(actor=STRANGER, letter=Letter(body="Lamp."))
        assert written.pin == ""
        assert CallerPin.objects.count() == 1

    def test_the_same_form_again_shows_the_same_pin_and_letters_have_different_ones(self, people):
        letter = Letter(body="Lamp.", channel="counter")
        first, again = (
            receive(actor=people.clerk.actor, letter=letter, form_key="k") for _ in range(2)
        )
        assert (again.again, again.pin, again.code) == (True, first.pin, first.code)
        pins = {told(people).pin for _ in range(5)}
        assert len(pins) > 3

    def test_it_is_stored_nowhere(self, people: People):
        receipt = told(people)
        row = CallerPin.objects.get()
        assert receipt.pin.encode() not in bytes(row.salt)
        texts = [str(list(model.objects.values())) for model in (Submission, CallerPin)]
        texts.append(str(list(Entry.objects.values("payload__data"))))
        assert not any(f"'{receipt.pin}'" in text for text in texts)

    def test_it_opens_the_letter_however_it_is_typed(self, people: People):
        receipt = told(people)
        spaced = f"{receipt.pin[:3]} {receipt.pin[3:]}"
        wide = receipt.pin.translate({ord(str(n)): ord("０") + n for n in range(10)})
        for pin in (receipt.pin, spaced, wide):
            acting = opened(people, receipt, pin=pin)
            assert letter_page(acting).code == receipt.code

    def test_a_wrong_pin_a_wrong_code_and_a_web_letter_are_refused_alike(self, people: People):
        receipt = told(people)
        web = receive(actor=STRANGER, letter=Letter(body="Lamp."))
        said = set()
        for code, pin in (
            (receipt.code, wrong(receipt.pin)),
            (receipt.code, ""),
            (receipt.code, "๑" * 6),
            ("123456789012", receipt.pin),
            ("", receipt.pin),
            (web.code, "000000"),
        ):
            with pytest.raises(WrongPin) as refused:
                opened(people, receipt, code=code, pin=pin)
            said.add(str(refused.value))
        assert len(said) == 1

    def test_a_code_locks_and_only_time_unlocks_it(self, people: People):
        receipt = told(people)
        start = time.now().replace(hour=3, minute=0, second=1)
        with time.at(start):
            for _ in range(TRIES_PER_CODE):
                with pytest.raises(WrongPin):
                    opened(people, receipt, pin=wrong(receipt.pin))
            colleague = make_person("second_clerk", ("desk", "clerk"))
            with pytest.raises(PinLocked):
                open_for_caller(
                    actor=colleague.actor, code=receipt.code, pin=receipt.pin, via="phone"
                )
        with time.at(start + timedelta(minutes=16)):
            for _ in range(TRIES_PER_CODE_A_DAY - TRIES_PER_CODE):
                with pytest.raises(WrongPin):
                    opened(people, receipt, pin=wrong(receipt.pin))
        with time.at(start + timedelta(hours=2)), pytest.raises(PinLocked):
            opened(people, receipt)
        with time.at(start + timedelta(days=1)):
            assert opened(people, receipt).via == "phone"

    def test_the_right_pin_starts_the_count_again(self, people: People):
        receipt = told(people)
        for _ in range(3):
            for _ in range(TRIES_PER_CODE - 1):
                with pytest.raises(WrongPin):
                    opened(people, receipt, pin=wrong(receipt.pin))
            opened(people, receipt)

    def test_a_clerk_cannot_try_one_pin_at_many_codes(self, people: People):
        receipt = told(people)
        with time.at(time.now()):
            for _ in range(TRIES_PER_CLERK):
                with pytest.raises(WrongPin):
                    opened(people, receipt, code="none")
            with pytest.raises(TooMany):
                opened(people, receipt)

    @pytest.mark.parametrize("name", ["dispatcher", "handler", "supervisor", "administrator"])
    def test_only_clerks_take_calls(self, people: People, name: str):
        receipt, actor = told(people), getattr(people, name).actor
        with pytest.raises(NotAllowed):
            open_for_caller(actor=actor, code=receipt.code, pin=receipt.pin, via="phone")
        with pytest.raises(NotAllowed):
            send_lost_code(actor=actor, day=time.now().date(), place="文庙街", via="phone")

    def test_a_complaint_about_the_clerk_opens_to_a_colleague_alone(self, people: People):
        receipt = told(people, conduct=True)
        number = CaseFile.objects.get(reports__submission__code=receipt.code).number
        outsider = make_person("night_clerk", ("water", "clerk"), ("water", "dispatcher"))
        sorting.mark_conduct(actor=outsider.actor, number=number, unit_codes=["desk"])
        with pytest.raises(WrongPin):
            opened(people, receipt)
        with pytest.raises(NotFound):
            calling.on_the_line(people.clerk.actor, label=receipt.submission_label, via="phone")
        acting = open_for_caller(
            actor=outsider.actor, code=receipt.code, pin=receipt.pin, via="phone"
        )
        assert letter_page(acting).conduct


class TestActing:
    def test_each_act_is_an_entry_of_the_clerk_that_says_by_which_way(self, people: People):
        receipt = told(people)
        acting = opened(people, receipt)
        writing_back.add_words(actor=acting, text="It blinks now.", form_key="k")
        writing_back.withdraw(actor=acting, pressed=False)
        entries = Entry.objects.filter(actor=people.clerk.actor.label, payload__data__via="phone")
        assert set(entries.values_list("action", flat=True)) == {
            "submission.opened_by_caller",
            "exchange.words",
            "submission.withdrawn",
            "case.withdraw",
        }
        assert all(holds(pk) for pk in entries.values_list("pk", flat=True))
        message = Message.objects.get()
        assert (message.sender, message.author) == ("resident", people.clerk.actor.label)

    def test_the_writer_reads_that_a_clerk_did_it(self, people: People):
        receipt = told(people)
        acting = opened(people, receipt)
        writing_back.add_words(actor=acting, text="It blinks now.")
        page = letter_page(acting)
        told_there = " ".join(event.sentence for event in page.events)
        assert "while you were with them (Phone)" in told_there or "电话" in told_there
        assert page.exchange[0].from_resident
        assert page.exchange[0].who not in {"You", "您"}

    def test_who_acts_for_a_caller_can_do_nothing_else(self, people: People):
        acting = opened(people, told(people))
        other, _receipt = told(people), None
        number = CaseFile.objects.get(reports__submission__code=other.code).number
        with pytest.raises(NotFound):
            sorting.triage(actor=acting, number=number, category_code="noise")
        assert len(acting.grants) == 1


class TestLostCode:
    def test_the_one_letter_of_that_day_and_place_has_its_code_sent(self, people: People):
        receipt = receive(
            actor=STRANGER, letter=Letter(body="Lamp.", place="文庙街 12 号", email="a@example.org")
        )
        came = self._find(people, place="文庙街")
        assert came == Sending.ONE
        row = Outgoing.objects.get(kind="lost_code")
        assert (row.recipient, row.data) == (
            f"submission:{receipt.submission_label}",
            {"code": receipt.code},
        )
        assert Entry.objects.filter(
            action="submission.code_sent", payload__data__via="phone"
        ).exists()
        assert CallerPin.objects.filter(submission__code=receipt.code).exists()

    def _find(self, people: People, *, place: str, back: int = 0) -> Sending:
        day = timezone.localdate(time.now()) - timedelta(days=back)
        return send_lost_code(actor=people.clerk.actor, day=day, place=place, via="phone")

    def test_none_and_several_say_no_more_than_that(self, people: People):
        for _ in range(2):
            told(people, place="渡口街")
        assert self._find(people, place="渡口街") == Sending.SEVERAL
        assert self._find(people, place="月亮湾") == Sending.NONE
        assert self._find(people, place="渡口街", back=1) == Sending.NONE
        assert not Outgoing.objects.filter(kind="lost_code").exists()

    def test_without_an_address_the_answer_is_the_same_and_nothing_is_sent(self, people: People):
        told(people, email="", place="沙渚镇")
        assert self._find(people, place="沙渚镇") == Sending.ONE
        assert not Outgoing.objects.filter(kind="lost_code").exists()

    def test_once_a_day_and_a_pin_that_is_there_stays(self, people: People):
        receipt = told(people, place="沙渚镇")
        with time.at(time.now()):
            self._find(people, place="沙渚镇")
            with pytest.raises(SentToday):
                self._find(people, place="沙渚镇")
        assert opened(people, receipt).via == "phone"

    @pytest.mark.parametrize("place", ["", " ", "街", "街 路"])
    def test_one_character_is_no_place(self, people: People, place: str):
        with pytest.raises(Invalid):
            self._find(people, place=place)

    def test_not_by_contact_and_not_what_is_kept_from_the_clerk(self, people: People):
        told(people, named_units=("desk",), conduct=True, place="柏树垭乡")
        assert self._find(people, place="柏树垭乡") == Sending.NONE
        assert self._find(people, place="a@example.org") == Sending.NONE

    def test_searches_are_counted_by_clerk(self, people: People):
        with time.at(time.now()):
            for _ in range(calling.SEARCHES_PER_CLERK):
                self._find(people, place="没有这里")
            with pytest.raises(TooMany):
                self._find(people, place="没有这里")


def test_a_number_for_a_call_back_is_sealed_and_found_by_nothing(people: People):
    receipt = told(people, email="", phone="555 0100")
    assert Submission.objects.get().reachable
    assert b"555" not in bytes(Contact.objects.get().sealed)
    assert email_of(f"submission:{receipt.submission_label}") is None
    assert "555 0100" not in str(list(Submission.objects.values()))
