"""Opening a workbook (XLSX) safely: a zip of XML parts that anybody may have made.

Nothing is unpacked before its size is known, no part is held in memory as a whole, a document type (and
so every entity) is refused, and what a part links to outside the file is never looked at.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.parsers import expat

from huiying.doors.errors import FileRefused

MOST_PARTS = 5_000
MOST_BYTES = 1024 * 1024 * 1024  # of all parts, unpacked
MOST_TIMES = 200  # how much larger than packed a part may be; Excel's own are 5 to 60 times
SMALL = 8 * 1024 * 1024  # a part of this size may be packed as tightly as it likes
PIECE = 64 * 1024
LONGEST_TOKEN = 1024 * 1024  # one mark-up token; the parser holds it as a whole

# What reading can raise where a part is damaged, cut off, or packed in a way of its own.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    expat.ExpatError,
    KeyError,
    ValueError,
    OverflowError,
)

type Start = Callable[[str, Mapping[str, str]], None]
type End = Callable[[str], None]


class _Hostile(ValueError):
    """XML that no program that writes workbooks makes."""


class Package:
    """The parts of a workbook by name; raises FileRefused where it would unpack to too much."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(each.file_size for each in parts) > MOST_BYTES:
            raise FileRefused(
                "The workbook unpacks to more than 1 GB. Save its sheet as CSV: that may be of any size."
            )
        if any(_blown_up(each) for each in parts):
            raise FileRefused("The workbook unpacks to over 200 times its size; it is not read.")
        self.names = frozenset(each.filename for each in parts)

    def open(self, name: str) -> IO[bytes]:
        """One part, unpacked while it is read; raises KeyError."""
        return self._archive.open(name)


def _blown_up(part: zipfile.ZipInfo) -> bool:
    return part.file_size > max(SMALL, MOST_TIMES * part.compress_size)


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """The package in the file `path`; raises FileRefused, or one of DAMAGE."""
    with zipfile.ZipFile(path) as archive:
        yield Package(archive)


def parsed(
    part: IO[bytes], start: Start, end: End | None = None, text: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Parse `part` piece by piece, yielding after each; names come without their prefix.

    Only what the part states in so many elements, attributes and texts reaches the handlers.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = lambda name, given: start(name.rpartition(":")[2], given)
    if end:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text:
        parser.CharacterDataHandler = text
    fed = 0
    while piece := part.read(PIECE):
        parser.Parse(piece, False)
        fed += len(piece)
        if fed - max(parser.CurrentByteIndex, 0) > LONGEST_TOKEN:
            raise _Hostile
        yield
    parser.Parse(b"", True)
    yield


def _refuse_document_type(*_said: object) -> None:
    raise _Hostile
