"""Notices that did not arrive: seen, sent again by hand, told to the writer; and mails that came back."""

import smtplib
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override

from huiying.casework.actions.sorting import mark_conduct
from huiying.config import bounce_mailbox
from huiying.notices import mail, tasks
from huiying.notices.actions import send_again
from huiying.notices.bounces import bounce_in
from huiying.notices.models import Outgoing
from huiying.notices.return_paths import notice_at, return_path
from huiying.record.models import Entry
from tests.people import People
from tests.public_site.conftest import Desk, Writer, text_of

pytestmark = pytest.mark.django_db
ADDRESS = "resident@example.org"


@pytest.fixture(autouse=True)
def bounces(settings, tmp_path) -> None:
    settings.BOUNCES, settings.MAIL_FOLDER = "bounces@yundu.example", tmp_path


@pytest.fixture
def english(county: None) -> Writer:
    return Writer("en")


@pytest.fixture
def desk(people: People) -> Desk:
    return Desk(people)


def at(name: str, **arguments: object) -> str:
    with override("en"):
        return reverse(f"staff_desk:{name}", kwargs=arguments)


def sent(writer: Writer) -> Outgoing:
    """A mail that was sent to this writer."""
    writer.write("楼道的灯不亮。", hears_by="mail", email=ADDRESS)
    tasks.sweep()
    return Outgoing.objects.latest("id")


def given_up(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> Outgoing:
    def refuse(*_args: object, **_more: object) -> None:
        raise smtplib.SMTPServerDisconnected

    writer.write("楼道的灯不亮。", hears_by="mail", email=ADDRESS)
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "deliver", refuse)
        patch.setattr(tasks, "MOST_TRIES", 1)
        tasks.sweep()
    return Outgoing.objects.latest("id")


def report(
    to: str, *, action: str = "failed", status: str = "5.1.1", kind: str = "delivery-status"
) -> bytes:
    return f"""From: MAILER-DAEMON@mx.example.org
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="b"

--b
Content-Type: text/plain

<{ADDRESS}>: unknown user
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {ADDRESS}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {ADDRESS} unknown

--b--
""".encode()


def path_of(row: Outgoing) -> str:
    return return_path(row.pk, row.message_id)


def test_a_bounce_is_kept_and_told_to_the_writer(english: Writer, people: People):
    row = sent(english)
    assert bounce_mailbox.read_one(report(path_of(row)))
    row.refresh_from_db()
    assert (row.result, row.last_error) == ("bounced", "5.1.1")
    english.open()
    page = text_of(english.letter())
    assert "What we sent you" in page
    assert "Came back" in page
    case = text_of(people.clerk.client.get(at("case", number=english.case.number)))
    assert "A mail to the writer came back." in case
    assert not bounce_mailbox.read_one(report(path_of(row))), "the second time says nothing new"
    assert Entry.objects.filter(action="notice.bounced").count() == 1


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"action": "delayed", "status": "4.4.1"}, "it is still being tried"),
        ({"action": "delivered", "status": "2.0.0"}, "it arrived"),
        ({"action": "relayed", "status": "2.0.0"}, "it went on"),
        ({"kind": "disposition-notification"}, "somebody read it"),
    ],
)
def test_other_reports_say_nothing_of_a_failure(english: Writer, changes, what):
    row = sent(english)
    assert not bounce_mailbox.read_one(report(path_of(row), **changes)), what
    row.refresh_from_db()
    assert row.result == "sent"


def test_an_answer_by_a_machine_or_a_person_is_no_bounce(english: Writer):
    row = sent(english)
    reply = f"To: {path_of(row)}\nAuto-Submitted: auto-replied\n\nI am away. Status: 5.1.1\n"
    assert bounce_in(reply.encode()) is None
    for content in (
        b"",
        b"\xff\xfe",
        b"Content-Type: multipart/report; report-type=delivery-status",
    ):
        assert bounce_in(content) is None


def test_a_forged_bounce_does_nothing(english: Writer, settings):
    row, other = sent(english), sent(Writer("en"))
    right = path_of(row)
    local, _at, domain = right.partition("@")
    forged = [
        "bounces@yundu.example",
        f"bounces+{row.pk}@yundu.example",
        right.replace(f"+{row.pk}-", f"+{other.pk}-"),
        f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}",
        f"{local}@elsewhere.example",
        right.replace("bounces+", "desk+"),
        right.replace("-1-", "-99-"),
        f"bounces+{'9' * 18}-1-{'a' * 24}@yundu.example",
    ]
    for address in forged:
        assert not bounce_mailbox.read_one(report(address)), address
    assert {each.result for each in Outgoing.objects.all()} == {"sent"}
    assert notice_at(right.upper()) == row.pk, "mail servers fold capitals"
    assert bounce_in(report(right, status="nonsense")).status == "5.0.0"  # type: ignore[union-attr]


