"""How the files of a letter are listed, and how one is sent: never as anything but what it is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiying.faces.look import dates
from huiying.intake.files import AttachmentLine, AttachmentLinked, Link, OpenedFile
from huiying.kernel import connections

TYPES = {"jpeg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
ENDINGS = {"jpeg": "jpg", "png": "png", "pdf": "pdf"}
POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
KILOBYTE, MEGABYTE = 1024, 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileShown:
    """One file in a list: `url` is empty where it was erased, `small_url` where there is no small picture."""

    name: str
    url: str
    small_url: str
    words: str
    is_picture: bool


def size_words(size: int) -> str:
    """`1.2 MB`, `340 KB`."""
    if size >= MEGABYTE:
        return f"{size / MEGABYTE:.1f} MB"
    return f"{max(1, round(size / KILOBYTE))} KB"


def kind_words(kind: str, size: int, pages: int) -> str:
    """`PDF, 3 pages, 1.2 MB`."""
    parts = [kind.upper()]
    if pages:
        parts.append(ngettext("%(count)d page", "%(count)d pages", pages) % {"count": pages})
    return " · ".join([*parts, size_words(size)])


def files_shown(
    linked: Iterable[AttachmentLinked], address: Callable[[Link], str]
) -> list[FileShown]:
    """The list; `address` says where a face serves a link."""
    return [_shown(number, each, address) for number, each in enumerate(linked, 1)]


def _shown(number: int, each: AttachmentLinked, address: Callable[[Link], str]) -> FileShown:
    line = each.line
    is_picture = line.kind != "pdf"
    name = _("Photo %(number)d") if is_picture else _("Document %(number)d")
    return FileShown(
        name=name % {"number": number},
        url="" if line.erased else address(each.whole),
        small_url=address(each.small) if each.small else "",
        words=_words(line),
        is_picture=is_picture,
    )


def _words(line: AttachmentLine) -> str:
    if line.erased:
        return _("Erased, as the rules on keeping data say.")
    words = kind_words(line.kind, line.size, line.pages)
    if line.with_words:
        words += " · " + _("added %(day)s") % {"day": dates.at_time(line.at)}
    return words


def file_response(opened: OpenedFile) -> StreamingHttpResponse:
    """The file, for the reader alone: pictures to look at, documents to download, neither to run."""
    connections.release()
    response = StreamingHttpResponse(opened.pieces, content_type=TYPES[opened.kind])
    how = "attachment" if opened.kind == "pdf" else "inline"
    name = f"{opened.position + 1}.{ENDINGS[opened.kind]}"
    response.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    if opened.size is not None:
        response.headers["Content-Length"] = str(opened.size)
    return response
