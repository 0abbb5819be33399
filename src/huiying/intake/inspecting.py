"""Looks at a file that somebody sent: its kind by its first bytes, the rest in a confined process."""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.intake.cleaning.refused import Problem
from huiying.intake.errors import FileNotTaken, TooBusy

MEMORY = 512 * 1024 * 1024
SECONDS = 20
AT_ONCE = 2  # in one web process: each may take its 512 MiB
PATIENCE = 30
THUMBNAIL_BYTES = 1024 * 1024
# Nothing of our environment, least of all its keys, goes into the process that reads strangers' files.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

_slots = threading.BoundedSemaphore(AT_ONCE)

SENTENCES: dict[str, str | Promise] = {
    Problem.DAMAGED: _(
        "This file is damaged or was cut off on its way. Try to open it yourself, then choose it again."
    ),
    Problem.MANY_PIXELS: _("This picture is too large (more than 50 megapixels). Make it smaller."),
    Problem.TOO_HEAVY: _("This file is too complicated to be checked. A photo of it will do."),
    Problem.ENCRYPTED: _("This PDF is protected by a password. Save it without one and try again."),
    Problem.MANY_PAGES: _(
        "This PDF has too many pages (more than 300). Send the ones that matter."
    ),
    Problem.PICTURE_INSIDE: _(
        "A picture inside this PDF is of a kind that cannot be cleaned. A photo of it will do."
    ),
    Problem.POINTS_OUTSIDE: _(
        "This PDF needs other files or programs to be shown. Print it to a new PDF and send that."
    ),
}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was written in place of the file; width and height of a picture, pages of a PDF."""

    kind: str
    width: int
    height: int
    pages: int


def kind_of(head: bytes) -> str:
    """What a file is by its first 32 bytes: jpeg, png, gif, webp, pdf, heic, or the empty string.

    Neither its name nor what the browser calls it is asked.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"%PDF-"):
        return "pdf"
    return "heic" if head[4:8] == b"ftyp" and head[8:11] in {b"hei", b"hev", b"mif"} else ""


def clean(source: IO[bytes], target: IO[bytes]) -> Cleaned:
    """Write a harmless version of `source` (a real file, at its beginning) to `target`.

    Raises FileNotTaken with what the sender can do about it, and TooBusy after half a minute in line.
    """
    kind = kind_of(source.read(32))
    source.seek(0)
    if kind == "heic":
        raise FileNotTaken(
            _("HEIC pictures cannot be opened here. Save it as JPEG, or take a screenshot of it.")
        )
    if not kind:
        raise FileNotTaken(_("Only photos (JPEG, PNG, WebP, GIF) and PDF can be added."))
    task = "pdf" if kind == "pdf" else "image"
    return _confined(source, target, task, kind, settings.FILE_BYTES)


def thumbnail(source: IO[bytes], target: IO[bytes], *, kind: str) -> Cleaned:
    """Write a small JPEG of a picture of ours to `target`. Raises FileNotTaken."""
    return _confined(source, target, "thumbnail", kind, THUMBNAIL_BYTES)


def _confined(
    source: IO[bytes], target: IO[bytes], task: str, kind: str, most_bytes: int
) -> Cleaned:
    """What the process says; one that dies, or takes too long, has met something it cannot read."""
    job = {
        "task": task,
        "kind": kind,
        "most_bytes": most_bytes,
        "memory": MEMORY,
        "seconds": SECONDS,
    }
    command = [sys.executable, "-I", "-m", "huiying.intake.cleaning", json.dumps(job)]
    if not _slots.acquire(timeout=PATIENCE):
        raise TooBusy
    try:
        done = subprocess.run(
            command,
            stdin=source,
            stdout=target,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            cwd="/",
            timeout=SECONDS * 2,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FileNotTaken(SENTENCES[Problem.TOO_HEAVY]) from None
    finally:
        _slots.release()
    try:
        said = json.loads(done.stderr)
    except ValueError:
        raise FileNotTaken(SENTENCES[Problem.TOO_HEAVY]) from None
    if "problem" in said:
        raise FileNotTaken(SENTENCES[said["problem"]])
    target.seek(0)
    return Cleaned(said["kind"], said["width"], said["height"], said["pages"])
