"""Parts of the statements by which texts are searched, each with what fills it."""

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, Q

from huiying.finding.grams import NUMBERINGS
from huiying.finding.models import Text
from huiying.kernel.kept_queries import preparing
from huiying.kernel.paging import Place

LATIN = "a-z0-9"
ENDS_IN_LATIN = re.compile(f"[{LATIN}]$")
BEGINS_IN_LATIN = re.compile(f"^[{LATIN}]")


def pattern_of(word: str) -> str | None:
    """The regular expression of a word with Latin ends, for PostgreSQL and Python; None without."""
    begins, ends = BEGINS_IN_LATIN.search(word), ENDS_IN_LATIN.search(word)
    if not (begins or ends):
        return None
    before = f"(^|[^{LATIN}])" if begins else ""
    after = f"([^{LATIN}]|$)" if ends else ""
    return f"{before}{re.escape(word)}{after}"


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a statement with what fills it."""

    sql: str
    values: tuple[Any, ...] = ()

    def __and__(self, other: "Clause") -> "Clause":
        return Clause(f"{self.sql} AND {other.sql}", self.values + other.values)


def spells(words: Iterable[str]) -> Clause:
    """Texts in which the characters of each word stand."""
    plain = [re.sub(r"([\\%_])", r"\\\1", word) for word in words]
    return all_of([Clause("text LIKE %s", (f"%{each}%",)) for each in plain])


def parts(words: Iterable[str]) -> Clause:
    """Texts in which each word that begins or ends in Latin is a whole word, where its characters stand."""
    patterns = [pattern for pattern in map(pattern_of, words) if pattern]
    return all_of([Clause("text ~ %s", (pattern,)) for pattern in patterns])


def has_pairs(grams: Iterable[int]) -> Clause:
    """Texts that the index names for these pairs of characters: all that have each of them, and others."""
    wanted = list(grams)
    numbers = [sorted(set(map(number, wanted))) for number in NUMBERINGS]
    has = " OR ".join("finding_pairs(text, id) @> %s::int[]" for _each in numbers)
    return Clause(f"({has})", tuple(numbers))


def shares_pairs(numbers: Iterable[int]) -> Clause:
    """Texts that have a pair with one of these numbers."""
    return Clause("finding_pairs(text, id) && %s::int[]", (sorted(set(numbers)),))


def all_of(clauses: Sequence[Clause]) -> Clause:
    """Each of these conditions."""
    return functools.reduce(Clause.__and__, clauses, Clause("true"))


def beyond(place: Place | None) -> Clause:
    """Texts past a place in the list."""
    return Clause("(at, id) < (%s, %s)", place) if place else Clause("true")


def since(moment: datetime | None) -> Clause:
    """Texts no older than a moment."""
    return Clause("at >= %s", (moment,)) if moment else Clause("true")


def compiled(allowed: Exists | Q) -> Clause:
    """A condition on texts (over `OuterRef("key")`) as SQL, worked out once for many statements."""
    query = Text.objects.filter(allowed).query
    try:
        sql, values = query.get_compiler(connection=connection).compile(query.where)
    except EmptyResultSet:  # such as a unit that is not there
        return Clause("false")
    return Clause(sql, tuple(values))


def fetch(columns: Clause, where: Clause, rest: str = "") -> list[tuple[Any, ...]]:
    """The rows of texts that a statement finds; `rest` is their order and number."""
    both = columns.values + where.values
    return ask(Clause(f"SELECT {columns.sql} FROM finding_text WHERE {where.sql} {rest}", both))  # noqa: S608 - our own text


def ask(statement: Clause, *, kept: bool = False) -> list[tuple[Any, ...]]:
    """`kept`: best run in the same way for any values, so that the server plans it once a connection."""
    with preparing() if kept else connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
