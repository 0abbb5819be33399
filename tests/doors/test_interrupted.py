"""Imports that are killed, and imports of the same file at once: nothing lost, nothing twice."""

import json
import signal
import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from dataclasses import dataclass

import pytest
from django.db import connection

from huiying.casework.models import CaseFile, Move, Report
from huiying.doors import importing, mapping, statements
from huiying.doors.actions import keep_batch
from huiying.doors.importing import DOOR
from huiying.doors.importing import Report as ImportReport
from huiying.intake.models import Submission
from huiying.record.models import Entry, Payload
from huiying.replies.models import Reply, ReplyVersion
from tests.doors.conftest import File, row
from tests.waiting import until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 20
CLOSED = {
    "state": "closed",
    "answer": "Mended.",
    "answered": "2026-03-03 09:00:00",
    "closed": "2026-03-04 09:00:00",
}

# Kills itself without warning: `between` two batches, or `within` the third one, when everything of
# it is written and nothing committed.
KILLED = """
    import os, signal, sys
    from huiying.config.cli.installation import set_up_django
    set_up_django(pool=False)
    from pathlib import Path
    from django.db import connection
    from huiying.doors import importing, mapping, statements

    moment, path, map_path = sys.argv[1:]
    importing.ROWS_A_BATCH = 3
    importing.WORKERS = 1
    keep_batch = importing.keep_batch
    begun = []

    def die(execute, sql, params, many, context):
        done = execute(sql, params, many, context)
        if moment == "within" and sql is statements.FRESH and len(begun) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    def keep(**given):
        begun.append(given)
        with connection.execute_wrapper(die):
            kept = keep_batch(**given)
        if moment == "between" and len(begun) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return kept

    importing.keep_batch = keep
    tell = lambda report: None
    importing.run(Path(path), mapping.load(map_path), actor=importing.DOOR, tell=tell)
"""


def lines() -> list[str]:
    return [row(number, **(CLOSED if number % 3 else {})) for number in range(1, ROWS + 1)]


def check_whole() -> None:
    """Every row is there once, with everything that belongs to it."""
    closed = len([number for number in range(1, ROWS + 1) if number % 3])
    assert Submission.objects.count() == CaseFile.objects.count() == Report.objects.count() == ROWS
    assert Submission.objects.values("source_id").distinct().count() == ROWS
    assert Entry.objects.filter(action="case.imported").count() == ROWS
    assert Payload.objects.count() == Entry.objects.count()
    assert Move.objects.count() == ROWS + 2 * closed
    assert Reply.objects.count() == ReplyVersion.objects.count() == closed


@pytest.mark.server
@pytest.mark.parametrize("moment", ["between", "within"])
def test_after_kill_9_the_second_run_completes_the_first(county, file, moment):
    path = file.write(*lines())
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), moment, str(path), str(file.map)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert Submission.objects.count() == 6
    report = file.load()
    assert (report.imported, report.skipped, report.rejected) == (ROWS - 6, 6, [])
    check_whole()


@pytest.mark.server
def test_the_same_file_twice_at_once(county, file, tmp_path):
    path = file.write(*lines())
    command = [
        sys.executable,
        "-m",
        "huiying.config.cli",
        "import",
        str(path),
        "--map",
        str(file.map),
    ]
    runs = [
        subprocess.Popen(
            [*command, "--report", str(tmp_path / f"{name}.json")], stderr=subprocess.DEVNULL
        )
        for name in ("one", "two")
    ]
    assert [run.wait(timeout=120) for run in runs] == [0, 0]
    reports = [json.loads((tmp_path / f"{name}.json").read_text()) for name in ("one", "two")]
    assert sum(each["imported"] for each in reports) == ROWS
    assert sum(each["skipped"] for each in reports) == ROWS
    check_whole()


class Second(threading.Thread):
    """The same file again, in another thread; `tries` counts how often a batch was written."""

    def __init__(self, file: File) -> None:
        super().__init__(daemon=True)
        self._file = file
        self.report = ImportReport()

    def run(self) -> None:
        with closing(connection):
            self.report = importing.run(
                self._file.path, mapping.load(self._file.map), actor=DOOR, tell=lambda _report: None
            )


@dataclass
class Meeting:
    """What two imports of one file at once came to, and how often either wrote a batch."""

    first: ImportReport
    second: ImportReport
    written: int


def import_while_another_begins(file: File, monkeypatch: pytest.MonkeyPatch) -> Meeting:
    """Import; when everything is written and nothing committed, another import begins and goes as
    far as it can."""
    second = Second(file)
    written: list[object] = []

    def begin(execute, sql, params, many, context):
        if sql is not statements.FRESH:
            return execute(sql, params, many, context)
        written.append(context)
        done = execute(sql, params, many, context)
        if second.ident is None:
            second.start()
            until_somebody_waits()  # for this batch
        return done

    def keep(**given):
        with connection.execute_wrapper(begin):
            return keep_batch(**given)

    monkeypatch.setattr(importing, "keep_batch", keep)
    first = file.load(*lines())
    second.join(60)
    return Meeting(first, second.report, len(written))


def test_an_import_waits_for_another_of_the_same_source(county, file, monkeypatch):
    met = import_while_another_begins(file, monkeypatch)
    assert (met.first.imported, met.second.imported, met.second.skipped) == (ROWS, 0, ROWS)
    assert met.written == 2
    check_whole()


def test_without_waiting_a_batch_would_be_written_once_more(county, file, monkeypatch):
    """The control: the unique source keeps doubles out, but the work is done twice over."""
    monkeypatch.setattr(statements, "TAKE_SOURCE", "SELECT %(source)s")
    monkeypatch.setattr(statements, "LEAVE_SOURCE", "SELECT %(source)s")
    met = import_while_another_begins(file, monkeypatch)
    assert (met.first.imported, met.second.imported, met.second.skipped) == (ROWS, 0, ROWS)
    assert met.written == 3
    check_whole()


def test_codes_that_are_taken_are_drawn_again(county, file, monkeypatch):
    file.load(row(1))
    taken = Submission.objects.get().code
    draws = iter([taken, *[f"{number:012d}" for number in range(10)]])
    monkeypatch.setattr("huiying.intake.receipts.new_code", lambda: next(draws))
    assert file.load(row(2)).imported == 1
    assert Submission.objects.values("code").distinct().count() == 2


def test_ctrl_c_keeps_what_was_kept(county, file, small_batches):
    def stop(report: ImportReport) -> None:
        if report.imported == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        file.load(*lines(), tell=stop)
    assert 6 <= Submission.objects.count() < ROWS
    assert not [each for each in threading.enumerate() if each.name.startswith("import")]
    file.load(*lines())
    check_whole()
