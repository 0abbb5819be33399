"""Photos and documents with a letter: from the form to the people who may look at them."""

import re
import threading
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from huiying.casework.actions.sorting import mark_conduct
from huiying.intake import inspecting, keeping, tasks, uploads
from huiying.intake.actions.writing import withdraw_submission
from huiying.intake.files import LINK_LIVES
from huiying.intake.models import Attachment, LooseFile, Message, Submission
from huiying.intake.opening import text_of as said_in
from huiying.intake.reads import resident
from huiying.kernel import time
from tests import files
from tests.people import People, make_county
from tests.public_site.conftest import Desk, Writer, browser, text_of

pytestmark = pytest.mark.django_db

FILE_URL = re.compile(r'(?:href|src)="(/[a-z-]+/(?:desk|follow/letter)/files/[^"]+)"')
WAITING = re.compile(r'name="((?:\w+-)?waiting)" value="([^"]+)"')


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    chosen: Path = tmp_path / "attachments"
    settings.FILES_FOLDER, settings.INCOMING_FOLDER = chosen, tmp_path / "incoming"
    return chosen


def sent(content: bytes | None = None, name: str = "我家楼下.jpg") -> SimpleUploadedFile:
    """As a browser sends it; what it says of itself is not believed."""
    return SimpleUploadedFile(name, content or files.photo(), content_type="text/html")


def urls_in(response: Any) -> list[str]:
    return [unescape(url) for url in FILE_URL.findall(text_of(response))]


