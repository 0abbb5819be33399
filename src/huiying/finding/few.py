"""The texts of somebody who may read few of them, newest first, by an index that another noun keeps."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from huiying.finding.clauses import Clause, ask
from huiying.kernel import time
from huiying.kernel.kept_queries import MOST_KEPT
from huiying.kernel.paging import Place

MOST = 50_000  # where somebody may read more, the newest of all texts are as good
READ = 2.5  # what one of them costs that is read, in texts that the index gives
KEPT_FOR = timedelta(minutes=5)
LEAST_KEPT = 1_000  # fewer are counted anew each time

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
        """About how many there are, as counted some minutes ago at most; `MOST` where there are more."""
        where, now = (str(connection.settings_dict["NAME"]), self), time.now()
        known = _kept.get(where)
        if known is not None and now - KEPT_FOR < known[0] <= now:
            return known[1]
        some = f"SELECT 1 FROM {self.rows.sql} LIMIT {MOST}"  # noqa: S608 - our own text
        counted = Clause(f"SELECT count(*) FROM ({some}) AS found", self.rows.values)  # noqa: S608 - as above
        number = int(ask(counted)[0][0])
        if number >= LEAST_KEPT:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[where] = now, number
        return number

    def newest(self, columns: str, where: Clause, size: int, after: Place | None) -> Clause:
        """The columns of the next `size` texts past a place for which `where` holds, and those of the last
        one's time. They are read one by one in the order of time. A text may come twice.
        """
        past = "WHERE at <= %s" if after else ""
        place = (after[0],) if after else ()
        statement = f"""
            SELECT found.* FROM (SELECT at, key FROM {self.rows.sql} {past} ORDER BY at DESC) AS few,
            LATERAL (
                SELECT {columns} FROM finding_text WHERE key = few.key AND {where.sql} OFFSET 0
            ) AS found
            ORDER BY few.at DESC FETCH FIRST {size} ROWS WITH TIES
        """  # noqa: S608 - our own text
        return Clause(statement, self.rows.values + place + where.values)

    def every(self) -> Clause:
        """All of them, looked up in one table made for the purpose."""
        part = f"SELECT key FROM {self.rows.sql}"  # noqa: S608 - our own text
        return Clause(f"(key IN ({part})) IS TRUE", self.rows.values)


_kept: dict[tuple[str, Few], tuple[datetime, int]] = {}
