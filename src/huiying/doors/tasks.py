"""The worker's part of imports from a page: one file at a time, taken up again after a crash."""

import logging
import time as clock
from datetime import timedelta

from django.utils.translation import gettext_lazy

from huiying.agencies.reads import standing_behind
from huiying.doors import file_actions, folder, importing, rehearsing
from huiying.doors.errors import FileRefused
from huiying.doors.importing import Report
from huiying.doors.models import FileImport
from huiying.doors.states import AT_WORK, BEFORE, ENDS, FileState
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM, Actor
from huiying.kernel.connections import alone
from huiying.kernel.refusals import MovedOn, NotAllowed, Refusal

logger = logging.getLogger(__name__)

KEPT = timedelta(days=1)
TELL_SECONDS = 1.0
MOST_ATTEMPTS = 3
CRASHED = (
    "The worker crashed three times while it read this file, so it is not tried again by itself. Look "
    "at the log of the worker; a smaller file may do."
)
GONE = gettext_lazy("The uploaded file is no longer there. Upload it again.")
WORK = "imports from a page"


def run_next() -> int:
    """Read the file that has waited longest, to its end; how many were read.

    A session's lock shows that somebody does: where it is free, a file that is said to be read was left
    by a crash, and is read again, three times at most. What was kept of it is found and skipped.
    """
    with alone(WORK) as mine:
        waiting = FileImport.objects.filter(state__in=AT_WORK).order_by("began_at", "id")
        found = waiting.first() if mine else None
        if found is None:
            return 0
        _read(found)
        return 1


def _read(found: FileImport) -> None:
    path = folder.path_of(found.file)
    try:
        if found.attempts >= MOST_ATTEMPTS:
            raise FileRefused(CRASHED)
        FileImport.objects.filter(pk=found.pk).update(attempts=found.attempts + 1)
        if not path.is_file():
            raise FileRefused(GONE)
        mapping = file_actions.read_map(found.map)
        told = _Progress(found.pk)
        if found.state == FileState.CHECKING:
            report = rehearsing.rehearse(path, mapping, tell=told)
        else:
            report = importing.run(path, mapping, actor=_importer(found), tell=told)
        file_actions.finish(actor=SYSTEM, label=found.label, report=report)
    except MovedOn:
        logger.info("import %s: given up while it was read", found.label)
    except Refusal as refusal:
        file_actions.stop(actor=SYSTEM, label=found.label, problem=str(refusal))
    sweep_files()


def _importer(found: FileImport) -> Actor:
    """Who uploaded the file, with what they may do now; raises NotAllowed."""
    person = standing_behind(found.made_by)
    if person is None:
        raise NotAllowed
    return person.actor


class _Progress:
    """Keeps the counts so far in the row, once a second."""

    def __init__(self, pk: int) -> None:
        self._pk = pk
        self._told = 0.0

    def __call__(self, report: Report) -> None:
        if clock.monotonic() - self._told >= TELL_SECONDS:
            self._told = clock.monotonic()
            FileImport.objects.filter(pk=self._pk).update(**file_actions.progress_of(report))


def sweep_files() -> int:
    """Remove the files of imports that have ended, and of those that nobody went on with for a day."""
    past = time.now() - KEPT
    for each in FileImport.objects.filter(state__in=BEFORE, made_at__lt=past):
        try:
            file_actions.cancel(actor=SYSTEM, label=each.label)
        except MovedOn:
            continue
    removed = 0
    for row in FileImport.objects.filter(state__in=ENDS).exclude(file=""):
        folder.remove(row.file)
        removed += FileImport.objects.filter(pk=row.pk).update(file="")
    wanted = set(FileImport.objects.exclude(file="").values_list("file", flat=True))
    for name in folder.names_older_than(past.timestamp()):
        if name not in wanted:
            folder.remove(name)
            removed += 1
    return removed
