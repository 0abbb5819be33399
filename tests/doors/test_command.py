"""`huiying import` as somebody types it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from huiying.casework.models import CaseFile
from huiying.intake.models import Submission
from huiying.record.models import Entry
from tests.doors.conftest import row

pytestmark = pytest.mark.django_db(transaction=True)


def huiying(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "huiying.config.cli", "import", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
    )


def test_a_file_with_map_and_report(county, file, tmp_path: Path):
    path = file.write(row(1), row(2, text=""), row(3))
    done = huiying(path, "--map", file.map, "--report", tmp_path / "out.json")
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "out.json").read_text())
    seconds = report.pop("seconds")
    assert report == {
        "read": 3,
        "imported": 2,
        "updated": 0,
        "skipped": 0,
        "unfit": 1,
        "rejected": [{"line": 3, "reason": "text: empty"}],
        "dropped_columns": ["phone"],
    }
    assert 0 < seconds < 60
    assert "rows a second" in done.stderr
    assert "line 3: text: empty" in done.stderr
    assert "phone" in done.stderr
    assert Entry.objects.filter(action="case.imported", actor="door:import").count() == 2


def test_preview_shows_ten_rows_and_keeps_nothing(county, file):
    lines = [row(number) for number in range(1, 15)]
    lines[3] = row(4, came="2999-01-01")
    path = file.write(*lines)
    done = huiying(path, "--map", file.map, "--preview")
    assert done.returncode == 0, done.stderr
    assert "encoding utf-8" in done.stdout
    assert "not taken in: phone" in done.stdout
    assert "line 5: does not fit: came: the date lies in the future" in done.stdout
    assert "Text 10" in done.stdout
    assert "Text 11" not in done.stdout
    assert "13800000000" not in done.stdout
    assert "2026-03-02 08:00:00 +0800" in done.stdout
    assert not Submission.objects.exists()


def test_an_administrator_by_name(county, people, file):
    path = file.write(row(1))
    assert huiying(path, "--map", file.map, "--actor", "administrator").returncode == 0
    label = people.administrator.actor.label
    assert Entry.objects.get(action="case.imported").actor == label


@pytest.mark.parametrize("who", ["clerk", "nobody_of_that_name"])
def test_nobody_else_by_name(county, people, file, who):
    path = file.write(row(1))
    done = huiying(path, "--map", file.map, "--actor", who)
    assert done.returncode == 1
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert not CaseFile.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be opened"),
        (b"", "empty"),
        (b"id,title\n1,x\n", "lacks"),
        (b"\x1f\x8b\x08damaged", "damaged"),
        (b"\x1f\x8b", "damaged"),
    ],
)
def test_a_file_that_cannot_be_used(county, file, tmp_path, content, said):
    path = tmp_path / "given.csv"
    if content is not None:
        path.write_bytes(content)
    done = huiying(path, "--map", file.map)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_map_that_names_the_writer(county, file):
    path = file.write(row(1))
    file.map.write_text(file.map.read_text() + '\n[targets.place]\ncolumn = "phone"\n')
    done = huiying(path, "--map", file.map)
    assert done.returncode == 1
    assert "who wrote" in done.stderr
    assert not Submission.objects.exists()