def test_each_mail_has_a_return_path_of_its_own(english: Writer, monkeypatch, settings):
    settings.MAIL_BACKEND = "smtp"
    senders: list[str] = []

    class Server:
        def __enter__(self) -> "Server":
            return self

        def __exit__(self, *_: object) -> None:
            return

        def starttls(self, **_: object) -> None:
            return

        def send_message(self, message: Any, *, from_addr: str) -> None:
            senders.append(from_addr)
            assert from_addr not in message.as_string()

    monkeypatch.setattr(mail.SmtpServer, "_connection", lambda _self: Server())
    first, second = sent(english), sent(Writer("en"))
    assert senders == [path_of(first), path_of(second)]
    assert len(set(senders)) == 2
    settings.BOUNCES = ""
    assert path_of(first) == settings.MAIL_FROM


def test_failures_are_seen_by_who_mends_them(english: Writer, people: People, monkeypatch):
    row = given_up(english, monkeypatch)
    page = text_of(people.clerk.client.get(at("failures")))
    assert f"failures/{row.pk}/again/" in page
    assert f"cases/{english.case.number}/" in page
    assert "SMTPServerDisconnected" in page
    administrators = text_of(people.administrator.client.get(at("failures")))
    assert f"failures/{row.pk}/again/" in administrators
    assert f"cases/{english.case.number}/" not in administrators
    assert ADDRESS not in page + administrators
    assert english.code not in page + administrators
    assert people.handler.client.get(at("failures")).status_code == 403
    narrowed = text_of(people.clerk.client.get(at("failures") + "?result=bounced"))
    assert f"failures/{row.pk}/again/" not in narrowed
    assert people.clerk.client.get(at("failures") + "?result=x&after=%00&way=9").status_code == 200


def test_it_is_sent_again_once_however_often_it_is_pressed(
    english: Writer, people: People, monkeypatch
):
    row = given_up(english, monkeypatch)
    client = people.clerk.client
    for _press in range(2):
        response = client.post(at("failure_again", notice=row.pk), follow=True)
        assert response.status_code == 200
        assert f"failures/{row.pk}/again/" not in text_of(response)
    assert tasks.sweep() == 1
    again = Outgoing.objects.get(again_of=row)
    assert again.result == "sent"
    assert again.message_id != row.message_id
    assert Entry.objects.filter(action="notice.again").count() == 1
    assert client.post(at("failure_again", notice=again.pk)).status_code == 409
    assert client.post(at("failure_again", notice=0)).status_code == 404
    assert people.handler.client.post(at("failure_again", notice=row.pk)).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_send_it_once(english: Writer, people: People, monkeypatch):
    row = given_up(english, monkeypatch)
    gate, done = threading.Barrier(2), []

    def press() -> None:
        from django.db import connection  # noqa: PLC0415

        gate.wait(60)
        done.append(send_again(actor=people.clerk.actor, notice=row.pk))
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == [False, True]
    assert Outgoing.objects.filter(again_of=row).count() == 1


def test_a_list_of_failures_is_paged_at_the_same_cost(
    english: Writer, people: People, monkeypatch, django_assert_num_queries
):
    row = given_up(english, monkeypatch)
    client = people.clerk.client
    client.get(at("failures"))
    with django_assert_num_queries(7) as few:
        client.get(at("failures"))
    template = Outgoing.objects.get(pk=row.pk)
    for number in range(40):
        template.pk, template.message_id = None, f"copy{number}@huiying"
        template.save(force_insert=True)
    with django_assert_num_queries(len(few)):
        first = text_of(client.get(at("failures")))
    assert first.count("/again/") == 30
    older = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert text_of(client.get(older)).count("/again/") == 11


