"""Letters that name other people's numbers: what a stranger can have sent, and at what it ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.urls import reverse
from django.utils.translation import override

from huiying.kernel import time
from huiying.kernel.models import Limit
from huiying.notices import tasks
from huiying.notices.models import Outgoing
from huiying.notices.served import is_served
from tests.people import People
from tests.public_site.conftest import Desk, Writer, text_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 4, 10, tzinfo=UTC)
NUMBER = "139 0000 1234"


@pytest.fixture(autouse=True)
def gateway(settings, tmp_path: Path) -> Path:
    settings.ANSWER_WAYS, settings.SMS_BACKEND = ["mail", "sms"], "file"
    settings.MAIL_FOLDER = tmp_path / "outbox"
    settings.SMS_PER_NUMBER, settings.SMS_PER_HOUR = 4, 1000
    return tmp_path / "outbox"


@pytest.fixture
def stranger(county: None) -> Writer:
    return Writer("en")


def letters_about(writer: Writer, phones: list[str]) -> list[int]:
    return [
        writer.write(f"letter {place}", hears_by="sms", phone=phone).status_code
        for place, phone in enumerate(phones)
    ]


def sent(folder: Path) -> int:
    tasks.sweep()
    return len(list(folder.glob("*.sms")))


def test_one_number_is_named_by_few_letters_in_a_day(stranger: Writer, gateway: Path):
    spelled = [NUMBER, "+86 13900001234", "0086-139-0000-1234", "１３９００００１２３４"]
    with time.at(NOON):
        assert letters_about(stranger, spelled) == [200, 200, 429, 429]
        refused = stranger.write("once more", hears_by="sms", phone=NUMBER)
        page = text_of(refused)
        assert 'href="#id_phone' in page
        assert "Choose another way" in page
        assert "once more" in page, "no word of the letter is lost"
        assert stranger.write("once more", hears_by="page").status_code == 200
        assert stranger.write("other", hears_by="sms", phone="138 0000 0000").status_code == 200
        assert sent(gateway) == 3
    for row in Limit.objects.all():
        assert b"139" not in bytes(row.bucket)
    with time.at(NOON + timedelta(days=1)):
        assert stranger.write("next day", hears_by="sms", phone=NUMBER).status_code == 200


def test_the_same_form_again_is_its_receipt_however_many_were_named(stranger: Writer):
    with time.at(NOON):
        form = stranger.filled("first", hears_by="sms", phone=NUMBER)
        stranger.send(form)
        code = stranger.code
        assert letters_about(stranger, [NUMBER] * 3) == [200, 429, 429]
        assert stranger.send(form).status_code == 200
        assert stranger.code == code


def test_many_numbers_cost_no_more_than_half_of_an_hour(stranger: Writer, gateway: Path, settings):
    settings.SMS_PER_HOUR = 6
    with time.at(NOON):
        numbers = [f"1380000{place:04}" for place in range(5)]
        assert letters_about(stranger, numbers) == [200, 200, 200, 429, 429]
        assert sent(gateway) == 3
    with time.at(NOON + timedelta(hours=1)):
        assert letters_about(stranger, numbers[3:]) == [200, 200]


@pytest.mark.parametrize(
    "number", ["+1 900 555 0100", "0010 900 555 0100", "+86 400 000 0000", "10690000123", "13900"]
)
def test_dear_numbers_are_refused_at_the_form(stranger: Writer, gateway: Path, number: str):
    refused = stranger.write("dear", hears_by="sms", phone=number)
    assert refused.status_code == 422
    assert "cannot send text messages to this number" in text_of(refused)
    stranger.write("cheap", hears_by="sms", phone=NUMBER)
    stranger.open()
    assert stranger.act("reach", hears_by="sms", phone=number).status_code == 422
    assert sent(gateway) == 1


def test_other_countries_are_a_setting(settings):
    settings.SMS_COUNTRY, settings.SMS_PREFIXES = "853", ["+8536", "+8613"]
    assert is_served("66001234")
    assert is_served("+8613900001234")
    assert not is_served("28001234")


def test_what_the_desk_sends_beyond_a_number_s_day_is_seen_to_have_failed(
    people: People, gateway: Path
):
    desk, writer = Desk(people), Writer("en")
    with time.at(NOON):
        people.clerk.client.force_login(people.clerk.account)
        letters_about(writer, [NUMBER, NUMBER])
        assert sent(gateway) == 2
        writer.open()
        desk.take_on(writer)
        for question in ("which?", "where?", "when?"):
            desk.ask(writer, question)
            desk.go_on(writer)
        assert sent(gateway) == 4
        row = Outgoing.objects.latest("id")
        assert (row.result, row.last_error) == ("gave_up", "TooManyToNumber")
        with override("en"):
            failed = text_of(people.clerk.client.get(reverse("staff_desk:failures")))
        assert "too many messages to this number that day" in failed
        assert "Could not be sent" in text_of(writer.letter())


def test_beyond_the_hour_messages_wait_for_the_next(stranger: Writer, gateway: Path, settings):
    settings.SMS_PER_HOUR = 6
    with time.at(NOON):
        letters_about(stranger, [f"1380000{place:04}" for place in range(3)])
        settings.SMS_PER_HOUR = 2
        assert sent(gateway) == 2
        waiting = Outgoing.objects.get(ended_at=None)
        assert waiting.tries == 0
    with time.at(NOON + timedelta(hours=1)):
        assert sent(gateway) == 3


def test_a_gateway_that_may_have_charged_counts(stranger: Writer, settings, monkeypatch):
    with time.at(NOON):
        stranger.write("one", hears_by="sms", phone=NUMBER)
        with monkeypatch.context() as patch:
            patch.setattr("huiying.notices.sms.SmsFolder.send", lambda *_: 1 / 0)
            for minutes in (0, 1, 3, 7, 15):
                with time.at(NOON + timedelta(minutes=minutes)):
                    tasks.sweep()
        row = Outgoing.objects.get()
        assert (row.last_error, row.result) == ("TooManyToNumber", "gave_up")


def test_a_prefix_without_its_plus_is_told(settings):
    settings.SMS_PREFIXES = ["8613"]
    assert any(message.id == "huiying.E011" for message in run_checks())
