"""A form with files costs neither memory nor a database connection while it arrives."""

import io
import tracemalloc
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpResponse
from django.utils.translation import override

from huiying.config.middleware import read_body_first
from huiying.intake import inspecting
from tests import files

MEBIBYTE = 1024 * 1024
BOUNDARY = b"--x"
HEAD = b'\r\nContent-Disposition: form-data; name="enclosed"; filename="a.jpg"\r\n\r\n'


class Arriving(io.RawIOBase):
    """A body that is made while it is read; `watch` is called with each piece."""

    def __init__(self, parts: int, size: int, watch: Any) -> None:
        self._pieces = self._made(parts, size)
        self._left = b""
        self._watch = watch
        self.length = parts * (len(BOUNDARY) + len(HEAD) + size + 2) + len(BOUNDARY) + 4

    @staticmethod
    def _made(parts: int, size: int) -> Any:
        for _part in range(parts):
            yield BOUNDARY + HEAD
            for _piece in range(size // (64 * 1024)):
                yield bytes(64 * 1024)
            yield b"\r\n"
        yield BOUNDARY + b"--\r\n"

    def read(self, size: int = -1) -> bytes:
        while len(self._left) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._left += piece
        self._watch()
        given, self._left = self._left[:size], self._left[size:]
        return given


def request_of(body: Arriving, path: str = "/zh-hans/write/", cookie: str = "") -> WSGIRequest:
    return WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "HTTP_COOKIE": cookie,
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": str(body.length),
            "wsgi.input": body,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
        }
    )


@pytest.mark.django_db(transaction=True)
def test_fifty_megabytes_are_on_disk_and_hold_no_connection(settings, tmp_path):
    settings.INCOMING_FOLDER = tmp_path / "incoming"
    connection.close()

    def watch() -> None:
        assert connection.connection is None

    request = request_of(Arriving(5, 10 * MEBIBYTE, watch))
    sizes: list[int] = []

    def handle(request: Any) -> HttpResponse:
        sizes.extend(part.size for part in request.FILES.getlist("enclosed"))
        return HttpResponse()

    tracemalloc.start()
    try:
        read_body_first(handle)(request)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        request.close()
    assert sizes == [10 * MEBIBYTE] * 5
    assert peak < 4 * MEBIBYTE
    assert not list(settings.INCOMING_FOLDER.iterdir())


@pytest.mark.django_db
def test_what_no_letter_can_have_is_not_written_down(settings, tmp_path):
    settings.INCOMING_FOLDER = tmp_path / "incoming"
    settings.FILES_AT_ONCE, settings.FILE_BYTES = 2, 3 * MEBIBYTE
    kept: list[tuple[int, int]] = []

    def handle(request: Any) -> HttpResponse:
        sent = request.FILES.getlist("enclosed")
        kept.extend((part.size, part.file.seek(0, io.SEEK_END)) for part in sent)
        return HttpResponse()

    request = request_of(Arriving(3, 2 * MEBIBYTE, lambda: None))
    read_body_first(handle)(request)
    request.close()
    assert kept == [(2 * MEBIBYTE, 2 * MEBIBYTE)] * 2 + [(2 * MEBIBYTE, 0)]
    refused = read_body_first(handle)(request_of(Arriving(4, 2 * MEBIBYTE, lambda: None)))
    assert refused.status_code == 413


@pytest.mark.django_db(transaction=True)
def test_an_import_is_allowed_before_it_arrives_and_holds_no_connection(settings, tmp_path, people):
    settings.INCOMING_FOLDER = tmp_path / "incoming"
    settings.FILE_BYTES = MEBIBYTE
    session = people.administrator.client.session.session_key
    sizes: list[int] = []

    def watch() -> None:
        assert connection.connection is None

    def handle(request: Any) -> HttpResponse:
        sizes.extend(part.file.seek(0, io.SEEK_END) for part in request.FILES.values())
        return HttpResponse()

    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    body = Arriving(1, 4 * MEBIBYTE, watch)
    request = request_of(body, "/zh-hans/desk/imports/", cookie)
    read_body_first(handle)(request)
    request.close()
    assert sizes == [4 * MEBIBYTE]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("write/", 200),
        ("follow/letter/add/", 200),
        ("follow/letter/answer/", 200),
        ("follow/letter/leave/", 413),
        ("follow/", 413),
        ("desk/imports/", 413),
        ("desk/sign-in/", 413),
        ("nothing/here/", 413),
        ("nothing/write/", 413),
    ],
)
@pytest.mark.django_db
def test_only_forms_with_files_take_files(address, status, language, settings, tmp_path):
    settings.INCOMING_FOLDER = tmp_path / "incoming"
    request = request_of(Arriving(1, 2 * MEBIBYTE, lambda: None), f"/{language}/{address}")
    other = "en" if language == "zh-hans" else "zh-hans"
    with override(other):  # as an earlier request of this thread may have left it
        answer = read_body_first(lambda _request: HttpResponse())(request)
    request.close()
    assert answer.status_code == status


@pytest.mark.django_db(transaction=True)
def test_checking_a_file_holds_no_connection(settings, tmp_path, monkeypatch):
    settings.FILES_FOLDER, settings.INCOMING_FOLDER = tmp_path / "kept", tmp_path / "incoming"
    held: list[bool] = []
    clean = inspecting.clean

    def watched(*args: Any) -> Any:
        held.append(connection.connection is not None)
        return clean(*args)

    monkeypatch.setattr(inspecting, "clean", watched)
    connection.ensure_connection()
    files.kept()
    assert held == [False]
