"""Reading attachments: what a page lists, what a link opens, and the links themselves."""

import hashlib
import hmac
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from huiying.intake import keeping, sealing, vault
from huiying.intake.errors import FileMissing, LinkEnded, StoreSilent
from huiying.intake.models import Attachment, Seal, Submission
from huiying.kernel import ciphers, keys, time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotFound

LINK_LIVES = timedelta(minutes=15)
MARK_LETTERS = 32
WHOLE, SMALL = "file", "small"
COLUMNS = ("label", "kind", "size", "pages", "at", "message_id", "thumbnail", "erased_at")


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    """One file of a letter as a page lists it. `with_words` where it came later, with an addition."""

    label: str
    kind: str
    size: int
    pages: int
    at: datetime
    with_words: bool
    erased: bool


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """The bytes of a file, piece by piece, and how many there are (None where it is not known)."""

    kind: str
    position: int
    size: int | None
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Link:
    """What the address of a file holds: nothing in it can be guessed, and it ends by itself."""

    label: str
    what: str
    until: int
    mark: str


@dataclass(frozen=True, slots=True)
class AttachmentLinked:
    """One file with the links by which one reader opens it; `small` is None where there is none (yet)."""

    line: AttachmentLine
    whole: Link
    small: Link | None


def lines_of(submission: OuterRef) -> ArraySubquery:
    """The files of a letter within a query of letters, as `linked` reads them."""
    rows = Attachment.objects.filter(submission=submission).order_by("position")
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in COLUMNS})))


def linked(rows: list[dict[str, Any]], reader: Actor) -> tuple[AttachmentLinked, ...]:
    """What `lines_of` found, with links for this reader."""
    return tuple(_linked(row, reader) for row in rows)


def attachments_on(submission: Submission, reader: Actor) -> tuple[AttachmentLinked, ...]:
    """The files of a letter, in the order in which they came. One query."""
    rows = Attachment.objects.filter(submission=submission).order_by("position")
    return linked(list(rows.values(*COLUMNS)), reader)


def _linked(row: dict[str, Any], reader: Actor) -> AttachmentLinked:
    at = row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"])
    has_small = row["thumbnail"] == Attachment.Thumbnail.READY
    line = AttachmentLine(
        label=row["label"],
        kind=row["kind"],
        size=row["size"],
        pages=row["pages"],
        at=at,
        with_words=row["message_id"] is not None,
        erased=row["erased_at"] is not None,
    )
    small = link(line.label, SMALL, reader) if has_small else None
    return AttachmentLinked(line, link(line.label, WHOLE, reader), small)


def _mark(label: str, what: str, reader: str, until: int) -> str:
    key = keys.for_purpose("file link")
    content = "\0".join((label, what, reader, str(until)))
    return hmac.digest(key, content.encode(), hashlib.sha256).hex()[:MARK_LETTERS]


def link(label: str, what: str, reader: Actor) -> Link:
    """A link for this reader alone, good for a quarter of an hour."""
    until = int((time.now() + LINK_LIVES).timestamp())
    return Link(label, what, until, _mark(label, what, reader.label, until))


def check_link(given: Link, reader: Actor) -> None:
    """Raise NotFound for a link that was not made for this reader, LinkEnded for one of earlier.

    Whether the reader may see the letter is asked besides, by whoever calls this.
    """
    wanted = _mark(given.label, given.what, reader.label, given.until)
    if not hmac.compare_digest(wanted.encode(), given.mark.encode()):
        raise NotFound
    if given.until < time.now().timestamp():
        raise LinkEnded


def open_file(row: Attachment, *, small: bool = False) -> OpenedFile:
    """The file, or the small picture of it, opened with the submission's key.

    Its first piece has been read and checked. Raises NotFound where it was erased or is not made yet,
    FileMissing where the store does not have it as it was sealed, StoreSilent where it does not answer.
    """
    name = row.thumbnail_file if small else row.file
    if not name:
        raise NotFound
    kind = Attachment.Kind.JPEG if small else row.kind
    pieces = _pieces(row, name)
    try:
        first = next(pieces)
    except (FileNotFoundError, sealing.Unreadable, InvalidTag, KeyError, Seal.DoesNotExist):
        raise FileMissing from None
    except OSError:
        raise StoreSilent from None
    size = None if small else row.size
    return OpenedFile(kind, row.position, size, itertools.chain([first], pieces))


def _pieces(row: Attachment, name: str) -> Iterator[bytes]:
    key = ciphers.unseal(vault.key_of(row.submission), bytes(row.sealed_key), row.label)
    with keeping.store().open(name) as source:
        yield from sealing.unseal(source, key, name)
