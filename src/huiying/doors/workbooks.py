"""The rows of one sheet of a workbook (XLSX, ECMA-376) as a stream, with their numbers.

Values only: a formula counts by the result that was saved with it. A row costs memory only while it is
read; the texts that rows share lie in a file without a name.
"""

import posixpath
import re
import tempfile
from array import array
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from huiying.doors import cells
from huiying.doors.errors import FileRefused
from huiying.doors.packages import DAMAGE, PIECE, Package, opened, parsed

MOST_COLUMNS = 1_000
MOST_STRINGS = 20_000_000
MOST_FORMATS = 100_000
MOST_MERGED = 100_000
LONGEST_ROW = 1_000_000  # characters
PLACE = re.compile(r"([A-Z]{1,3})[0-9]+")
RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
FIXED = {("b", "1"): "TRUE", ("b", "0"): "FALSE"}

type Attributes = Mapping[str, str]
type Row = tuple[int, list[str] | None]  # None: too long to be read


class Workbook:
    """A workbook that is being read: the sheets by name, in their order, hidden ones last."""

    def __init__(self, package: Package, scratch: IO[bytes]) -> None:
        self._package = package
        found = _Contents(package)
        self._paths = found.sheets
        self._since_1904 = found.since_1904
        self._strings = _Strings(package, found.strings, scratch)
        self._formats = _Formats(package, found.styles)
        if not self._paths:
            raise FileRefused("The workbook has no sheet with cells.")

    @property
    def sheets(self) -> list[str]:
        return list(self._paths)

    def rows(self, sheet: str = "") -> Iterator[Row]:
        """The rows that hold something, of the sheet with this name or of the first one.

        Raises FileRefused for a sheet that is not there, and one of DAMAGE.
        """
        if sheet and sheet not in self._paths:
            raise FileRefused(
                f"The workbook has no sheet {sheet!r}. It has: {', '.join(self._paths)}."
            )
        path = self._paths[sheet or self.sheets[0]]
        merged = _Merged(self._package, path)
        with self._package.open(path) as part:
            read = _Rows(self._strings, self._formats, self._since_1904, merged)
            try:
                for _piece in parsed(part, read.start, read.end, read.text):
                    yield from read.take()
            except DAMAGE:
                yield from read.take()  # what was whole before the damage
                raise


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """A workbook in a file, for as long as the block runs; raises FileRefused."""
    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryFile())
        try:
            workbook = Workbook(stack.enter_context(opened(path)), scratch)
        except DAMAGE:
            raise FileRefused("The workbook is damaged, or not one. Save it again.") from None
        yield workbook


class _Contents:
    """Where the parts of a workbook lie, and how it counts days."""

    def __init__(self, package: Package) -> None:
        main = dict(_related(package, "").values())["officeDocument"]
        self.since_1904 = False
        self._listed: list[tuple[str, str, bool]] = []
        with package.open(main) as part:
            for _piece in parsed(part, self._start):
                pass
        related = _related(package, main)
        shown = sorted(self._listed, key=lambda each: each[2])
        self.sheets = {
            name: related[mark][1]
            for name, mark, _hidden in shown
            if related.get(mark, ("",))[0] == "worksheet" and related[mark][1] in package.names
        }
        by_kind = dict(related.values())
        self.strings = by_kind.get("sharedStrings", "")
        self.styles = by_kind.get("styles", "")

    def _start(self, name: str, given: Attributes) -> None:
        if name == "workbookPr":
            self.since_1904 = given.get("date1904", "") in {"1", "true"}
        elif name == "sheet":
            mark = next((value for key, value in given.items() if key.endswith(":id")), "")
            hidden = given.get("state", "visible") != "visible"
            self._listed.append((given.get("name", ""), mark, hidden))


def _related(package: Package, path: str) -> dict[str, tuple[str, str]]:
    """By mark: (kind, path) of each part inside the file that the part at `path` names."""
    folder, name = posixpath.split(path)
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, given: Attributes) -> None:
        if name == "Relationship" and given.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", "")))
            found[given.get("Id", "")] = (given.get("Type", "").rpartition("/")[2], target[1:])

    with package.open(posixpath.join(folder, "_rels", f"{name}.rels")) as part:
        for _piece in parsed(part, start):
            if len(found) > MOST_COLUMNS:
                raise ValueError
    return found


class _Strings:
    """The texts that cells share, by number: on disk, as they can be many times the workbook's size."""

    def __init__(self, package: Package, path: str, scratch: IO[bytes]) -> None:
        self._ends = array("q", [0])
        self._file = scratch
        self._texts: list[str] = []
        self._wanted = self._spoken = False
        if path in package.names:
            with package.open(path) as part:
                for _piece in parsed(part, self._start, self._end, self._text):
                    pass

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self._ends) - 1:
            raise ValueError
        self._file.seek(self._ends[number])
        kept = self._file.read(self._ends[number + 1] - self._ends[number])
        return kept.decode("utf-8", "surrogatepass")

    def _start(self, name: str, _given: Attributes) -> None:
        if name == "rPh":  # how it is spoken, not what it says
            self._spoken = True
        self._wanted = name == "t" and not self._spoken

    def _text(self, text: str) -> None:
        if self._wanted:
            self._texts.append(text)

    def _end(self, name: str) -> None:
        self._wanted = False
        if name == "rPh":
            self._spoken = False
        elif name == "si":
            text = cells.decoded("".join(self._texts)[: LONGEST_ROW + 1])
            size = self._file.write(text.encode("utf-8", "surrogatepass"))
            self._ends.append(self._ends[-1] + size)
            self._texts = []
            if len(self._ends) > MOST_STRINGS:
                raise ValueError


