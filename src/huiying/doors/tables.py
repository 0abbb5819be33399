"""A partner's file as a table, whatever it is written in: CSV or a sheet of a workbook.

What a file is, its first bytes say; where its name says otherwise, it is refused rather than guessed at.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

from huiying.doors import opening
from huiying.doors.errors import FileRefused
from huiying.doors.packages import DAMAGE
from huiying.doors.records import DAMAGED, LONGEST_RECORD, TOO_LONG, Broken, Reader, Record
from huiying.doors.workbooks import Row, Workbook, open_workbook

ZIP, OLE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
WORKBOOK = ".xlsx"
SEARCHED = 50  # rows in which a header is looked for


class Table(Protocol):
    """Iterates over `(line number, fields)` and `Broken`; `header` holds the names of the columns."""

    header: list[str]

    def __iter__(self) -> Iterator[Record | Broken]: ...


def is_workbook(path: Path) -> bool:
    """Whether the file is an XLSX workbook; raises FileRefused for what cannot be read at all.

    Raises OSError where it cannot be opened.
    """
    with path.open("rb") as file:
        beginning = file.read(4)
    if beginning == OLE:
        raise FileRefused(
            "This is an old Excel file (.xls), or one with a password. Save it as .xlsx or CSV, "
            "without a password."
        )
    if beginning == PDF:
        raise FileRefused("This is a PDF, not a table. Ask for the file as .xlsx or CSV.")
    by_content, by_name = beginning == ZIP, path.suffix.lower() == WORKBOOK
    if by_content and not by_name:
        raise FileRefused(
            "By its content this is an Excel workbook or another packed file, but its name does not "
            "end in .xlsx. Rename it if it is a workbook; otherwise unpack it first."
        )
    if by_name and not by_content:
        raise FileRefused(
            "The name ends in .xlsx, but the content is no Excel workbook. If it is a CSV file, let "
            "its name end in .csv."
        )
    return by_content


@contextmanager
def opened(
    path: Path,
    encoding: str = "",
    *,
    columns: Sequence[str] = (),
    sheet: str = "",
    header_line: int = 0,
) -> Iterator[tuple[Table, str]]:
    """The table in a file, and how it is read; raises FileRefused where there is none.

    `columns` are those that the header of a sheet should have, where `header_line` does not say where
    it stands.
    """
    try:
        workbook_there = is_workbook(path)
    except OSError as error:
        raise FileRefused(f"{path} cannot be opened: {error.strerror or error}.") from None
    if workbook_there:
        with open_workbook(path) as workbook:
            yield (
                Sheet(workbook, sheet, columns, header_line),
                f"sheet {sheet or workbook.sheets[0]}",
            )
    else:
        with _opened_text(path, encoding) as found:
            yield found


@contextmanager
def _opened_text(path: Path, encoding: str) -> Iterator[tuple[Reader, str]]:
    with ExitStack() as stack:
        try:
            text = stack.enter_context(opening.open_text(path, encoding))
            reader = Reader(opening.lines_of(text, LONGEST_RECORD), opening.DAMAGE)
        except (*opening.DAMAGE, csv.Error):
            raise FileRefused("The file is damaged at its very beginning.") from None
        except LookupError:
            raise FileRefused(f"There is no encoding {encoding!r}.") from None
        if not reader.header:
            raise FileRefused("The file is empty.")
        yield reader, f"encoding {text.encoding}"


class Sheet:
    """A sheet whose header stands in one of its first rows; what lies beside or above does not count."""

    def __init__(
        self, workbook: Workbook, sheet: str, columns: Sequence[str], header_line: int
    ) -> None:
        self._rows = _whole_rows(workbook.rows(sheet))
        first = list(islice(self._rows, SEARCHED))
        if any(isinstance(each, Broken) for each in first[:1]):
            raise FileRefused("The sheet is damaged at its very beginning.")
        place = _header_place(first, columns, header_line)
        row = first[place]
        names = [] if isinstance(row, Broken) else [name.strip() for name in row[1]]
        while names and not names[-1]:
            names.pop()
        self.header = [name or f"({number})" for number, name in enumerate(names, 1)]
        self._first = first[place + 1 :]

    def __iter__(self) -> Iterator[Record | Broken]:
        width = len(self.header)
        for row in chain(self._first, self._rows):
            if isinstance(row, Broken):
                yield row
            elif any(map(str.strip, row[1][:width])):
                yield row[0], row[1][:width] + [""] * (width - len(row[1]))


def _whole_rows(rows: Iterator[Row]) -> Iterator[Record | Broken]:
    """The rows, up to where the sheet is damaged."""
    line = 0
    try:
        for line, fields in rows:
            yield Broken(line, TOO_LONG) if fields is None else (line, fields)
    except DAMAGE:
        yield Broken(line + 1, DAMAGED)


def _header_place(rows: Sequence[Record | Broken], columns: Iterable[str], header_line: int) -> int:
    """Which of the first rows names the columns: the one that is said to, the first with all of
    `columns`, or else the first that is more than half as wide as the widest.
    """
    texts = [
        (0, []) if isinstance(row, Broken) else (row[0], [text.strip() for text in row[1]])
        for row in rows
    ]
    if not texts:
        raise FileRefused("The sheet is empty.")
    if header_line:
        places = [place for place, (line, _names) in enumerate(texts) if line == header_line]
        if not places:
            raise FileRefused(f"Row {header_line} of the sheet is empty or too far below.")
        return places[0]
    wanted = set(columns)
    if wanted:
        for place, (_line, names) in enumerate(texts):
            if wanted <= set(names):
                return place
    widths = [sum(map(bool, names)) for _line, names in texts]
    return next(place for place, width in enumerate(widths) if 2 * width > max(widths))
