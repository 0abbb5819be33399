"""How a writer hears from the desk: chosen when writing, sealed, changed later, sent in that way."""

from pathlib import Path
from typing import Any

import pytest

from huiying.intake import vault
from huiying.intake.models import Contact
from huiying.intake.ways import plain_number
from huiying.notices import tasks
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from tests.public_site.conftest import Desk, Writer, text_of

pytestmark = pytest.mark.django_db
NUMBER = "139 0000 1234"


@pytest.fixture(autouse=True)
def all_ways(settings, tmp_path: Path) -> Path:
    settings.ANSWER_WAYS, settings.SMS_BACKEND = ["mail", "sms"], "file"
    settings.MAIL_FOLDER = tmp_path / "outbox"
    return tmp_path / "outbox"


def kept(writer: Writer) -> dict[str, str]:
    return vault.contact_of(writer.submission.label)


def test_a_message_goes_to_the_number_in_the_readers_language(writer: Writer, all_ways: Path):
    page = writer.write("楼道的灯不亮。", hears_by="sms", phone=NUMBER)
    assert "发短信" in text_of(page)
    assert tasks.sweep() == 1
    (path,) = all_ways.glob("*.sms")
    said = path.read_text()
    assert writer.code in said
    assert "灯" not in said
    assert NUMBER not in said
    assert writer.secret.replace(" ", "") not in said
    row = Outgoing.objects.get()
    assert (row.way, row.result, row.parts) == ("sms", "sent", 1)
    assert NUMBER.encode() not in bytes(Contact.objects.get().sealed)
    assert vault.way_to(row.recipient) == ("sms", "13900001234")


def test_only_what_the_chosen_way_needs_is_kept(writer: Writer):
    writer.write(hears_by="mail", email="a@example.org", phone=NUMBER)
    assert kept(writer) == {"email": "a@example.org"}
    writer.write("第二封", hears_by="page", email="a@example.org", phone=NUMBER)
    assert kept(writer) == {}
    assert not writer.submission.reachable
    assert Outgoing.objects.count() == 1


def test_a_page_from_before_the_question_sends_an_address_alone(writer: Writer):
    writer.write(email="a@example.org")
    assert (writer.submission.hears_by, kept(writer)) == ("mail", {"email": "a@example.org"})


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"hears_by": "sms"}, "phone", "手机号"),
        ({"hears_by": "sms", "phone": "abc"}, "phone", "不是"),
        ({"hears_by": "sms", "phone": "1" * 50}, "phone", "手机号"),
        ({"hears_by": "mail"}, "email", "邮箱"),
        ({"hears_by": "mail", "email": "nobody"}, "email", "邮箱"),
        ({"hears_by": "pigeon"}, "hears_by", "选"),
    ],
)
def test_what_is_missing_is_said_at_its_field(writer: Writer, given: dict[str, str], field, said):
    response = writer.write(**given)
    page = text_of(response)
    assert response.status_code == 422
    assert f'href="#id_{field}' in page
    assert said in page.partition("govuk-error-summary")[2][:600]
    assert not Contact.objects.exists()


def test_only_what_the_agency_switched_on_is_offered(writer: Writer, settings):
    settings.ANSWER_WAYS = ["mail"]
    page = text_of(writer.client.get(writer.at("write")))
    assert 'value="mail"' in page
    assert 'value="sms"' not in page
    assert 'name="phone"' not in page
    assert writer.write(hears_by="sms", phone=NUMBER).status_code == 422
    settings.ANSWER_WAYS = []
    page = text_of(writer.client.get(writer.at("write")))
    assert "hears_by" not in page
    assert 'name="email"' not in page
    assert writer.write().status_code == 200


def opened(writer: Writer, **given: str) -> Writer:
    writer.write(**given)
    writer.open()
    return writer


def test_it_can_be_changed_from_the_writers_page(english: Writer):
    opened(english, hears_by="mail", email="a@example.org")
    assert 'value="mail" checked' in text_of(english.letter())
    english.act("reach", hears_by="sms", phone=NUMBER, email="b@example.org")
    assert kept(english) == {"phone": NUMBER}
    page = text_of(english.letter())
    assert "You changed how you want to hear from us." in page
    assert NUMBER not in page
    assert tasks.sweep() == 1
    assert Outgoing.objects.get().way == "sms", "what was still to be sent goes the new way"
    english.act("reach", hears_by="page")
    assert not Contact.objects.exists()
    assert not english.submission.reachable
    english.act("reach", hears_by="mail", email="c@example.org")
    assert kept(english) == {"email": "c@example.org"}
    entries = Entry.objects.filter(action="contact.changed")
    assert entries.count() == 3
    for entry in entries:
        assert set(entry.payload.data or {}) == {"by"}


def test_a_change_that_does_not_fit_is_refused_and_changes_nothing(english: Writer):
    opened(english, hears_by="mail", email="a@example.org")
    response = english.act("reach", hears_by="sms")
    assert response.status_code == 422
    assert "mobile number" in text_of(response)
    assert kept(english) == {"email": "a@example.org"}


def test_whoever_withdrew_changes_nothing_any_more(writer: Writer):
    opened(writer, hears_by="mail", email="a@example.org")
    form = text_of(writer.letter())
    assert "letter/reach/" in form
    writer.act("withdraw", pressed="no")
    assert "letter/reach/" not in text_of(writer.letter())


def test_a_stranger_changes_nothing(writer: Writer):
    opened(writer, hears_by="mail", email="a@example.org")
    other: Any = Writer()
    response = other.client.post(writer.at("letter_reach"), {"reach-hears_by": "page"})
    assert response.status_code == 403
    assert kept(writer) == {"email": "a@example.org"}


def test_the_desks_question_goes_the_chosen_way(writer: Writer, desk: Desk, all_ways: Path):
    writer.write(hears_by="sms", phone=NUMBER)
    desk.take_on(writer)
    desk.ask(writer, "哪一盏灯？")
    tasks.sweep()
    assert len(list(all_ways.glob("*.sms"))) == 2
    assert not any("哪一盏灯" in path.read_text() for path in all_ways.glob("*.sms"))


def test_a_way_that_was_switched_off_since_fails_where_it_is_seen(writer: Writer, settings):
    writer.write(hears_by="sms", phone=NUMBER)
    settings.SMS_BACKEND = "off"
    assert tasks.sweep() == 0
    assert Outgoing.objects.get().last_error == "SwitchedOff"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("139 0000 1234", "13900001234"),
        ("＋86 139-0000-1234", "+8613900001234"),
        ("(0571) 555 0100", "05715550100"),
        ("1234", None), ("1" * 16, None), ("139x", None), ("", None), ("٣٣٣٣٣٣", None),
    ],
)  # fmt: skip
def test_a_number_however_it_is_typed(typed, number):
    assert plain_number(typed) == number
