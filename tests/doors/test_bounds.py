"""What a small hostile file can cost: reasons are counted, unpacking is measured, crashes are counted."""

import gzip

import pytest
from django.db import connection

from huiying.doors import importing, opening, tasks
from huiying.doors.errors import FileRefused
from huiying.doors.records import LONGEST_RECORD
from tests.doors.conftest import File, row
from tests.doors.test_import_page import do, folder, mapped  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)


def test_reasons_are_kept_up_to_a_number_and_counted_beyond(file: File, county, monkeypatch):
    monkeypatch.setattr(importing, "MOST_REASONS", 5)
    report = file.load(row(1), *["short"] * 50, row(2))
    assert (report.read, report.imported, report.unfit) == (52, 2, 50)
    assert [each.line for each in report.rejected] == [3, 4, 5, 6, 7]
    assert report.as_json()["unfit"] == 50


def test_damage_is_told_even_where_its_reason_is_not_kept(file: File, county, monkeypatch):
    monkeypatch.setattr(importing, "MOST_REASONS", 1)
    monkeypatch.setattr(opening, "SAMPLE_BYTES", 2000)
    file.write(*["short"] * 5, *[row(number) for number in range(3000)])
    packed = gzip.compress(file.path.read_bytes())
    file.path.write_bytes(packed[: len(packed) // 2])
    assert file.load().damaged


def test_a_packed_file_that_grows_without_measure(file: File, county, monkeypatch):
    monkeypatch.setattr(opening, "ALWAYS_FINE", 3_000_000)
    file.path.write_bytes(gzip.compress(file.write(row(1)).read_bytes() + b"a\n" * 3_000_000))
    with pytest.raises(FileRefused, match="over 200 times"):
        file.load()
    monkeypatch.undo()
    with opening.open_text(file.path) as text:  # small enough whatever its own size
        assert sum(1 for _line in opening.lines_of(text, LONGEST_RECORD)) == 3_000_002


def test_the_third_crash_is_the_last(county, people, folder, monkeypatch):  # noqa: F811
    client = people.administrator.client
    job = do(client, mapped(client), "check")

    def crash(*_args: object, **_given: object) -> None:
        raise MemoryError

    monkeypatch.setattr(importing, "run", crash)
    with pytest.raises(MemoryError):
        do(client, job, "start")
    for _again in range(2):
        connection.close()
        with pytest.raises(MemoryError):
            tasks.run_next()
    connection.close()
    assert tasks.run_next() == 1
    job.refresh_from_db()
    assert (job.state, job.problem, job.attempts) == ("failed", tasks.CRASHED, 3)
    assert tasks.run_next() == 0
    monkeypatch.undo()
    do(client, job, "check")
    assert do(client, job, "start").state == "done", "who looked at it may try again"