class _Formats:
    """The number format of each style: whether it shows a date, and its code."""

    def __init__(self, package: Package, path: str) -> None:
        self._codes: dict[int, str] = {}
        self._styles: list[tuple[bool, str]] = []
        self._within = False
        if path in package.names:
            with package.open(path) as part:
                for _piece in parsed(part, self._start, self._end):
                    pass

    def of(self, style: str) -> tuple[bool, str]:
        place = int(style or 0)
        return self._styles[place] if 0 <= place < len(self._styles) else (False, "")

    def _start(self, name: str, given: Attributes) -> None:
        if name == "numFmt":
            self._codes[int(given["numFmtId"])] = given.get("formatCode", "")
        elif name == "cellXfs":
            self._within = True
        elif name == "xf" and self._within:
            number = int(given.get("numFmtId", 0))
            code = self._codes.get(number, "")
            shows = cells.shows_date(code) if code else number in cells.DATES
            self._styles.append((shows, code))
        if len(self._styles) + len(self._codes) > MOST_FORMATS:
            raise ValueError

    def _end(self, name: str) -> None:
        if name == "cellXfs":
            self._within = False


class _Merged:
    """Cells merged over several rows, asked for row by row: the text stands in the first one only."""

    def __init__(self, package: Package, path: str) -> None:
        self._ranges: list[tuple[int, int, int, int]] = []
        if _mentions(package, path, "mergeCell"):
            with package.open(path) as part:
                for _piece in parsed(part, self._start):
                    pass
        self._ranges.sort(reverse=True)
        self._open: list[tuple[int, int, int, int]] = []

    def _start(self, name: str, given: Attributes) -> None:
        found = RANGE.fullmatch(given.get("ref", "")) if name == "mergeCell" else None
        if found and int(found[2]) < int(found[4]):
            first, last = _column(found[1]), min(_column(found[3]), MOST_COLUMNS)
            self._ranges.append((int(found[2]), int(found[4]), first, last))
            if len(self._ranges) > MOST_MERGED:
                raise ValueError

    def columns(self, row: int) -> Iterator[int]:
        """Places of the cells in `row` that belong to one above; rows are asked for in their order."""
        while self._ranges and self._ranges[-1][0] < row:
            self._open.append(self._ranges.pop())
        if self._open:
            self._open = [each for each in self._open if each[1] >= row]
        for _above, _below, first, last in self._open:
            yield from range(first, last + 1)


def _mentions(package: Package, path: str, word: str) -> bool:
    """Whether the part at `path` has this word anywhere: much faster than to parse it."""
    ways, tail = (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")), b""
    with package.open(path) as part:
        while piece := part.read(PIECE):
            tail += piece
            if any(way in tail for way in ways):
                return True
            tail = tail[-2 * len(word) :]
    return False


def _column(letters: str) -> int:
    """`A` is 0."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


class _Rows:
    """Puts the cells of a sheet together while the parser goes through it."""

    def __init__(
        self, strings: _Strings, formats: _Formats, since_1904: bool, merged: _Merged
    ) -> None:
        self._strings, self._formats, self._since_1904 = strings, formats, since_1904
        self._merged = merged
        self._done: list[Row] = []
        self._number = 0
        self._fields: list[str] = []
        self._length = 0
        self._place = -1
        self._kind = self._style = ""
        self._texts: list[str] = []
        self._wanted = self._formula = self._spoken = False

    def take(self) -> list[Row]:
        """The rows that have ended since the last time."""
        done, self._done = self._done, []
        return done

    def start(self, name: str, given: Attributes) -> None:
        if name == "c":
            self._begin_cell(given)
        elif name in {"v", "t"}:
            self._wanted = not self._spoken
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._spoken = True
        elif name == "row":
            number = int(given.get("r", self._number + 1))
            if number <= self._number:
                raise ValueError
            self._number, self._fields, self._length, self._place = number, [], 0, -1

    def _begin_cell(self, given: Attributes) -> None:
        found = PLACE.fullmatch(given.get("r", ""))
        self._place = _column(found[1]) if found else self._place + 1
        self._kind, self._style = given.get("t", "n"), given.get("s", "")
        self._texts, self._formula = [], False

    def text(self, text: str) -> None:
        if self._wanted and self._length <= LONGEST_ROW:
            self._texts.append(text)
            self._length += len(text)

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._wanted = False
        elif name == "rPh":
            self._spoken = False
        elif name == "c" and (self._texts or self._formula) and self._place < MOST_COLUMNS:
            text = self._cell("".join(self._texts))
            self._fields += [""] * (self._place + 1 - len(self._fields))
            self._fields[self._place] = text
            self._length += len(text) if self._kind == "s" else 0
        elif name == "row":
            self._end_row()

    def _end_row(self) -> None:
        if self._length > LONGEST_ROW:
            self._done.append((self._number, None))
        elif any(map(str.strip, self._fields)):
            fields = self._fields
            for place in self._merged.columns(self._number):
                fields += [""] * (place + 1 - len(fields))
                fields[place] = fields[place] or cells.MERGED
            self._done.append((self._number, fields))

    def _cell(self, text: str) -> str:
        kind = self._kind
        if not text:
            return cells.UNSAVED if self._formula and kind != "str" else ""
        if kind == "s":
            return self._strings[int(text)]
        if kind == "n":
            shows_date, code = self._formats.of(self._style)
            since = self._since_1904
            return cells.moment(text, since_1904=since) if shows_date else cells.number(text, code)
        return FIXED.get((kind, text), cells.ERROR if kind == "e" else cells.decoded(text))