class FakeImap(socketserver.StreamRequestHandler):
    """As much of IMAP4rev1 (RFC 3501) as one look at a mailbox needs."""

    def handle(self) -> None:
        self.server: Any
        self.say("* OK ready")
        for line in self.rfile:
            tag, _space, command = line.decode().strip().partition(" ")
            self.answer(command)
            self.say(f"{tag} OK done")
            if command.upper() == "LOGOUT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def answer(self, command: str) -> None:
        words = command.upper().split()
        box: dict[int, bytes] = self.server.box
        self.server.asked.append(command)
        if words[0] == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif words[0] == "LOGOUT":
            self.say("* BYE")
        elif words[0] == "SELECT":
            self.say(f"* {len(box)} EXISTS")
        elif words[:2] == ["UID", "SEARCH"]:
            self.say("* SEARCH " + " ".join(map(str, box)))
        elif words[:2] == ["UID", "FETCH"]:
            content = box[int(words[2])].replace(b"\n", b"\r\n")
            head = f"* 1 FETCH (UID {words[2]} FLAGS () RFC822.SIZE {len(content)} BODY[] {{{len(content)}}}"
            self.wfile.write(head.encode() + b"\r\n" + content + b")\r\n")
        elif words[:2] == ["UID", "STORE"] and "DELETED" in command.upper():
            for number in words[2].split(","):
                box.pop(int(number))


@contextmanager
def mailbox(*mails: bytes) -> Iterator[Any]:
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), FakeImap)
    server.daemon_threads = True
    server.box, server.asked = dict(enumerate(mails, 1)), []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_mailbox_is_emptied_of_what_names_residents(english: Writer, settings):
    row = sent(english)
    with mailbox(
        report(path_of(row)), b"From: a@b.c\n\nHello", report("x@yundu.example")
    ) as server:
        settings.IMAP_HOST, settings.IMAP_PORT = "127.0.0.1", server.server_address[1]
        settings.IMAP_TLS, settings.IMAP_USER, settings.IMAP_PASSWORD = "none", "u", "p"
        assert bounce_mailbox.read_mailbox() == bounce_mailbox.Read(3, 1)
        assert sorted(server.box) == [2, 3]
        assert any("Seen" in command for command in server.asked)


def nested(depth: int) -> bytes:
    """A mail of parts in parts, as deep as somebody likes."""
    parts = [b"To: %s\n" % b"bounces@yundu.example"]
    parts += [
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b%d"\n\n--b%d\n'
        % (level, level)
        for level in range(depth)
    ]
    return b"".join(parts)


def test_a_poisoned_mail_keeps_nobody_elses_from_being_read(english: Writer, settings, caplog):
    row = sent(english)
    poison = [nested(5000), nested(5000)]
    with mailbox(poison[0], report(path_of(row)), poison[1]) as server:
        settings.IMAP_HOST, settings.IMAP_PORT = "127.0.0.1", server.server_address[1]
        settings.IMAP_TLS, settings.IMAP_USER, settings.IMAP_PASSWORD = "none", "u", "p"
        assert bounce_mailbox.read_mailbox() == bounce_mailbox.Read(3, 1, unreadable=2)
        assert sorted(server.box) == [1, 3]
        flagged = [command for command in server.asked if "Flagged" in command]
        assert len(flagged) == 1
        assert "STORE 1,3" in flagged[0]
    row.refresh_from_db()
    assert row.result == "bounced"
    assert "not read: 1, RecursionError" in caplog.text
    assert "@" not in caplog.text
    row.refresh_from_db()
    assert row.result == "bounced"
    with pytest.raises(bounce_mailbox.NoMailbox, match="HUIYING_IMAP_HOST"):
        bounce_mailbox.read_mailbox()


def test_the_command_is_there():
    done = subprocess.run(
        [sys.executable, "-m", "huiying.config.cli", "bounces", "--help"],
        capture_output=True, check=True, text=True, timeout=120,
    )  # fmt: skip
    assert "--stdin" in done.stdout


def test_even_that_there_is_a_complaint_about_oneself_is_not_in_the_list(
    english: Writer, people: People, monkeypatch: pytest.MonkeyPatch
):
    row = given_up(english, monkeypatch)
    assert at("failure_again", notice=row.pk) in people.clerk.client.get(at("failures")).text
    mark_conduct(actor=people.dispatcher.actor, number=english.case.number, usernames=["clerk"])
    assert at("failure_again", notice=row.pk) not in people.clerk.client.get(at("failures")).text
    again = people.clerk.client.post(at("failure_again", notice=row.pk))
    assert again.status_code == 404
    assert Outgoing.objects.filter(again_of=row).count() == 0
    people.administrator.client.post(at("failure_again", notice=row.pk))
    assert Outgoing.objects.filter(again_of=row).count() == 1
