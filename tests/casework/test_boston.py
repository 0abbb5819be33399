"""What a city itself called late, reckoned again by our clock, over half a year of its requests."""

import csv
import gzip
import io
from datetime import datetime
from zoneinfo import ZoneInfo

from huiying.casework.deadlines import clock
from tests.shared import shared

BOSTON = ZoneInfo("America/New_York")
CLOSED_WITH_TARGET = 43_821
# The rest: requests to which the city gave no flag at all; every one of them was closed after its target.
WITHOUT_FLAG = 157


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BOSTON)


def _differing(row: dict[str, str]) -> tuple[str, str, str] | None:
    """The request, its flag and what our clock says, where the two differ."""
    closed = _moment(row["closed_dt"])
    found = clock(_moment(row["target_dt"]), None, ended_at=closed, moment=closed)
    if found.late == (row["ontime"] == "OVERDUE"):
        return None
    return row["case_enquiry_id"], row["ontime"], "late" if found.late else "in time"


def test_our_clock_agrees_with_the_citys_own_flag():
    packed = (shared("boston311-2011h2") / "requests.csv.gz").read_bytes()
    rows = csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8"), newline=""))
    closed = [row for row in rows if row["closed_dt"] and row["target_dt"]]
    differing = [found for row in closed if (found := _differing(row))]
    assert len(closed) == CLOSED_WITH_TARGET
    assert len(differing) / len(closed) <= 0.004
    assert {(flag, ours) for _id, flag, ours in differing} == {("", "late")}, differing
    assert len(differing) == WITHOUT_FLAG
