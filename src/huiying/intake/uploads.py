"""Files on their way in: checked, rewritten, sealed and on disk before any row speaks of them.

Nothing here is part of a verb. What is kept waits, loose, for the verb that attaches it; where none
comes within the hour, the sweeper removes it.
"""

import hashlib
import logging
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import IO

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from huiying.intake import inspecting, keeping, scanning, sealing
from huiying.intake.errors import FileNotTaken, FilesGone, TooBusy
from huiying.intake.models import LooseFile
from huiying.kernel import ciphers, connections, keys, time
from huiying.kernel.identifiers import random_label

logger = logging.getLogger(__name__)

WAITS = timedelta(hours=1)
NAME_LETTERS = 32
KEY_BYTES = 32
LOOSE = "loose file"
FIELD = "enclosed"  # of a form, at which a refusal is shown


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits to be attached: its name in the store, and the SHA-256 of what was sent."""

    file: str
    digest: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the page says of a file that waits."""

    file: str
    kind: str
    size: int
    pages: int


def scratch() -> IO[bytes]:
    """A file on disk without a name: it is gone with its process, however that ends."""
    settings.INCOMING_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=settings.INCOMING_FOLDER)


def keep(source: IO[bytes]) -> Upload:
    """Take one file in, to wait for its letter.

    `source` is a real file. Raises FileNotTaken with a sentence for its sender, and TooBusy. Holds no
    database connection while it works.
    """
    if source.seek(0, os.SEEK_END) > settings.FILE_BYTES:
        raise too_large()
    source.seek(0)
    digest = hashlib.sha256()
    while piece := source.read(sealing.PIECE):
        digest.update(piece)
    source.seek(0)
    connections.release()
    scanning.scan(source)
    with scratch() as cleaned:
        made = inspecting.clean(source, cleaned)
        size = cleaned.seek(0, os.SEEK_END)
        name, key = random_label(NAME_LETTERS), secrets.token_bytes(KEY_BYTES)
        checksum = put(name, cleaned, key)
    number = keys.newest()
    LooseFile.objects.filter(file=name).update(
        kind=made.kind,
        size=size,
        width=made.width,
        height=made.height,
        pages=made.pages,
        checksum=checksum,
        key_number=number,
        sealed_key=ciphers.seal(keys.for_purpose(LOOSE, number), key, name),
    )
    return Upload(name, digest.hexdigest())


def put(name: str, content: IO[bytes], key: bytes) -> bytes:
    """Seal `content` into the store, loose; returns the SHA-256 of the sealed bytes.

    Raises TooBusy where the disk is full or the bucket does not answer.
    """
    LooseFile.objects.create(file=name, due_at=time.now() + WAITS)
    connections.release()
    content.seek(0)
    sum_ = hashlib.sha256()
    try:
        keeping.store().write(name, _summed(sealing.seal(content, key, name), sum_))
    except OSError as error:
        logger.error("no file can be kept: %s", type(error).__name__)
        raise TooBusy from None
    return sum_.digest()


def _summed(pieces: Iterable[bytes], sum_: "hashlib._Hash") -> Iterator[bytes]:
    for piece in pieces:
        sum_.update(piece)
        yield piece


def too_large() -> FileNotTaken:
    """The refusal of a file beyond the limit."""
    megabytes = settings.FILE_BYTES // (1024 * 1024)
    return FileNotTaken(
        _("This file is larger than %(most)d MB. Make it smaller, or send a part of it.")
        % {"most": megabytes}
    )


def form_key_with(form_key: str, files: Iterable[Upload]) -> str:
    """The key of a form together with its files, so that the same words with others are not the same."""
    digests = "".join(f"\0{each.digest}" for each in files)
    return form_key and form_key + digests


def key_of(loose: LooseFile) -> bytes:
    """The key of a file that waits. Raises FilesGone where its key of the ring was taken out meanwhile."""
    try:
        under = keys.for_purpose(LOOSE, loose.key_number)
        return ciphers.unseal(under, bytes(loose.sealed_key), loose.file)
    except (KeyError, InvalidTag):
        raise FilesGone(field=FIELD) from None


def waiting(files: Iterable[str]) -> list[Waiting]:
    """Those of `files` that still wait, in the order given."""
    names = list(dict.fromkeys(files))
    if not names:
        return []
    rows = LooseFile.objects.filter(file__in=names, due_at__gt=time.now()).exclude(kind="")
    by_name = {row.file: Waiting(row.file, row.kind, row.size, row.pages) for row in rows}
    return [by_name[name] for name in names if name in by_name]