def waiting_in(response: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in WAITING.findall(text_of(response)):
        found.setdefault(name, []).append(unescape(value))
    return found


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_letter_with_a_photo_and_a_pdf_arrives_and_its_writer_sees_them(english: Writer):
    receipt = english.write(enclosed=[sent(), sent(files.pdf(pages=2), "plan.pdf")])
    assert "2 with the letter" in text_of(receipt)
    page = english.client.get(english.open().headers["Location"])
    assert "Photo 1" in text_of(page)
    assert "PDF · 2 pages" in text_of(page)
    photo, pdf = urls_in(page)
    shown = english.client.get(photo)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Content-Disposition"] == 'inline; filename="1.jpg"'
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "no-store" in shown.headers["Cache-Control"]
    content = body_of(shown)
    assert len(content) == int(shown.headers["Content-Length"])
    assert b"SECRET" not in content
    assert b"\xe6\x88\x91" not in content
    document = english.client.get(pdf)
    assert document.headers["Content-Disposition"] == 'attachment; filename="2.pdf"'
    assert body_of(document).startswith(b"%PDF")
    assert not LooseFile.objects.exists()


def test_a_small_picture_is_shown_once_the_worker_has_made_it(writer: Writer):
    writer.write(enclosed=[sent()])
    writer.open()
    assert len(urls_in(writer.letter())) == 1
    tasks.make_thumbnails()
    urls = urls_in(writer.letter())
    small = [url for url in urls if "/small/" in url]
    assert len(small) == 1
    assert body_of(writer.client.get(small[0])).startswith(b"\xff\xd8\xff")


def test_a_link_serves_its_reader_for_a_quarter_of_an_hour_and_nobody_else(
    people: People, english: Writer
):
    english.write(enclosed=[sent()])
    english.open()
    (url,) = urls_in(english.letter())
    assert browser().get(url).status_code == 404
    other = Writer("en")
    other.write("Another letter.", enclosed=[sent()])
    other.open()
    assert other.client.get(url).status_code == 404
    for changed in (
        url.replace("/file/", "/small/"),
        url[:-2] + ("0/" if url[-2] != "0" else "1/"),
        url.replace("files/", "files/x"),
    ):
        assert english.client.get(changed).status_code == 404
    number = english.case.number
    desk = f"/en/desk/cases/{number}/"
    (staff_url,) = urls_in(people.clerk.client.get(desk))
    assert people.clerk.client.get(staff_url).status_code == 200
    assert people.dispatcher.client.get(staff_url).status_code == 404  # made for the clerk
    assert browser().get(staff_url).status_code == 302
    with time.at(time.now() + LINK_LIVES + timedelta(seconds=2)):
        assert english.client.get(url).status_code == 410
        assert people.clerk.client.get(staff_url).status_code == 410


def test_who_loses_sight_of_the_case_loses_its_files_at_once(people: People, writer: Writer):
    writer.write(enclosed=[sent()])
    Desk(people).assign(writer)
    page = people.handler.client.get(f"/en/desk/cases/{writer.case.number}/")
    (url,) = urls_in(page)
    assert people.handler.client.get(url).status_code == 200
    mark_conduct(actor=people.clerk.actor, number=writer.case.number, unit_codes=["housing"])
    assert people.handler.client.get(url).status_code == 404


def test_each_refused_file_is_named_with_its_reason_and_the_good_ones_stay(english: Writer):
    page = english.write(
        enclosed=[
            sent(),
            sent(b"<svg onload=alert(1)>", "<b>x.jpg"),
            sent(files.photo()[:500], "cut.jpg"),
        ]
    )
    assert page.status_code == 422
    said = text_of(page)
    assert "“&lt;b&gt;x.jpg”: Only photos" in said
    assert "“cut.jpg”: This file is damaged" in said
    assert "<b>x.jpg" not in said
    assert not Submission.objects.exists()
    kept = waiting_in(page)
    assert len(kept["waiting"]) == 1
    assert "我家楼下.jpg · JPEG" in said
    english.write("The lamp is broken.", **kept)
    assert Attachment.objects.get().submission == english.submission


def test_an_error_in_another_field_loses_no_file(english: Writer):
    given = english.filled(body="", enclosed=[sent(), sent(files.pdf(), "b.pdf")])
    page = english.client.post(english.at("write"), given)
    assert page.status_code == 422
    kept = waiting_in(page)
    assert len(kept["waiting"]) == 2
    mended = {**given, "body": "The lamp is broken.", "waiting": kept["waiting"][1:]}
    del mended["enclosed"]
    english.send(mended)
    assert Attachment.objects.get().kind == "pdf"
    first = english.code
    english.send(mended)
    assert english.code == first
    assert Submission.objects.count() == 1


def test_files_wait_while_the_emergency_numbers_are_shown(english: Writer):
    given = english.filled(danger="on", enclosed=[sent()])
    page = english.client.post(english.at("write"), given)
    assert "Your letter has not been sent yet" in text_of(page)
    assert not Submission.objects.exists()
    given |= waiting_in(page)
    del given["enclosed"]
    back = english.client.post(english.at("write"), {**given, "change": "1"})
    assert len(waiting_in(back)["waiting"]) == 1
    english.send({**given, "sure": "1"})
    assert Attachment.objects.filter(submission=english.submission).count() == 1


def test_a_file_that_waited_too_long_has_to_be_chosen_again(english: Writer):
    given = english.filled(body="", enclosed=[sent()])
    given |= waiting_in(english.client.post(english.at("write"), given))
    del given["enclosed"]
    with time.at(time.now() + uploads.WAITS + timedelta(minutes=1)):
        tasks.sweep_loose_files()
        page = english.send({**given, "body": "The lamp is broken."})
    assert page.status_code == 422
    assert "choose it again" in text_of(page)
    assert not waiting_in(page)
    assert not Submission.objects.exists()


def test_the_same_form_with_the_same_files_gives_the_same_receipt(english: Writer):
    given = english.filled("The lamp is broken.")
    english.send(given | {"enclosed": [sent()]})
    receipt = (english.code, english.secret)
    again = english.send(given | {"enclosed": [sent()]})
    assert (english.code, english.secret) == receipt
    assert "The same letter came twice" in text_of(again)
    english.send(given | {"enclosed": [sent(files.pdf())]})
    assert english.code != receipt[0]
    assert Attachment.objects.count() == 2


def test_the_same_file_chosen_twice_comes_once(writer: Writer):
    writer.write(enclosed=[sent(), sent(name="same.jpg")])
    assert Attachment.objects.count() == 1


def test_too_many_and_too_large_files_are_told(english: Writer, settings):
    settings.FILES_AT_ONCE, settings.FILE_BYTES = 2, 1024 * 1024
    several = [sent(files.encoded(files.picture((20 + n, 20)))) for n in range(4)]
    page = english.write(enclosed=several)
    assert "At most 2 files" in text_of(page)
    assert len(waiting_in(page)["waiting"]) == 2
    page = english.write(enclosed=[sent(files.photo() + bytes(1024 * 1024))])
    assert "larger than 1 MB" in text_of(page)
    page = english.write(enclosed=[sent(bytes(4 * 1024 * 1024))])
    assert page.status_code == 413


def test_an_installation_may_do_without_files(english: Writer, settings):
    settings.FILES_AT_ONCE = 0
    assert 'type="file"' not in text_of(english.client.get(english.at("write")))
    english.write(enclosed=[sent()])
    assert english.code
    assert not Attachment.objects.exists()


def test_nobody_reaches_a_file_by_its_waiting_name(english: Writer):
    """A file belongs to the first letter that takes it; whoever knows its name later gets nothing."""
    page = english.write(body="", enclosed=[sent()])
    kept = waiting_in(page)
    english.write("The lamp is broken.", **kept)
    thief = Writer("en")
    assert thief.write("Mine now.", **kept).status_code == 422
    invented = {"waiting": [f"{'0' * 32}.{'0' * 64}.a", "../../x", f"{'é' * 32}.{'0' * 64}.b"]}
    assert thief.write("And mine.", **invented).status_code == 422
    assert Attachment.objects.count() == 1


def test_words_and_answers_can_carry_files_too(people: People, english: Writer):
    english.write("The lamp is broken.")
    desk = Desk(people)
    desk.take_on(english)
    desk.ask(english, "Which lamp?")
    english.open()
    page = english.client.get(english.at("letter"))
    assert text_of(page).count('type="file"') == 2
    english.act("answer", text="This one.", enclosed=[sent()])
    english.act("add", text="And the bill.", enclosed=[sent(files.pdf(), "bill.pdf")])
    kept = Attachment.objects.order_by("position").select_related("message__submission__seal")
    carried = [(each.kind, said_in(each.message)) for each in kept if each.message]
    assert carried == [("jpeg", "This one."), ("pdf", "And the bill.")]
    shown = text_of(people.handler.client.get(f"/en/desk/cases/{english.case.number}/"))
    assert "Photo 1" in shown
    assert "Added 1 file." in shown


def test_words_that_are_refused_keep_their_files(english: Writer):
    english.write("The lamp is broken.")
    english.open()
    page = english.act("add", text=" ", enclosed=[sent()])
    assert page.status_code == 422
    kept = waiting_in(page)
    assert set(kept) == {"add-waiting"}
    english.act("add", text="Here it is.", waiting=kept["add-waiting"])
    assert Attachment.objects.get().message == Message.objects.get()


def test_a_withdrawn_letter_takes_no_more_files(english: Writer):
    english.write("The lamp is broken.")
    english.open()
    submission = english.submission
    withdraw_submission(actor=resident(submission.label), submission=submission)
    page = english.act("add", text="One more.", enclosed=[sent()])
    assert page.status_code in {409, 422}
    assert not Attachment.objects.exists()


def test_one_address_cannot_send_files_without_end(english: Writer, monkeypatch):
    monkeypatch.setattr("huiying.faces.public_site.enclosures.FILES_PER_ADDRESS", 2)
    several = [sent(files.encoded(files.picture((20 + n, 20)))) for n in range(3)]
    page = english.write(enclosed=several)
    assert "Too many tries" in text_of(page)
    assert len(waiting_in(page)["waiting"]) == 2


def test_a_file_that_the_store_lost_is_an_error_and_not_half_a_file(english: Writer):
    english.write(enclosed=[sent()])
    english.open()
    (url,) = urls_in(english.letter())
    keeping.store().remove(Attachment.objects.get().file or "")
    assert english.client.get(url).status_code == 500


def test_a_form_that_is_no_form_is_refused(english: Writer):
    for content, kind in (
        (b"--x\r\n", "multipart/form-data"),
        (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
    ):
        answer = english.client.generic("POST", english.at("write"), content, content_type=kind)
        assert answer.status_code in {400, 422}


def test_a_form_with_files_leaves_nothing_open_or_behind(english: Writer, settings):
    before = threading.active_count()
    english.write(enclosed=[sent(), sent(files.pdf(), "b.pdf")])
    assert not list(settings.INCOMING_FOLDER.iterdir())
    assert threading.active_count() == before


@pytest.mark.django_db(transaction=True)
def test_a_double_click_with_files_makes_one_letter():
    make_county()
    writer = Writer("en")
    given = writer.filled("The lamp is broken.")
    gate = threading.Barrier(3)
    codes: list[str] = []

    def click() -> None:
        hurried = Writer("en")
        gate.wait(60)
        hurried.send(given | {"enclosed": [sent()]})
        codes.append(hurried.code)
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(3)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert len(set(codes)) == 1
    assert codes[0]
    assert Submission.objects.count() == Attachment.objects.count() == 1
    with time.at(time.now() + uploads.WAITS + timedelta(minutes=1)):
        assert tasks.sweep_loose_files() == LooseFile.objects.count() + 2
    assert Attachment.objects.get().file


def test_where_too_many_files_are_checked_at_once_the_writer_is_told(english: Writer, monkeypatch):
    full = threading.BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(inspecting, "_slots", full)
    monkeypatch.setattr(inspecting, "PATIENCE", 0.01)
    page = english.write(enclosed=[sent()])
    assert page.status_code == 422
    assert "send the letter without them" in text_of(page)
    assert not Submission.objects.exists()
