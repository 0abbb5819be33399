"""What an import would make of a file's first rows; nothing is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.utils import timezone

from huiying.doors.errors import Unfit
from huiying.doors.fitting import Fitting, PastLetter
from huiying.doors.importing import dropped, opened
from huiying.doors.mapping import Mapping
from huiying.doors.naming import Names
from huiying.doors.records import Broken, Record
from huiying.kernel import time

ROWS = 10
LONGEST_SHOWN = 60
SHOWN = (
    "source_id",
    "received",
    "state",
    "category",
    "unit",
    "channel",
    "title",
    "body",
    "place",
    "due",
    "outcome",
    "answered",
    "answer",
    "question",
    "closed",
)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row: what would be kept, or the reason why it does not fit."""

    line: int
    kept: dict[str, str]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file as a map understands them, and what they would add to both trees."""

    read_as: str  # its encoding or sheet
    time_zone: str
    columns: dict[str, list[str]]  # each used column with the targets that it fills
    dropped_columns: list[str]
    rows: list[PreviewRow]
    new_units: list[str]
    new_categories: list[str]


def preview(path: Path, mapping: Mapping) -> Preview:
    """Read the first `ROWS` rows of `path`; raises FileRefused or MapRefused."""
    with opened(path, mapping) as (reader, read_as):
        mapping = mapping.as_read_from(reader.header)
        fitting = Fitting(mapping, reader.header, time.now())
        found = [_fitted(fitting, record) for record in islice(reader, ROWS)]
        left_out = dropped(reader, mapping)
    names = Names(mapping)
    letters = [each for each in found if isinstance(each, PastLetter)]
    units, categories = names.new_units(letters), names.new_categories(letters)
    return Preview(
        read_as=read_as,
        time_zone=mapping.zone.key,
        columns={column: _targets(mapping, column) for column in mapping.columns},
        dropped_columns=left_out,
        rows=[each if isinstance(each, PreviewRow) else _row(each, names) for each in found],
        new_units=[row["code"] for row in units],
        new_categories=[row["code"] for row in categories],
    )


def _targets(mapping: Mapping, column: str) -> list[str]:
    found = [name for name, target in mapping.targets.items() if column in target.columns]
    return [*found, "point"] if column in (mapping.point or ()) else found


def _fitted(fitting: Fitting, record: Record | Broken) -> PastLetter | PreviewRow:
    if isinstance(record, Broken):
        return PreviewRow(record.line, {}, record.reason)
    line, fields = record
    try:
        return fitting.fit(line, fields)
    except Unfit as unfit:
        return PreviewRow(line, {}, str(unfit))


def _row(letter: PastLetter, names: Names) -> PreviewRow:
    kept = {name: _plain(value) for name in SHOWN if (value := getattr(letter, name))}
    if letter.unit:
        kept["unit"] = names.unit_code(letter.unit)
    if letter.category:
        kept["category"] = names.leaf_code(letter.category)
    return PreviewRow(letter.line, kept, names.unknown(letter))


def _plain(value: str | datetime) -> str:
    return value if isinstance(value, str) else f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S %z}"


def lines(shown: Preview) -> Iterator[str]:
    """The preview as text for a terminal."""
    yield f"{shown.read_as}; times in {shown.time_zone}, shown in the agency's zone"
    for column, targets in shown.columns.items():
        yield f"  {column} -> {', '.join(targets) or '(tells whether another column counts)'}"
    yield f"not taken in: {', '.join(shown.dropped_columns) or 'none'}"
    for row in shown.rows:
        yield ""
        yield f"line {row.line}" + (f": does not fit: {row.reason}" if row.reason else "")
        for name, text in row.kept.items():
            yield f"  {name:10} {_short(text)}"
    yield ""
    yield f"new units: {', '.join(shown.new_units) or 'none'}"
    yield f"new categories: {', '.join(shown.new_categories) or 'none'}"


def _short(text: str) -> str:
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= LONGEST_SHOWN else plain[: LONGEST_SHOWN - 1] + "…"
