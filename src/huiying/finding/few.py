"""The texts of somebody who may read few of them, newest first, by an index that another noun keeps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from huiying.finding.clauses import Clause, ask
from huiying.kernel.paging import Place

MOST = 50_000  # where somebody may read more, the newest of all texts are as good
READ = 2.0  # what one of them costs that is read, in texts that the index gives
# What the index of pairs gives for each, because other pairs have its number; in texts of a million.
SHARED = 0.005

type Rows = QuerySet[Any, tuple[datetime, int]]


@dataclass(frozen=True, slots=True)
class Few:
    """(at, key) of every text that somebody may read, and maybe of others, as a statement."""

    rows: Clause

    @classmethod
    def of(cls, rows: Rows) -> "Few":
        """From a query of pairs. Where nothing can be in it, nothing is."""
        try:
            sql, values = rows.order_by().query.sql_with_params()
        except EmptyResultSet:
            sql, values = "SELECT now(), 0 WHERE false", ()
        return cls(Clause(f"({sql}) AS few (at, key)", tuple(values)))

    def number(self) -> int:
        """How many there are; `MOST` where there are more."""
        some = f"SELECT 1 FROM {self.rows.sql} LIMIT {MOST}"  # noqa: S608 - our own text
        return int(ask(Clause(f"SELECT count(*) FROM ({some}) AS found", self.rows.values))[0][0])  # noqa: S608 - as above

    def newest(self, number: int, after: Place | None) -> Clause:
        """Those that come next past a place, with all of the last one's time."""
        past = "WHERE at <= %s" if after else ""
        part = f"SELECT key FROM {self.rows.sql} {past} ORDER BY at DESC FETCH FIRST {number} ROWS WITH TIES"  # noqa: S608 - our own text
        place = (after[0],) if after else ()
        return Clause(f"key = ANY(ARRAY({part}))", self.rows.values + place)

    def every(self) -> Clause:
        """All of them, looked up in one table made for the purpose."""
        part = f"SELECT key FROM {self.rows.sql}"  # noqa: S608 - our own text
        return Clause(f"(key IN ({part})) IS TRUE", self.rows.values)
