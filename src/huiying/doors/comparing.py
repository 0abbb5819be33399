"""How well the same report is found again, tried on a file whose doubles are known. Keeps nothing."""

import csv
import math
import time as stopwatch
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from huiying.doors.errors import FileRefused
from huiying.doors.fitting import Fitting, PastLetter
from huiying.doors.importing import Report, batches, opened
from huiying.doors.mapping import Mapping
from huiying.finding.likeness import Matter, Point, in_their_order
from huiying.finding.masking import mask
from huiying.kernel import time

CHILD, PARENT, IN_FILE = "child_id", "parent_id", "parent_in_file"
MOST = 5
TRUE = {"true", "1", "yes"}

type Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of it. Of `n` children whose parent had come before them, the share for which it was the
    likeliest, or among the five likeliest; what one question took. `parent_later`: pairs left out because
    the parent came after its child, so that nobody could have been shown it.
    """

    n: int
    recall_at_1: float
    recall_at_5: float
    p50_ms: float
    p95_ms: float
    parent_later: int


def compare(requests: Path, mapping: Mapping, pairs: Path, *, tell: Tell) -> Comparison:
    """Ask, for every child of `pairs`, among the matters of `requests` that were open when it came.

    `tell` hears how many of how many reports were gone through. Raises FileRefused or MapRefused.
    """
    matters = {each.label: each for each in _matters(requests, mapping)}
    parents = {
        child: parent
        for child, parent in _pairs(pairs)
        if child in matters and parent in matters and child != parent
    }
    later = {
        child for child, parent in parents.items() if matters[parent].since >= matters[child].since
    }
    places, took = [], []
    last = max((matters[child].since for child in parents), default=None)
    asked = [each for each in matters.values() if last and each.since <= last]
    for number, (matter, known) in enumerate(in_their_order(asked), start=1):
        if matter.label in parents and matter.label not in later:
            began = stopwatch.perf_counter()
            found = [each.label for each in known.like(matter, MOST)]
            took.append(1000 * (stopwatch.perf_counter() - began))
            parent = parents[matter.label]
            places.append(found.index(parent) + 1 if parent in found else None)
        tell(number, len(asked))
    return Comparison(
        n=len(places),
        recall_at_1=_share([place == 1 for place in places]),
        recall_at_5=_share([place is not None for place in places]),
        p50_ms=_quantile(took, 0.5),
        p95_ms=_quantile(took, 0.95),
        parent_later=len(later),
    )


def _matters(path: Path, mapping: Mapping) -> Iterator[Matter]:
    """Every row that fits. Of a label that comes twice, the last one counts."""
    with opened(path, mapping) as (table, _read_as):
        missing = [name for name in mapping.point or () if name not in table.header]
        if missing:
            raise FileRefused(
                f"Columns that the map names and the file lacks: {', '.join(missing)}."
            )
        fitting = Fitting(mapping.as_read_from(table.header), table.header, time.now())
        for letters in batches(table, fitting, Report()):
            yield from map(_matter, letters)


def _matter(letter: PastLetter) -> Matter:
    return Matter(
        label=letter.source_id,
        text=mask(f"{letter.title}\n{letter.body}"),
        category=letter.category,
        place=letter.place,
        point=Point(*letter.point) if letter.point else None,
        since=letter.received,
        until=letter.closed,
    )


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Child and parent of each row whose parent is in the file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = {CHILD, PARENT} - set(rows.fieldnames or ())
            if missing:
                raise FileRefused(f"{path.name} lacks: {', '.join(sorted(missing))}.")
            for row in rows:
                known = (row.get(IN_FILE) or "true").strip().lower() in TRUE
                if known and row[PARENT]:
                    yield row[CHILD].strip(), row[PARENT].strip()
    except (OSError, UnicodeDecodeError, csv.Error):
        raise FileRefused(f"{path.name} cannot be read as CSV in UTF-8.") from None


def _share(hits: list[bool]) -> float:
    return round(sum(hits) / len(hits), 4) if hits else 0.0


def _quantile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed."""
    ordered = sorted(values)
    return round(ordered[max(math.ceil(share * len(ordered)) - 1, 0)], 2) if ordered else 0.0
