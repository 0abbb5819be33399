"""Opening a partner's file as text: packed or plain, and in which encoding.

A file is read as a stream and never as a whole. Bytes that do not belong to its encoding are kept as
surrogates (PEP 383), so that only the row with them is refused.
"""

import codecs
import gzip
import io
import zlib
from collections.abc import Buffer, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from huiying.doors.errors import FileRefused

SAMPLE_BYTES = 1024 * 1024
# A packed file may grow so many times, and to so many bytes whatever its own size.
MOST_GROWTH = 200
ALWAYS_FINE = 256 * 1024 * 1024
GROWS = "The packed file unpacks to over 200 times its size; it is not read on. Unpack it first."
GZIP_MAGIC = b"\x1f\x8b"
# Longer marks first: that of UTF-32 begins like that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CANDIDATES = ("utf-8", "gb18030")
# What reading can raise where a packed file is cut off or damaged.
DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, UnicodeError)


def encoding_of(sample: bytes) -> str:
    """The encoding of a file that begins with `sample`: by its mark, else the one of UTF-8 and GB18030
    in which fewer lines are broken; UTF-8 where both fit.
    """
    for mark, name in MARKS:
        if sample.startswith(mark):
            return name
    lines = sample.split(b"\n")
    if len(lines) > 1:
        lines.pop()  # the sample may end in the middle of it
    return min(CANDIDATES, key=lambda name: _broken(lines, name))


def _broken(lines: list[bytes], encoding: str) -> int:
    count = 0
    for line in lines:
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            count += 1
    return count


def lines_of(text: io.TextIOWrapper, longest: int) -> Iterator[str]:
    """The lines of `text`; one of more than `longest` characters comes in pieces, so that a small
    packed file cannot fill the memory.
    """
    return iter(lambda: text.readline(longest), "")


class _Unpacked(gzip.GzipFile):
    """A packed file that is read on only while it stays within `MOST_GROWTH` or `ALWAYS_FINE`."""

    def __init__(self, raw: BinaryIO, size: int) -> None:
        super().__init__(fileobj=raw)
        self._most = max(size * MOST_GROWTH, ALWAYS_FINE)
        self._read = 0

    def readinto(self, buffer: Buffer) -> int:
        """As of a raw stream; raises FileRefused."""
        count = super().readinto(buffer)
        self._read += count
        if self._read > self._most:
            raise FileRefused(GROWS)
        return count


@contextmanager
def open_text(path: Path, encoding: str = "") -> Iterator[io.TextIOWrapper]:
    """The physical lines of `path` with their line ends; `encoding` overrides what would be found.

    Raises OSError where it cannot be opened, one of `DAMAGE` where the packed file is damaged, and
    FileRefused where it grows without measure.
    """
    with path.open("rb") as raw:
        packed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        raw.seek(0)
        plain = _Unpacked(raw, path.stat().st_size) if packed else raw
        buffered = io.BufferedReader(cast(io.RawIOBase, plain), SAMPLE_BYTES)
        found = encoding or encoding_of(buffered.peek(SAMPLE_BYTES)[:SAMPLE_BYTES])
        with io.TextIOWrapper(
            buffered, encoding=found, errors="surrogateescape", newline=""
        ) as text:
            yield text
