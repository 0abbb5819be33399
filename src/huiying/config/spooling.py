"""Files of a form go to disk while they arrive: no request holds them in memory, and none has a name."""

from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_path, override

from huiying.accounts.session_store import is_signed_in
from huiying.intake.uploads import scratch
from huiying.kernel.connections import release

MULTIPART = "multipart/form-data"
LETTERS = ("public_site:write", "public_site:letter_add", "public_site:letter_answer")
IMPORTS = "staff_desk:imports"  # a file of letters is larger than what one letter carries
CALENDARS = "staff_desk:calendar_rehearsal"


class ToDisk(FileUploadHandler):
    """Keeps as many files, and of each as many bytes, as a letter may have; reads on past the rest.

    What it hands over has the size that was sent, so that too large a file is told from a cut one.
    """

    def __init__(self, request: HttpRequest | None = None, most: tuple[int, int] = (0, 0)) -> None:
        super().__init__(request)
        self._most_files, self._most_bytes = most
        self._open: IO[bytes] | None = None
        self._sent = 0
        self._files = 0

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self._files += 1
        self._sent = 0
        self._open = scratch()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's signature
        wanted = self._files <= self._most_files and self._sent <= self._most_bytes
        if wanted and self._open is not None:
            self._open.write(raw_data)
        self._sent += len(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        file, self._open = self._open, None
        return UploadedFile(file=file, name=self.file_name, size=file_size)

    def upload_interrupted(self) -> None:
        if self._open is not None:
            self._open.close()


def read_form(request: HttpRequest) -> None:
    """Read a form with files whole. Raises RequestDataTooBig beyond what all its files may have."""
    files, size = _most(request)
    most = files * size + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        raise RequestDataTooBig
    request.encoding = "utf-8"
    request.upload_handlers = [ToDisk(request, (files, size))]
    request.POST  # noqa: B018 - reads it


def _most(request: HttpRequest) -> tuple[int, int]:
    """How many files, and of how many bytes, the form at this address may carry from this sender."""
    name = _view_name(request.path_info)
    if name in LETTERS:
        return settings.FILES_AT_ONCE, settings.FILE_BYTES
    if name == IMPORTS and _from_staff(request):
        return 1, settings.IMPORT_BYTES
    if name == CALENDARS and _from_staff(request):
        return 1, settings.CALENDAR_BYTES
    return 0, 0


def _view_name(path: str) -> str:
    """The view that will answer here; empty where none will. No language is active yet."""
    try:
        with override(get_language_from_path(path)):
            return resolve(path).view_name
    except Resolver404:
        return ""


def _from_staff(request: HttpRequest) -> bool:
    """Whether somebody who is signed in sends this. The view asks again, and what they may do."""
    try:
        return is_signed_in(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
    finally:
        release()  # the body may be a long time coming
