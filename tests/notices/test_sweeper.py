import email
import email.policy
import smtplib
import threading
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from huiying.casework.actions.receiving import receive
from huiying.intake.letters import Letter
from huiying.intake.models import Contact
from huiying.kernel import time
from huiying.kernel.actors import STRANGER, SYSTEM, Actor
from huiying.kernel.verbs import verb
from huiying.notices import actions, tasks
from huiying.notices.delivery import Ended, deliver
from huiying.notices.models import Outgoing

ADDRESS = "resident@example.org"


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.MAIL_FOLDER = tmp_path / "outbox"
    return Path(settings.MAIL_FOLDER)


def write_in(body: str = "楼下的水管漏了三天。", language: str = "zh-hans") -> None:
    receive(actor=STRANGER, letter=Letter(body=body, email=ADDRESS, language=language))


def mails(folder: Path) -> list[EmailMessage]:
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
             for path in sorted(folder.glob("*.eml"))]  # fmt: skip
    return [mail for mail in found if isinstance(mail, EmailMessage)]


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "word"), [("zh-hans", "回执"), ("en", "receipt")])
def test_the_writer_is_told_without_a_word_of_the_letter(folder, county, language, word):
    write_in(body="SECRET WORDS 秘密", language=language)
    assert tasks.sweep() == 1
    (mail,) = mails(folder)
    text = mail.get_content()
    assert mail["To"].endswith("@outbox.invalid"), "a folder of mails links nobody's letters"
    assert ADDRESS not in mail.as_string()
    assert word in text
    assert f"/{language}/follow/" in text
    assert "SECRET" not in mail.as_string()
    assert "秘密" not in text
    assert tasks.sweep() == 0


@pytest.mark.django_db
def test_the_outbox_and_the_vault_hold_no_readable_address(county):
    write_in()
    row = Outgoing.objects.get()
    assert ADDRESS not in f"{row.recipient}{row.data}{row.message_id}"
    assert ADDRESS.encode() not in bytes(Contact.objects.get().sealed)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM intake_submission s WHERE s::text LIKE '%%example.org%%'"
        )
        assert cursor.fetchone() == (0,)


@verb
def tell_nobody(*, actor: Actor) -> None:
    actions.queue(kind="answered", recipient="submission:unknown", language="en")


@pytest.mark.django_db
def test_a_recipient_without_an_address_ends_quietly():
    tell_nobody(actor=SYSTEM)
    assert tasks.sweep() == 1
    assert Outgoing.objects.get().result == "no_address"


@pytest.mark.django_db
def test_a_failure_is_tried_again_later_and_given_up_in_the_end(county, monkeypatch, caplog):
    def refuse(*_args: object, **_more: object) -> str:
        raise smtplib.SMTPServerDisconnected(ADDRESS)

    monkeypatch.setattr(tasks, "deliver", refuse)
    write_in()
    moment = datetime.now(UTC)
    for _attempt in range(tasks.MOST_TRIES):
        with time.at(moment + timedelta(seconds=1)):
            tasks.sweep()
            assert tasks.sweep() == 0, "not due again at once"
        moment = Outgoing.objects.get().due_at
    row = Outgoing.objects.get()
    assert (row.result, row.tries) == ("gave_up", tasks.MOST_TRIES)
    assert row.last_error == "SMTPServerDisconnected"
    assert ADDRESS not in caplog.text


@pytest.mark.django_db
def test_one_contact_that_cannot_be_opened_holds_up_no_other(folder, county):
    write_in(body="第一封")
    write_in(body="第二封")
    first = Contact.objects.order_by("pk")[0].pk
    # The application may take a contact away and add one, not change it.
    Contact.objects.filter(pk=first).delete()
    Contact.objects.create(submission_id=first, sealed=b"x" * 40)
    assert tasks.sweep() == 1
    assert len(mails(folder)) == 1
    assert Outgoing.objects.order_by("pk")[0].last_error == "InvalidTag"


@pytest.mark.django_db
def test_a_resend_after_a_crash_carries_the_same_message_id(folder, county, monkeypatch):
    write_in()

    def crash_after_sending(row: Outgoing, **_more: object) -> str:
        deliver(row)
        raise KeyboardInterrupt

    monkeypatch.setattr(tasks, "deliver", crash_after_sending)
    with pytest.raises(KeyboardInterrupt):
        tasks.sweep()
    first = mails(folder)[0]["Message-ID"]
    assert Outgoing.objects.get().ended_at is None
    monkeypatch.setattr(tasks, "deliver", deliver)
    assert tasks.sweep() == 1
    assert [mail["Message-ID"] for mail in mails(folder)] == [first]


def sweep_by_two(sent: list[int], gate: threading.Barrier) -> None:
    def run() -> None:
        gate.wait(60)
        tasks.sweep()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_two_sweepers_send_each_row_once(county, monkeypatch):
    for number in range(20):
        write_in(body=f"第 {number} 封")
    sent: list[int] = []

    def note(row: Outgoing, **_more: object) -> Ended:
        sent.append(row.pk)
        return Ended("sent")

    monkeypatch.setattr(tasks, "deliver", note)
    sweep_by_two(sent, threading.Barrier(2))
    assert sorted(sent) == sorted(set(sent))
    assert len(sent) == 20


@pytest.mark.django_db(transaction=True)
def test_control_without_the_claim_two_sweepers_send_some_twice(county, monkeypatch):
    for number in range(20):
        write_in(body=f"第 {number} 封")
    sent: list[int] = []
    both = threading.Barrier(2)

    def slow(row: Outgoing) -> str:
        sent.append(row.pk)
        return "sent"

    def unguarded() -> int:
        due = list(Outgoing.objects.filter(ended_at=None).order_by("id"))
        both.wait(60)
        for row in due:
            slow(row)
            Outgoing.objects.filter(pk=row.pk, ended_at=None).update(ended_at=time.now())
        return len(due)

    monkeypatch.setattr(tasks, "sweep", unguarded)
    sweep_by_two(sent, threading.Barrier(2))
    assert len(sent) == 40


@pytest.mark.django_db
def test_news_go_before_the_confirmations_of_many_letters(county, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 3)
    for number in range(5):
        write_in(body=f"第 {number} 封")
    tell_nobody(actor=SYSTEM)
    done: list[str] = []

    def note(row: Outgoing, **_more: object) -> Ended:
        done.append(row.kind)
        return Ended("sent")

    def rest() -> None:
        done.append("rest")
        if len(done) == 2:
            tell_nobody(actor=SYSTEM)  # comes while confirmations wait

    monkeypatch.setattr(tasks, "deliver", note)
    assert tasks.sweep(rest) == 7
    confirmed = ["rest", "received"]
    assert done == ["answered", *confirmed * 2, "answered", *confirmed * 3]
