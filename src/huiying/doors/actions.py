"""The verbs of the file door: keeping a batch of past letters, and making the names that it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from huiying.agencies.actions import UnitRow, load_units
from huiying.agencies.models import Unit
from huiying.casework.states import OPEN
from huiying.doors import staging, statements
from huiying.doors.staging import IMPORTED, MOVED, Batch, seal
from huiying.kernel import keys, time
from huiying.kernel.actors import SYSTEM, Actor
from huiying.kernel.refusals import MovedOn, NotAllowed
from huiying.kernel.verbs import verb
from huiying.replies.states import Audience
from huiying.routing.actions.categories import CategoryRow, load_categories
from huiying.routing.models import Category

CLASHES = (
    "the case was worked on here or did not come by an import, waits for its writer, or is a complaint "
    "about conduct; it stays as it is"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a batch: counts, and the lines of rows that clash with what was done here."""

    imported: int
    updated: int
    skipped: int
    clashes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """A known case that the file moves forward."""

    line: int
    case_label: str
    state: str
    answers: bool
    closes: bool


def _require_importer(actor: Actor) -> None:
    if not actor.has("administrator", "system"):
        raise NotAllowed


@verb
def keep_batch(*, actor: Actor, batch: Batch) -> Kept:
    """Take a batch of past letters in, each with its case, its past moves and its answer.

    A row that came before is left as it is, or moves its case forward where it says that more has
    happened since. Raises CodeTaken, AlreadyImported or MovedOn where the batch has to be tried again;
    nothing of it is kept then.
    """
    _require_importer(actor)
    said = _said(actor, batch)
    with connection.cursor() as cursor:
        cursor.execute(statements.STAGING)
        with cursor.copy(statements.COPY_ROWS) as copy:
            for row in staging.rows(batch, at=said["at"], actor=actor.label):
                copy.write_row(row)
        steps, clashes, known = _known(cursor, said)
        cursor.execute(statements.FRESH, said)
        imported = int(cursor.fetchone()[0])
        if steps:
            _move_forward(cursor, steps, said, batch)
    if imported + known != len(batch.letters):
        raise MovedOn
    skipped = known - len(steps) - len(clashes)
    return Kept(imported, len(steps), skipped, tuple(clashes))


def _said(actor: Actor, batch: Batch) -> dict[str, Any]:
    return {
        "source": batch.source,
        "language": batch.language,
        "wish": Audience.PUBLIC if batch.publish else Audience.PRIVATE,
        "publish": batch.publish,
        "code_key": keys.newest(),
        "open": sorted(OPEN),
        "at": time.now(),
        "actor": actor.label,
        "action": IMPORTED,
        "imported": IMPORTED,
        "moved": MOVED,
        "system": SYSTEM.label,
    }


def _known(cursor: Any, said: dict[str, Any]) -> tuple[list[_Step], list[int], int]:
    """The steps to take, the lines that clash, and how many rows came before."""
    cursor.execute(statements.KNOWN, said)
    steps, clashes, known = [], [], 0
    for line, case_label, _now, state, answers, closes, forward, clash in cursor.fetchall():
        known += 1
        if clash:
            clashes.append(line)
        elif answers or closes or forward:
            steps.append(_Step(line, case_label, state, answers, closes))
    return steps, clashes, known


def _move_forward(cursor: Any, steps: Sequence[_Step], said: dict[str, Any], batch: Batch) -> None:
    with cursor.copy(statements.COPY_STEPS) as copy:
        for step in steps:
            data = {"source": batch.source, "state": step.state}
            subject = f"case:{step.case_label}"
            sealed = seal(said["at"], MOVED, said["actor"], subject, data)
            copy.write_row((step.line, step.case_label, step.answers, step.closes, *sealed))
    cursor.execute(statements.FORWARD, {**said, "action": MOVED})
    if int(cursor.fetchone()[0]) != len(steps):
        raise MovedOn


@verb
def make_names(
    *, actor: Actor, units: Sequence[UnitRow], categories: Sequence[CategoryRow]
) -> None:
    """Make the units and the leaf categories that a file brings, parents first.

    What another import has made in the meantime stays as it is.
    """
    _require_importer(actor)
    with connection.cursor() as cursor:
        cursor.execute(statements.TAKE_NAMES)
    there = set(Unit.objects.values_list("code", flat=True))
    load_units(actor=actor, rows=[row for row in units if row["code"] not in there])
    there = set(Category.objects.values_list("code", flat=True))
    load_categories(actor=actor, rows=[row for row in categories if row["code"] not in there])
