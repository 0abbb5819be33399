"""Files on their way from a form to a letter: sealed before any row speaks of them, swept when left over."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from huiying.casework.actions.receiving import receive
from huiying.casework.actions.writing_back import add_words
from huiying.intake import inspecting, keeping, scanning, sealing, tasks, uploads, vault
from huiying.intake.actions.enclosing import attach, erase_files
from huiying.intake.errors import FileMissing, FileNotTaken, FilesGone, TooBusy
from huiying.intake.files import attachments_on, open_file
from huiying.intake.letters import Letter
from huiying.intake.models import Attachment, LooseFile, Seal, Submission
from huiying.intake.reads import resident
from huiying.kernel import time
from huiying.kernel.actors import STRANGER, SYSTEM
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound
from huiying.record.models import Entry
from tests import files

LATER = uploads.WAITS + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    chosen: Path = tmp_path / "attachments"
    settings.FILES_FOLDER, settings.INCOMING_FOLDER = chosen, tmp_path / "incoming"
    return chosen


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def taken_in(*kept: uploads.Upload, form_key: str = "k", email: str = "") -> Submission:
    letter = Letter(body="楼下的水管漏了。", email=email, files=tuple(each.digest for each in kept))
    receipt = receive(actor=STRANGER, letter=letter, form_key=form_key, files=kept)
    return Submission.objects.get(code=receipt.code)


@pytest.mark.django_db
def test_a_letter_comes_with_its_files_sealed(county, folder):
    submission = taken_in(files.kept(), files.kept(files.pdf(pages=2)))
    photo, pdf = Attachment.objects.order_by("position")
    assert (photo.kind, photo.width, photo.height, photo.thumbnail) == ("jpeg", 60, 80, "waiting")
    assert (pdf.kind, pdf.pages, pdf.thumbnail) == ("pdf", 2, "none")
    assert not LooseFile.objects.exists()
    assert Entry.objects.get(action="submission.enclosed").payload.data == {"count": 2}
    sealed = [path.read_bytes() for path in stored(folder)]
    assert len(sealed) == 2
    assert not any(b"%PDF" in each or b"JFIF" in each for each in sealed)
    opened = b"".join(open_file(pdf).pieces)
    assert opened.startswith(b"%PDF")
    assert len(opened) == pdf.size
    shown = attachments_on(submission, STRANGER)
    assert [each.line.kind for each in shown] == ["jpeg", "pdf"]


@pytest.mark.django_db
def test_the_files_open_with_the_key_of_their_letter_alone(county):
    first, second = taken_in(files.kept(), form_key="a"), taken_in(files.kept(), form_key="b")
    row = Attachment.objects.get(submission=first)
    other = Attachment.objects.get(submission=second)
    row.sealed_key = other.sealed_key
    with pytest.raises(FileMissing):
        open_file(row)
    row.refresh_from_db()
    row.file = other.file
    with pytest.raises(FileMissing):
        open_file(row)
    Seal.objects.filter(submission=first).update(wrapped=b"destroyed, as at erasure")
    row.refresh_from_db()
    with pytest.raises(FileMissing):
        open_file(row)


@pytest.mark.django_db
def test_a_contact_and_the_files_share_one_key(county):
    submission = taken_in(files.kept(), email="a@example.org")
    assert Seal.objects.count() == 1
    assert vault.email_of(submission.label) == "a@example.org"
    assert b"".join(open_file(Attachment.objects.get()).pieces)


@pytest.mark.django_db
def test_the_same_form_with_the_same_files_is_one_letter_other_files_are_another(county):
    first, again = files.kept(), files.kept()
    assert first.digest == again.digest
    assert taken_in(first).code == taken_in(again).code
    assert taken_in(files.kept(files.pdf())).code != taken_in(first).code
    assert Attachment.objects.count() == 2


@pytest.mark.django_db
def test_one_file_that_is_gone_takes_no_letter_in(county):
    gone = files.kept()
    with time.at(time.now() + LATER):
        assert tasks.sweep_loose_files() == 1
        with pytest.raises(FilesGone):
            taken_in(gone, files.kept())
    assert not Submission.objects.exists()
    with time.at(time.now() + LATER):
        waited = files.kept()
    with time.at(time.now() + 2 * LATER), pytest.raises(FilesGone):
        taken_in(waited)


@pytest.mark.django_db
def test_a_file_whose_ring_key_was_taken_out_has_to_be_chosen_again(county, settings):
    waited = files.kept()
    settings.KEY_RING = {2: bytes(32)}
    with pytest.raises(FilesGone):
        taken_in(waited)


@pytest.mark.django_db
def test_files_come_with_words_too_up_to_a_number(county, settings):
    settings.FILES_PER_LETTER = 3
    submission = taken_in(files.kept(), files.kept(files.pdf()))
    writer = resident(submission.label)
    add_words(actor=writer, text="这是照片。", form_key="w", files=[files.kept()])
    assert [row.message_id is None for row in Attachment.objects.order_by("position")] == [
        True,
        True,
        False,
    ]
    with pytest.raises(Invalid, match="3"):
        add_words(actor=writer, text="还有一张。", form_key="x", files=[files.kept()])
    stranger = resident("somebodyelse")
    with pytest.raises(NotAllowed):
        attach(
            actor=stranger,
            submission=submission,
            files=[files.kept()],
            message=Attachment.objects.get(position=2).message,
        )


@pytest.mark.django_db
def test_erased_files_are_gone_from_rows_at_once_and_from_the_store_with_the_next_sweep(
    county, folder
):
    submission = taken_in(files.kept(), files.kept(files.pdf()))
    tasks.make_thumbnails()
    assert len(stored(folder)) == 3
    with pytest.raises(NotAllowed):
        erase_files(actor=resident(submission.label), submission=submission)
    assert erase_files(actor=SYSTEM, submission=submission) == 2
    assert erase_files(actor=SYSTEM, submission=submission) == 0
    for row in Attachment.objects.all():
        assert (row.file, bytes(row.sealed_key), bytes(row.checksum)) == (None, b"", b"")
        with pytest.raises(NotFound):
            open_file(row)
    tasks.sweep_loose_files()
    assert not stored(folder)
    assert Attachment.objects.count() == 2
    assert Entry.objects.filter(action="submission.files_erased").count() == 1
    assert tasks.make_thumbnails() == 0


@pytest.mark.django_db
def test_an_attachment_cannot_be_exchanged_or_deleted(county):
    taken_in(files.kept())
    for change in ({"file": "0" * 32}, {"kind": "pdf"}, {"size": 1}, {"label": "x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Attachment.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Attachment.objects.all().delete()


@pytest.mark.django_db
def test_small_pictures_are_made_once_and_a_broken_one_is_given_up(county, folder):
    taken_in(files.kept(files.encoded(files.picture((2000, 1000)))))
    assert tasks.make_thumbnails() == 1
    assert tasks.make_thumbnails() == 0
    row = Attachment.objects.get()
    small = b"".join(open_file(row, small=True).pieces)
    assert small.startswith(b"\xff\xd8\xff")
    assert len(small) < row.size
    assert not LooseFile.objects.exists()
    taken_in(files.kept(), form_key="other")
    lost = Attachment.objects.get(thumbnail="waiting")
    keeping.store().remove(lost.file or "")
    tasks.make_thumbnails()
    lost.refresh_from_db()
    assert lost.thumbnail == "none"


@pytest.mark.django_db
def test_a_small_picture_that_failed_for_the_moment_is_tried_again(county, monkeypatch):
    taken_in(files.kept())
    with monkeypatch.context() as patch:
        patch.setattr(inspecting, "thumbnail", _busy)
        assert tasks.make_thumbnails() == 0
    assert tasks.make_thumbnails() == 0  # leased
    with time.at(time.now() + tasks.LEASE):
        assert tasks.make_thumbnails() == 1
    assert Attachment.objects.get().thumbnail == "ready"


def _busy(*_args: object, **_options: object) -> None:
    raise TooBusy


@pytest.mark.django_db
def test_a_file_cut_off_or_changed_in_the_store_is_noticed(county, folder):
    taken_in(files.kept())
    row = Attachment.objects.get()
    (path,) = stored(folder)
    whole = path.read_bytes()
    for broken in (whole[:-1], whole[:-400], whole[:10], b"", whole[:-1] + b"\0", b"X" + whole[1:]):
        path.write_bytes(broken)
        with pytest.raises(FileMissing):
            open_file(row)
    path.unlink()
    with pytest.raises(FileMissing):
        open_file(row)


def test_pieces_can_be_neither_exchanged_nor_cut_off():
    key, content = bytes(32), os.urandom(3 * sealing.PIECE)
    with files.on_disk(content) as source:
        sealed = list(sealing.seal(source, key, "a"))
    assert len(sealed) == 4

    def opened(*pieces: bytes, bound_to: str = "a") -> bytes:
        with files.on_disk(b"".join(pieces)) as source:
            return b"".join(sealing.unseal(source, key, bound_to))

    assert opened(*sealed) == content
    head, one, two, three = sealed
    for wrong in ((head, two, one, three), (head, one, two), (head, one, three), (head,)):
        with pytest.raises(sealing.Unreadable):
            opened(*wrong)
    with pytest.raises(sealing.Unreadable):
        opened(*sealed, bound_to="b")


def test_the_store_keeps_to_its_names(folder):
    store = keeping.store()
    for name in ("../../etc/passwd", "", "a" * 31, "A" * 32, "a" * 31 + "/"):
        for act in (store.open, store.remove, lambda name: store.write(name, [b""])):
            with pytest.raises(ValueError, match="32"):
                act(name)
    store.write("a" * 32, [b"x"])
    with pytest.raises(FileExistsError):
        store.write("a" * 32, [b"y"])
    assert (folder / "aa").stat().st_mode & 0o777 == 0o700


@pytest.mark.django_db
def test_file_and_folder_are_on_disk_before_the_row_says_so(county, monkeypatch):
    steps: list[str] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        steps.append("folder" if os.fstat(descriptor).st_mode & 0o40000 else "file")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    files.kept()
    assert "file" in steps
    assert steps[-1] == "folder"


def race(folder: Path, *, guarded: bool) -> tuple[str, bool]:
    """A letter and the sweeper want one file at the same moment; how the letter ended, and whether its
    file is there. Without the guard, the sweeper does not look whether somebody holds the row.
    """
    upload = files.kept()
    LooseFile.objects.filter(file=upload.file).update(due_at=time.now() + timedelta(seconds=1))
    claimed, swept = threading.Event(), threading.Event()
    ended: list[str] = []

    def send() -> None:
        try:
            with transaction.atomic():
                rows = list(
                    LooseFile.objects.select_for_update().filter(file=upload.file)
                    if guarded
                    else LooseFile.objects.filter(file=upload.file)
                )
                claimed.set()
                swept.wait(60)
                LooseFile.objects.filter(pk__in=[row.pk for row in rows]).delete()
                ended.append("kept")
        finally:
            connection.close()

    sender = threading.Thread(target=send)
    sender.start()
    claimed.wait(60)
    with time.at(time.now() + timedelta(minutes=1)):
        tasks.sweep_loose_files()
    swept.set()
    sender.join()
    return ended[0], bool(stored(folder))


@pytest.mark.django_db(transaction=True)
def test_the_sweeper_passes_by_what_a_letter_is_taking(folder):
    assert race(folder, guarded=True) == ("kept", True)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_letter_would_keep_a_file_that_is_gone(folder):
    assert race(folder, guarded=False) == ("kept", False)


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_comes_while_its_file_is_swept_is_told(folder, monkeypatch):
    upload = files.kept()
    removing, go_on = threading.Event(), threading.Event()
    remove = keeping.Folder.remove

    def slowly(store: keeping.Folder, name: str) -> None:
        removing.set()
        go_on.wait(60)
        remove(store, name)

    monkeypatch.setattr(keeping.Folder, "remove", slowly)
    LooseFile.objects.update(due_at=time.now() + timedelta(seconds=2))

    def sweep() -> None:
        with time.at(time.now() + timedelta(minutes=1)):
            tasks.sweep_loose_files()
        connection.close()

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    removing.wait(60)
    threading.Timer(0.5, go_on.set).start()
    with pytest.raises(FilesGone):
        taken_in(upload)
    sweeper.join()
    assert not Submission.objects.exists()
    assert not stored(folder)


KILLED = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "huiying.config.settings"
import django
django.setup()
from django.conf import settings
from pathlib import Path
from huiying.intake import sealing, uploads
settings.FILES_FOLDER = Path(sys.argv[1])
settings.INCOMING_FOLDER = Path(sys.argv[2])
real = sealing.seal
def half(source, key, bound_to):
    pieces = real(source, key, bound_to)
    yield next(pieces)
    yield next(pieces)[:100]
    os.kill(os.getpid(), signal.SIGKILL)
sealing.seal = half
uploads.keep(open(sys.argv[3], "rb"))
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_in_mid_upload_leaves_nothing_to_be_seen(folder, tmp_path, settings):
    (tmp_path / "photo").write_bytes(files.photo())
    done = subprocess.run(
        [sys.executable, "-c", KILLED, folder, tmp_path / "incoming", tmp_path / "photo"],
        check=False,
        timeout=60,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(stored(folder)) == 1
    assert not list((tmp_path / "incoming").iterdir())  # what was readable had no name
    half = LooseFile.objects.get()
    assert not uploads.waiting([half.file])
    with pytest.raises(FilesGone):
        taken_in(uploads.Upload(half.file, "digest"))
    with time.at(time.now() + LATER):
        assert tasks.sweep_loose_files() == 1
    assert not stored(folder)


@contextlib.contextmanager
def clamd(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A small clamd: reads one stream, keeps it, answers."""
    server = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        line, _address = server.accept()
        with line, line.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            content = b""
            while length := int.from_bytes(stream.read(4)):
                content += stream.read(length)
            heard.append(content)
            line.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}", heard
    finally:
        thread.join(60)
        server.close()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (b"stream: OK\0", None),
        (b"stream: Eicar-Test-Signature FOUND\0", FileNotTaken),
        (b"INSTREAM size limit exceeded. ERROR\0", TooBusy),
        (b"", TooBusy),
    ],
)
def test_a_virus_scanner_is_asked_about_what_was_sent(county, settings, answer, refusal):
    with clamd(answer) as (address, heard):
        settings.CLAMD = address
        with contextlib.nullcontext() if refusal is None else pytest.raises(refusal):
            files.kept()
        assert heard == [files.photo()]
    assert LooseFile.objects.exists() == (refusal is None)


@pytest.mark.django_db
def test_a_virus_scanner_that_is_away_lets_nothing_through(county, settings, tmp_path):
    settings.CLAMD = str(tmp_path / "clamd.ctl")
    assert not scanning.answers()
    with pytest.raises(TooBusy):
        files.kept()


@pytest.mark.django_db
def test_a_file_beyond_the_limit_is_refused_before_it_is_looked_at(county, settings):
    settings.FILE_BYTES = 1000
    with pytest.raises(FileNotTaken, match="MB"):
        files.kept(files.photo() + bytes(1000))
