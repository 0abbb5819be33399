"""A whole file, batch by batch: read, fit, name, keep; and the report of what became of each row."""

import time as clock
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

from huiying.doors import statements, tables
from huiying.doors.actions import CLASHES, Kept, keep_batch, make_names
from huiying.doors.errors import MapRefused, Unfit
from huiying.doors.fitting import Fitting, PastLetter
from huiying.doors.lanes import Lanes
from huiying.doors.mapping import Mapping
from huiying.doors.naming import Names
from huiying.doors.records import DAMAGED, Broken
from huiying.doors.staging import Batch
from huiying.doors.tables import Table
from huiying.intake.errors import AlreadyImported, CodeTaken
from huiying.kernel import time
from huiying.kernel.actors import Actor, Grant
from huiying.kernel.refusals import MovedOn

ROWS_A_BATCH = 2000
WORKERS = 2
TRIES = 5
MOST_REASONS = 10_000
MOST_NEW_NAMES = 500
# Who acts where nobody is named: the record says that the file came by the command line.
DOOR = Actor("door:import", frozenset({Grant("system")}))


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that does not fit: the number of its first line in the file, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class Report:
    """What became of a file: every row that was read is imported, updated, skipped or rejected.

    `unfit` counts the rejected rows; `rejected` holds the first `MOST_REASONS` of them.
    """

    read: int = 0
    imported: int = 0
    updated: int = 0
    skipped: int = 0
    unfit: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    dropped_columns: list[str] = field(default_factory=list)
    seconds: float = 0.0
    damaged: bool = False  # the file could not be read to its end

    def reject(self, line: int, reason: str) -> None:
        """Count a row that does not fit, and keep its reason while there are not too many."""
        self.unfit += 1
        self.damaged = self.damaged or reason == DAMAGED
        if len(self.rejected) < MOST_REASONS:
            self.rejected.append(Rejected(line, reason))

    def as_json(self) -> dict[str, Any]:
        """Plain values under the names of the fields."""
        return {name: value for name, value in asdict(self).items() if name != "damaged"}


type Tell = Callable[[Report], None]


def run(path: Path, mapping: Mapping, *, actor: Actor, tell: Tell) -> Report:
    """Import `path`; `tell` is called with the report so far after each batch.

    May be stopped at any moment and run again: what was kept is skipped then. Imports of one source
    wait for each other. Raises FileRefused or MapRefused where nothing more can be read.
    """
    began = clock.monotonic()
    report = Report()
    with opened(path, mapping) as (reader, _encoding), alone(mapping.source):
        mapping = mapping.as_read_from(reader.header)
        report.dropped_columns = dropped(reader, mapping)
        fitting = Fitting(mapping, reader.header, time.now())
        with Keeping(mapping, actor, report, tell) as keeping:
            for letters in batches(reader, fitting, report):
                keeping.keep(letters)
    report.rejected.sort(key=lambda each: each.line)
    report.seconds = round(clock.monotonic() - began, 3)
    return report


@contextmanager
def alone(source: str) -> Iterator[None]:
    """No other import of `source` goes on inside; waits for one that does.

    The lock belongs to the session, so it ends with the process, however that ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(statements.TAKE_SOURCE, {"source": source})
        try:
            yield
        finally:
            cursor.execute(statements.LEAVE_SOURCE, {"source": source})


def opened(path: Path, mapping: Mapping) -> AbstractContextManager[tuple[Table, str]]:
    """The table in `path` as its map reads it, and its encoding or sheet; raises FileRefused."""
    return tables.opened(
        path,
        mapping.encoding,
        columns=mapping.needed_columns,
        sheet=mapping.sheet,
        header_line=mapping.header_line,
    )


def dropped(reader: Table, mapping: Mapping) -> list[str]:
    """The columns that the map does not use; nothing of them is kept."""
    used = set(mapping.columns)
    return [name for name in reader.header if name not in used]


def batches(reader: Table, fitting: Fitting, report: Report) -> Iterator[list[PastLetter]]:
    """Letters that fit, by `ROWS_A_BATCH` at most and no id twice; the others go into the report."""
    letters: dict[str, PastLetter] = {}
    for record in reader:
        report.read += 1
        if isinstance(record, Broken):
            report.reject(record.line, record.reason)
            continue
        line, fields = record
        try:
            letter = fitting.fit(line, fields)
        except Unfit as unfit:
            report.reject(line, str(unfit))
            continue
        if len(letters) == ROWS_A_BATCH or letter.source_id in letters:
            yield list(letters.values())
            letters = {}
        letters[letter.source_id] = letter
    yield list(letters.values())


class Keeping:
    """Names and keeps batch after batch, `WORKERS` of them at once, and counts into `report`.

    The calling thread reads on meanwhile; leaving the block waits for the last batch.
    """

    def __init__(self, mapping: Mapping, actor: Actor, report: Report, tell: Tell) -> None:
        self._mapping = mapping
        self._actor = actor
        self._report = report
        self._tell = tell
        self._names = Names(mapping)
        self._made = 0
        self._lanes = Lanes(WORKERS)
        self._running: deque[tuple[Future[Kept], set[str]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_details: object) -> None:
        try:
            while self._running and kind is None:
                self._settle()
        finally:
            for batch, _ids in self._running:
                batch.cancel()
            self._lanes.close()

    def keep(self, letters: list[PastLetter]) -> None:
        """Begin with one batch, and wait for an earlier one where enough are under way."""
        fitting = []
        for letter in letters:
            reason = self._names.unknown(letter)
            if reason:
                self._report.reject(letter.line, reason)
            else:
                fitting.append(letter)
        self._make_missing(fitting)
        if not fitting:
            return
        placed = [self._names.place(letter) for letter in fitting]
        batch = Batch(self._mapping.source, self._mapping.language, self._mapping.publish, placed)
        ids = {letter.source_id for letter in fitting}
        while any(not ids.isdisjoint(others) for _earlier, others in self._running):
            self._settle()  # a row that comes twice has to come in the order of the file
        self._running.append((self._lanes.submit(partial(_kept, self._actor, batch)), ids))
        if len(self._running) > WORKERS:
            self._settle()

    def _make_missing(self, letters: list[PastLetter]) -> None:
        units, categories = self._names.new_units(letters), self._names.new_categories(letters)
        if not units and not categories:
            return
        self._made += len(units) + len(categories)
        if self._made > MOST_NEW_NAMES:
            raise MapRefused(
                f"The file would make more than {MOST_NEW_NAMES} new units and categories. "
                "Is it the right column?"
            )
        make_names(actor=self._actor, units=units, categories=categories)
        self._names.refresh()

    def _settle(self) -> None:
        kept = self._running.popleft()[0].result()
        self._report.imported += kept.imported
        self._report.updated += kept.updated
        self._report.skipped += kept.skipped
        for line in kept.clashes:
            self._report.reject(line, CLASHES)
        self._tell(self._report)


def _kept(actor: Actor, batch: Batch) -> Kept:
    """Keep one batch, if need be with another try."""
    for _try in range(TRIES - 1):
        try:
            return keep_batch(actor=actor, batch=batch)
        except (CodeTaken, AlreadyImported, MovedOn):
            continue
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
    return keep_batch(actor=actor, batch=batch)
