"""One row: what it becomes, and why it does not fit."""

import tomllib
from datetime import UTC, datetime

import pytest

from huiying.doors import mapping
from huiying.doors.errors import FileRefused, Unfit
from huiying.doors.fitting import Fitting, PastLetter
from tests.doors.conftest import HEADER, MAP

NOW = datetime(2026, 4, 1, tzinfo=UTC)
GOOD = {
    "id": "1",
    "title": "Leak",
    "text": "Water everywhere",
    "came": "2026-03-02 08:00:00",
    "kind": "leak",
    "unit": "water",
    "state": "open",
    "answer": "",
    "answered": "",
    "closed": "",
    "phone": "13800000000",
}
ANSWERED = {"state": "done", "answer": "Mended.", "answered": "2026-03-03 09:00:00"}
CLOSED = ANSWERED | {"state": "closed", "closed": "2026-03-04 09:00:00"}


def fit(toml: str = MAP, /, *, header: str = HEADER, **given: str) -> PastLetter:
    names = header.split(",")
    fields = GOOD | given
    return Fitting(mapping.read(tomllib.loads(toml)), names, NOW).fit(
        2, [fields.get(name, "") for name in names]
    )


def reason(**given: str) -> str:
    with pytest.raises(Unfit) as unfit:
        fit(**given)
    return str(unfit.value)


def test_moments_are_in_the_zone_of_the_map_and_kept_in_utc():
    assert fit().received == datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    assert fit(came="2026-03-02T08:00:00+01:00").received == datetime(2026, 3, 2, 7, tzinfo=UTC)


def test_a_format_of_their_own():
    text = MAP.replace(
        'received = "came"', 'received = { column = "came", format = "%d.%m.%Y %H:%M" }'
    )
    assert fit(text, came="02.03.2026 08:00").received == datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"id": ""}, "id: empty"),
        ({"id": "x" * 101}, "id: longer than 100 characters"),
        ({"text": " \n "}, "text: empty"),
        ({"text": "x" * 10_001}, "text: longer than 10,000 characters"),
        ({"title": "x" * 121}, "title: longer than 120 characters"),
        ({"text": "a\0b"}, "text: a null byte"),
        ({"title": "\0"}, "title: a null byte"),
        ({"text": "a\udcffb"}, "text: bytes that do not belong to the file's encoding"),
        ({"came": ""}, "the date of receipt is missing"),
        ({"came": "2026-02-30 08:00"}, "came: not a date and time"),
        ({"came": "yesterday"}, "came: not a date and time"),
        ({"came": "9999-12-31T23:59:59-12:00"}, "came: not a date and time"),
        ({"came": "1899-12-30"}, "came: the date lies before 1970"),
        ({"came": "2026-04-02"}, "came: the date lies in the future"),
        (CLOSED | {"closed": "2027-01-01"}, "closed: the date lies in the future"),
        (ANSWERED | {"answered": "2027-01-01"}, "answered: the date lies in the future"),
        (
            CLOSED | {"closed": "2026-03-01", "answered": "", "answer": ""},
            "closed before it was received",
        ),
        (ANSWERED | {"answered": "2026-03-01"}, "answered before it was received"),
        (CLOSED | {"closed": "2026-03-02 20:00"}, "closed before it was answered"),
        ({"state": "mislaid"}, "state: a value that the map does not list"),
        ({"state": "closed"}, "closed, but the time of closing is missing"),
        ({"state": "done"}, "answered, but the answer is missing"),
        ({"answer": "Mended."}, "open by its state, but answered or closed by its time or text"),
        ({"closed": "2026-03-04"}, "open by its state, but answered or closed by its time or text"),
        (ANSWERED | {"answered": ""}, "there is an answer, but not when it was given"),
        (ANSWERED | {"answer": "x" * 10_001}, "answer: longer than 10,000 characters"),
    ],
)
def test_a_row_that_does_not_fit_says_why_without_its_content(given, said):
    assert reason(**given) == said


def test_characters_of_a_dropped_column_do_not_matter():
    assert fit(phone="\0\udcff").source_id == "1"


def test_the_writers_words_stay_as_they_came():
    hostile = "  <script>alert(1)</script>\u202e\u200f '; DROP TABLE x; --\r\n\tend "
    assert fit(text=hostile).body == hostile


def test_states_and_where_the_case_stood_before():
    assert (fit().state, fit().entered) == ("in_progress", "in_progress")
    assert (fit(unit="").state, fit(unit="").entered) == ("received", "received")
    answered = fit(**ANSWERED)
    assert (answered.state, answered.entered, answered.outcome) == (
        "answered",
        "in_progress",
        "solved",
    )
    closed = fit(**CLOSED, unit="")
    assert (closed.state, closed.entered) == ("closed", "received")


def test_without_a_state_the_times_tell():
    text = MAP[: MAP.index("[targets.state]")]
    assert fit(text).state == "in_progress"
    assert fit(text, answer="Mended.", answered="2026-03-03").state == "answered"
    assert fit(text, answer="Mended.", closed="2026-03-03").state == "closed"
    assert fit(**CLOSED | {"state": ""}).state == "closed"


def test_without_a_time_of_its_own_an_answer_was_given_at_closing():
    text = MAP.replace('answered = "answered"\n', "")
    letter = fit(text, answer="Mended.", state="closed", closed="2026-03-03 09:00")
    assert letter.answered == letter.closed == datetime(2026, 3, 3, 1, tzinfo=UTC)
    assert fit(text, state="closed", closed="2026-03-03 09:00").answered is None


def test_several_columns_beginnings_and_texts_that_say_nothing():
    text = MAP.replace(
        'title = "title"',
        'title = { column = ["title", "kind", "title", "unit"], empty = ["water"] }',
    ).replace(
        'outcome = { constant = "solved" }',
        'outcome = { column = "answer", otherwise = "explained", '
        'starts = [["No fault", "no_fault_found"], ["No", "cannot_act"]] }',
    )
    assert fit(text).title == "Leak · leak"
    assert fit(text, **ANSWERED).outcome == "explained"
    assert fit(text, **ANSWERED | {"answer": "No fault seen"}).outcome == "no_fault_found"
    assert fit(text, **ANSWERED | {"answer": "No money"}).outcome == "cannot_act"


def test_a_text_counts_only_with_another_column():
    text = MAP.replace('answer = "answer"', 'answer = { column = "answer", only_with = "closed" }')
    assert fit(text, answer="An old note").answer == ""


def test_the_hour_that_a_clock_shows_twice():
    text = MAP.replace("Asia/Shanghai", "America/New_York")
    letter = fit(
        text,
        came="2025-11-02 01:50:00",
        state="closed",
        answer="Mended.",
        answered="2025-11-02 01:10:00",
        closed="2025-11-02 01:20:00",
    )
    assert letter.received == datetime(2025, 11, 2, 5, 50, tzinfo=UTC)
    assert letter.answered == datetime(2025, 11, 2, 6, 10, tzinfo=UTC)
    assert letter.closed == datetime(2025, 11, 2, 6, 20, tzinfo=UTC)


def test_a_missing_or_double_column_refuses_the_file():
    with pytest.raises(FileRefused, match="lacks: came"):
        fit(header=HEADER.replace("came", "arrived"))
    with pytest.raises(FileRefused, match="twice: id"):
        fit(header=HEADER + ",id")
