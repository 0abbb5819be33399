"""The verbs of an import from a page: uploading, mapping, checking, starting, and how it ends."""

import tomllib
from typing import Any

from huiying.doors import mapping, policy
from huiying.doors.errors import MapRefused
from huiying.doors.importing import Report
from huiying.doors.mapping import Mapping
from huiying.doors.models import FileImport
from huiying.doors.states import STEPS, FileState
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM, Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import MovedOn
from huiying.kernel.verbs import verb
from huiying.record.actions import write

LONGEST_MAP = 200_000
NEVER_PUBLISHES = (
    "An import from a page publishes no answers: one person alone would speak for the agency. Take "
    "`publish` out of the map, or have whoever runs the installation import the file by the command line."
)


@verb
def upload(*, actor: Actor, file: str, size: int) -> str:
    """Take a file in that already lies in the folder; returns the label of its import."""
    policy.require_importer(actor)
    made = FileImport.objects.create(
        label=random_label(), made_by=actor.label, made_at=time.now(), file=file, size=size
    )
    _tell(actor, "uploaded", made.label, size=size)
    return made.label


def read_map(text: str) -> Mapping:
    """The map of an import from a page, in a text of TOML; raises MapRefused, also where it publishes."""
    if len(text) > LONGEST_MAP or "\0" in text:
        raise MapRefused("The map is too long, or not a text.")
    try:
        found = mapping.read(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MapRefused(f"The map is not TOML: {error}") from None
    if found.publish:
        raise MapRefused(NEVER_PUBLISHES)
    return found


@verb
def use_map(*, actor: Actor, label: str, text: str) -> None:
    """Read the file by this map (TOML) from now on; raises MapRefused."""
    found = policy.find(actor, label)
    read_map(text)
    _step(found, "use_map", map=text, problem="", rejected=[], unfit=0, read=0, ended_at=None)
    _tell(actor, "mapped", label)


@verb
def check(*, actor: Actor, label: str) -> None:
    """Have the whole file read by its map, without keeping anything."""
    found = policy.find(actor, label)
    if not found.map:
        raise MapRefused("Say first which column is what.")
    read_map(found.map)
    _step(found, "check", **_nothing_yet())
    _tell(actor, "check_asked", label)


@verb
def start(*, actor: Actor, label: str) -> None:
    """Have the file imported."""
    found = policy.find(actor, label)
    if found.map:
        read_map(found.map)
    _step(found, "start", **_nothing_yet())
    _tell(actor, "started", label)


@verb
def cancel(*, actor: Actor, label: str) -> None:
    """Give the import up before it begins; its file is removed."""
    found = FileImport.objects.get(label=label) if actor == SYSTEM else policy.find(actor, label)
    _step(found, "cancel", ended_at=time.now())
    _tell(actor, "cancelled", label)


@verb
def finish(*, actor: Actor, label: str, report: Report) -> None:
    """Keep what became of a file that was read to its end: by a check, or by the import itself."""
    found = FileImport.objects.get(label=label)
    name = "finish_check" if found.state == FileState.CHECKING else "finish"
    _step(found, name, ended_at=time.now(), **progress_of(report), **_details_of(report))
    _tell(actor, name, label, **progress_of(report))


@verb
def stop(*, actor: Actor, label: str, problem: str) -> None:
    """Say why a file could not be read on."""
    found = FileImport.objects.get(label=label)
    _step(found, "stop", ended_at=time.now(), problem=problem[:500])
    _tell(actor, "stopped", label)


def progress_of(report: Report) -> dict[str, int]:
    """The counts of a report, as the columns have them."""
    names = ("read", "imported", "updated", "skipped", "unfit")
    return {name: getattr(report, name) for name in names}


def _details_of(report: Report) -> dict[str, Any]:
    reasons = [[each.line, each.reason] for each in report.rejected]
    return {"rejected": reasons, "dropped": report.dropped_columns}


def _nothing_yet() -> dict[str, Any]:
    counts = dict.fromkeys(("read", "imported", "updated", "skipped", "unfit"), 0)
    begun = {"began_at": time.now(), "attempts": 0, "ended_at": None}
    return counts | begun | {"problem": "", "rejected": []}


def _step(found: FileImport, name: str, **columns: Any) -> None:
    """Take one step by compare-and-set; raises MovedOn."""
    step = STEPS[name]
    rows = FileImport.objects.filter(pk=found.pk, state=found.state, map=found.map)
    if found.state not in step.sources or not rows.update(state=step.target, **columns):
        raise MovedOn


def _tell(actor: Actor, action: str, label: str, **data: Any) -> None:
    write(actor=actor, action=f"import.{action}", subject=f"import:{label}", data=data)
