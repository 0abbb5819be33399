"""What the pages of an import show: the list, one file with its first rows, its words, its report."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from huiying.agencies.models import Unit
from huiying.agencies.reads import staff_names
from huiying.doors import folder, mapping, policy, tables
from huiying.doors.map_texts import KNOWN_WORDS
from huiying.doors.models import FileImport
from huiying.doors.previewing import ROWS, Preview, preview
from huiying.doors.records import Broken
from huiying.doors.states import STEPS
from huiying.doors.workbooks import open_workbook
from huiying.doors.writers import says_who
from huiying.kernel.actors import Actor
from huiying.routing.models import Category

LISTED = 50
NOT_SHOWN = "•••"
# Words of a column are looked for in so many rows; there may be so many different ones.
SEARCHED = 20_000
MOST_WORDS = 60
LISTED_TARGETS = ("state", "channel", "outcome", "unit", "category")


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import of the list; `label` is empty where it is somebody else's."""

    label: str
    by: dict[str, str]
    made_at: datetime
    state: str
    read: int
    imported: int
    unfit: int


@dataclass(frozen=True, slots=True)
class ImportShown:
    """One import as its uploader sees it; `acts` names the steps that can be taken now."""

    label: str
    state: str
    made_at: datetime
    size: int
    map: dict[str, Any]
    counts: dict[str, int]
    rejected: Sequence[tuple[int, str]]
    dropped: Sequence[str]
    problem: str
    acts: frozenset[str]


@dataclass(frozen=True, slots=True)
class FirstRow:
    """The row that begins in this line: a text for each column, or why it cannot be read."""

    line: int
    fields: list[str]
    broken: str = ""


@dataclass(frozen=True, slots=True)
class FirstRows:
    """A file as it lies there: its sheets, the names of its columns, its first rows."""

    sheets: list[str]
    header: list[str]
    rows: list[FirstRow]


@dataclass(frozen=True, slots=True)
class Words:
    """The different texts of a target's columns, each with what it means by the map or by its looks."""

    target: str
    found: list[tuple[str, str]]
    more: bool


def imports(actor: Actor) -> list[ImportLine]:
    """The newest imports; raises NotAllowed."""
    policy.require_importer(actor)
    rows = list(FileImport.objects.order_by("-made_at", "-id")[:LISTED])
    names = staff_names(row.made_by for row in rows)
    return [
        ImportLine(
            label=row.label if row.made_by == actor.label else "",
            by=names.get(row.made_by, {}),
            made_at=row.made_at,
            state=row.state,
            read=row.read,
            imported=row.imported,
            unfit=row.unfit,
        )
        for row in rows
    ]


def one_import(actor: Actor, label: str) -> ImportShown:
    """One of the actor's own imports; raises NotAllowed or NotFound."""
    row = policy.find(actor, label)
    return ImportShown(
        label=row.label,
        state=row.state,
        made_at=row.made_at,
        size=row.size,
        map=tomllib.loads(row.map),
        counts={
            name: getattr(row, name) for name in ("read", "imported", "updated", "skipped", "unfit")
        },
        rejected=[(line, reason) for line, reason in row.rejected],
        dropped=row.dropped,
        problem=row.problem,
        acts=frozenset(name for name, step in STEPS.items() if row.state in step.sources),
    )


def map_text(actor: Actor, label: str) -> str:
    """The map of one's own import as TOML."""
    return policy.find(actor, label).map


def first_rows(actor: Actor, label: str, *, sheet: str = "") -> FirstRows:
    """The first rows of one's own file; raises FileRefused."""
    path = folder.path_of(policy.find(actor, label).file)
    sheets: list[str] = []
    if tables.is_workbook(path):
        with open_workbook(path) as workbook:
            sheets = workbook.sheets
    with tables.opened(path, sheet=sheet if sheet in sheets else "") as (table, _read_as):
        hidden = [says_who(name) for name in table.header]
        rows = [
            FirstRow(row.line, [""] * len(hidden), row.reason)
            if isinstance(row, Broken)
            else FirstRow(row[0], _shown(row[1], hidden))
            for row in islice(table, ROWS)
        ]
        return FirstRows(sheets, table.header, rows)


def _shown(fields: Sequence[str], hidden: Sequence[bool]) -> list[str]:
    """What nobody may take in, nobody needs to see either."""
    return [NOT_SHOWN if hide else text for text, hide in zip(fields, hidden, strict=True)]


def rows_as_kept(actor: Actor, label: str) -> Preview:
    """The first rows as the map understands them; raises FileRefused or MapRefused."""
    row = policy.find(actor, label)
    return preview(folder.path_of(row.file), mapping.read(tomllib.loads(row.map)))


def words(actor: Actor, label: str) -> list[Words]:
    """The texts of the columns that stand for units, categories, channels, states and results."""
    row = policy.find(actor, label)
    table = tomllib.loads(row.map)
    targets = {
        name: given if isinstance(given, dict) else {"column": given}
        for name, given in table.get("targets", {}).items()
        if name in LISTED_TARGETS
    }
    columns = {
        name: given["column"]
        for name, given in targets.items()
        if isinstance(given.get("column"), str)
    }
    if not columns:
        return []
    with tables.opened(
        folder.path_of(row.file), table.get("encoding", ""), sheet=table.get("sheet", "")
    ) as (rows, _read_as):
        places = {
            name: rows.header.index(column)
            for name, column in columns.items()
            if column in rows.header
        }
        found = _different(islice(rows, SEARCHED), places)
    return [
        _words(name, list(texts), targets[name].get("values", {})) for name, texts in found.items()
    ]


def _different(rows: Iterable[Any], places: dict[str, int]) -> dict[str, dict[str, None]]:
    found: dict[str, dict[str, None]] = {name: {} for name in places}
    for row in rows:
        if not isinstance(row, Broken):
            for name, place in places.items():
                text = row[1][place].strip()
                if text and "\0" not in text and len(found[name]) <= MOST_WORDS:
                    found[name][text] = None
    return found


def _words(target: str, texts: list[str], values: dict[str, str]) -> Words:
    known = KNOWN_WORDS.get(target) or dict(_codes(target))
    meant = [(text, values.get(text, known.get(text.lower(), ""))) for text in texts[:MOST_WORDS]]
    return Words(target, meant, len(texts) > MOST_WORDS)


def _codes(target: str) -> Iterator[tuple[str, str]]:
    """Names and codes of this installation, in small letters, with the code that they mean."""
    model = Unit if target == "unit" else Category
    for code, name in model.objects.values_list("code", "name"):
        yield from ((each.lower(), code) for each in (code, *name.values()))
