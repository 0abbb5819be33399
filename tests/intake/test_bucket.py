"""Residents' files in a bucket: the same promises as in a folder, and plain words while it is silent."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huiying.casework.actions.receiving import receive
from huiying.config import attachments, outside
from huiying.intake import bucket, keeping, tasks, uploads
from huiying.intake.bucket import Place
from huiying.intake.errors import FileMissing, StoreSilent, TooBusy
from huiying.intake.files import open_file
from huiying.intake.letters import Letter
from huiying.intake.models import Attachment, LooseFile
from huiying.intake.names import path_of
from huiying.kernel import time
from huiying.kernel.actors import STRANGER
from tests import buckets, files

NAME = "a" * 32


@pytest.fixture(scope="module")
def served() -> Iterator[Place]:
    with buckets.served() as place:
        yield place


@pytest.fixture
def place(served: Place, settings, tmp_path) -> Place:
    settings.FILES_BUCKET, settings.INCOMING_FOLDER = served, tmp_path / "incoming"
    settings.FILES_FOLDER = tmp_path / "attachments"
    return served


@pytest.fixture
def quick(monkeypatch) -> Iterator[None]:
    """A bucket that does not answer is given up after one try."""
    monkeypatch.setattr(bucket, "TRIES", 1)
    yield
    bucket._client.cache_clear()


def taken_in(*kept: uploads.Upload) -> None:
    letter = Letter(body="楼下的水管漏了。", files=tuple(each.digest for each in kept))
    receive(actor=STRANGER, letter=letter, form_key=kept[0].file, files=kept)


@pytest.mark.django_db
def test_a_letter_comes_with_its_files_sealed_and_is_read_again(county, place, tmp_path):
    taken_in(files.kept(), files.kept(files.pdf()))
    assert tasks.make_thumbnails() == 1
    photo, pdf = Attachment.objects.order_by("position")
    objects = buckets.held(place)
    assert set(objects) == {
        f"desk/{path_of(str(name))}" for name in (photo.file, photo.thumbnail_file, pdf.file)
    }
    assert not any(b"%PDF" in content or b"JFIF" in content for content in objects.values())
    assert b"".join(open_file(pdf).pieces).startswith(b"%PDF")
    assert b"".join(open_file(photo, small=True).pieces).startswith(b"\xff\xd8")
    assert not (tmp_path / "attachments").exists()


@pytest.mark.django_db
def test_what_is_left_over_leaves_the_bucket(place):
    before = set(buckets.held(place))
    kept = files.kept()
    assert len(set(buckets.held(place)) - before) == 1
    LooseFile.objects.filter(file=kept.file).update(due_at=time.now())
    assert tasks.sweep_loose_files() == 1
    assert set(buckets.held(place)) == before


@pytest.mark.django_db
def test_one_object_that_is_gone_and_a_bucket_that_is_silent_are_told_apart(
    county, place, settings, quick
):
    taken_in(files.kept())
    row = Attachment.objects.get()
    settings.FILES_BUCKET = buckets.silent(place)
    with pytest.raises(StoreSilent):
        open_file(row)
    with pytest.raises(TooBusy):
        files.kept()
    settings.FILES_BUCKET = place
    keeping.store().remove(str(row.file))
    with pytest.raises(FileMissing):
        open_file(row)


@pytest.mark.django_db(transaction=True)
def test_a_letter_loses_no_word_while_the_bucket_is_silent(county, place, settings, quick):
    settings.FILES_BUCKET = buckets.silent(place)
    enclosed = SimpleUploadedFile("a.jpg", files.photo((60, 80)), "image/jpeg")
    page = Client().post("/en/write/", {"body": "The lamp is out.", "enclosed": [enclosed]})
    assert page.status_code == 422
    assert "The lamp is out." in page.text
    assert "Try again in a few minutes" in page.text


def test_the_bucket_keeps_to_our_names(place):
    store = keeping.store()
    for name in ("../../etc/passwd", "", "a" * 31, "A" * 32):
        for act in (store.open, store.remove, lambda name: store.write(name, [b""])):
            with pytest.raises(ValueError, match="32"):
                act(name)
    store.write(NAME, [b"x", b"y" * bucket.IN_MEMORY])
    assert dict(store.listed())[f"aa/{NAME}"] == 1 + bucket.IN_MEMORY
    with store.open(NAME) as source:
        assert source.read(2) == b"xy"
    store.remove(NAME)
    store.remove(NAME)
    with pytest.raises(FileNotFoundError):
        store.open(NAME)


def test_the_doctor_tries_it(place, settings, quick):
    before = buckets.held(place)
    (found,) = outside._bucket()
    assert found.state == "good"
    assert buckets.held(place) == before
    settings.FILES_BUCKET = buckets.silent(place)
    (found,) = outside._bucket()
    assert found.state == "broken"
    assert "does not answer" in found.says
    settings.FILES_BUCKET = Place("another", "", place.endpoint, "eu-1", "invented", "invented-too")
    (found,) = outside._bucket()
    assert "NoSuchBucket" in found.says


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"HUIYING_FILES": "s4"}, "folder, s3"),
        ({}, "HUIYING_S3_BUCKET"),
        ({"HUIYING_S3_BUCKET": "b", "HUIYING_S3_ENDPOINT": "minio:9000"}, "https://"),
        ({"HUIYING_S3_BUCKET": "b", "HUIYING_S3_KEY_ID": "k"}, "go together"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(monkeypatch, given, said):
    for name, value in ({"HUIYING_FILES": "s3"} | given).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=said):
        attachments.bucket()


def test_the_secret_is_in_no_text_of_the_settings(monkeypatch):
    wanted = {"FILES": "s3", "S3_BUCKET": "b", "S3_KEY_ID": "k", "S3_SECRET": "hidden"}
    for name, value in wanted.items():
        monkeypatch.setenv(f"HUIYING_{name}", value)
    monkeypatch.setenv("HUIYING_S3_PREFIX", "/desk/files/")
    place = attachments.bucket()
    assert place
    assert (place.prefix, place.secret) == ("desk/files/", "hidden")
    assert "hidden" not in repr(place)
