"""The records of a CSV file with their line numbers; a broken one costs no other.

A quotation mark that is never closed would swallow everything up to the next one. So a record that
cannot be read gives its first line up, and reading goes on with the second.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_RECORD = 1_000_000  # characters; more is a quotation mark that nobody closed

UNCLOSED = "a quotation mark is opened and not closed as it should be"
TOO_LONG = (
    f"the record is longer than {LONGEST_RECORD:,} characters, or its quotation marks are broken"
)
DAMAGED = "the file is damaged or cut off here; what came before was read"


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that cannot be read: the number of its first line, and why."""

    line: int
    reason: str


type Record = tuple[int, list[str]]


class _TooLong(csv.Error):
    """Raised while the parser asks for yet another line."""


class _Lines:
    """Feeds physical lines to the parser and remembers those of the present record."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._again: deque[str] = deque()
        self.current: list[str] = []
        self._length = 0
        self.first = 1  # the number of the first line of the present record

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        self.current.append(line)
        self._length += len(line)
        if self._length > LONGEST_RECORD and len(self.current) > 1:
            raise _TooLong
        return line

    def next_record(self) -> None:
        """The present record is done with."""
        self.first += len(self.current)
        self.current = []
        self._length = 0

    def give_back(self, keep: int) -> None:
        """Only the first `keep` lines belonged to the present record; the others come again."""
        self._again.extendleft(reversed(self.current[keep:]))
        del self.current[keep:]


class Reader:
    """Iterates over `(line number, fields)` and `Broken`; `header` holds the names of the columns."""

    def __init__(self, text: Iterator[str], damage: tuple[type[Exception], ...] = ()) -> None:
        csv.field_size_limit(LONGEST_RECORD)
        self._lines = _Lines(iter(text))
        self._parser = csv.reader(self._lines, strict=True)
        self._damage = damage
        self.header = self._read_header()

    def _read_header(self) -> list[str]:
        """Raises csv.Error where even the first line cannot be read; empty for an empty file."""
        header = next(self._parser, [])
        self._lines.next_record()
        return [name.strip() for name in header]

    def __iter__(self) -> Iterator[Record | Broken]:
        lines, parser, width = self._lines, self._parser, len(self.header)
        while True:
            try:
                fields = next(parser)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._give_up(error)
                continue
            except self._damage:
                yield Broken(lines.first, DAMAGED)
                return
            if len(fields) == width:
                yield lines.first, fields
            elif fields:
                yield self._wrong_width(len(fields))
            lines.next_record()

    def _give_up(self, error: csv.Error) -> Broken:
        broken = Broken(self._lines.first, TOO_LONG if self._is_length(error) else UNCLOSED)
        self._lines.give_back(1)
        self._lines.next_record()
        return broken

    @staticmethod
    def _is_length(error: csv.Error) -> bool:
        return isinstance(error, _TooLong) or "field limit" in str(error)

    def _wrong_width(self, found: int) -> Broken:
        """Refuse the record, but not a whole row that it swallowed."""
        width = len(self.header)
        for place, line in enumerate(self._lines.current[1:], 1):
            if _width_of(line) == width > 1:
                self._lines.give_back(place)
                break
        return Broken(self._lines.first, f"{found} fields instead of {width}")


def _width_of(line: str) -> int:
    """How many fields the line has by itself; 0 where it is not a record by itself."""
    try:
        return len(next(csv.reader([line], strict=True), []))
    except csv.Error:
        return 0
