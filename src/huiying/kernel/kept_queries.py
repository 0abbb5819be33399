"""A query that a page asks every time, put together once: by Django the first time, kept after that.

Django puts a query together and compiles it anew for each request, and PostgreSQL plans it anew. For a page
that asks a dozen, that is more work than their answers.
"""

import copy
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, override

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Expression, Field, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from psycopg import Cursor

MOST_KEPT = 512  # of each query: as many people as work beside each other


class Given(Expression):
    """A value that comes with each run, in the place of a constant."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    @override
    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class IsAnyOf(Func):
    """Whether a column is one of a list: a single parameter however long it is, read once, and an index
    finds each member.
    """

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, column: str, listed: Any) -> None:
        super().__init__(column, listed)


class _PreparingCursor(Cursor[Any]):
    """Sends its values apart from the statement, which the server so plans once a connection."""

    @override
    def execute(self, query: Any, params: Any = None, **how: Any) -> "_PreparingCursor":
        return super().execute(query, params, prepare=True)


@contextmanager
def preparing() -> Iterator[Any]:
    """A cursor whose statements the server plans once a connection, whatever their values."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        bare: Any = _PreparingCursor(connection.connection)
        wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
        with wrap(bare) as cursor:
            yield cursor


@dataclass(frozen=True, slots=True)
class _Statement:
    """A compiled query: what Django needs to make its rows out of what the database returns."""

    sql: str
    compiler: SQLCompiler
    model: Any
    making: dict[str, Any]

    def rows(self, values: list[Any]) -> list[Any]:
        """Run it with `values`, and make its rows as Django does."""
        with preparing() as cursor:
            cursor.execute(self.sql, values)
            found = [row[: self.compiler.col_count] for row in cursor.fetchall()]
        compiler: Any = copy.copy(self.compiler)
        compiler.execute_sql = lambda *_how, **_more: [found]
        query: Any = copy.copy(self.compiler.query)
        query.get_compiler = lambda *_how, **_more: compiler
        queryset: QuerySet[Any] = QuerySet(self.model, query=query)
        vars(queryset).update(self.making)
        return list(queryset)


# How a queryset makes its rows, beside what its query says.
MAKING = ("_iterable_class", "_fields", "_known_related_objects", "_fetch_mode")


class KeptQuery[Row]:
    """`build(*shape, **given)` puts the query together; `given` has one `Given` for each of `fields`.

    What it builds depends on these alone: neither on the clock nor on the language nor on any row. It is
    kept for each `shape`, such as the actor who asks; people alike in all but names share a statement.
    """

    def __init__(
        self, build: Callable[..., QuerySet[Any, Row]], **fields: "Field[Any, Any]"
    ) -> None:
        self._build = build
        self._given = {name: Given(name, field) for name, field in fields.items()}
        self._kept: OrderedDict[Hashable, tuple[_Statement, tuple[Any, ...]] | None] = OrderedDict()
        self._statements: dict[str, _Statement] = {}

    def rows(self, *shape: Hashable, **values: Any) -> list[Row]:
        """The rows for these `values`, one for each of `fields`."""
        kept = self._kept.get(shape, self)
        if isinstance(kept, KeptQuery):
            kept = self._kept[shape] = self._compile(shape)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        if kept is None:
            return []
        statement, parts = kept
        return statement.rows(
            [values[part.name] if isinstance(part, Given) else part for part in parts]
        )

    def built(self, *shape: Hashable, **values: Any) -> QuerySet[Any, Row]:
        """The same query by Django alone."""
        return self._build(*shape, **values)

    def _compile(self, shape: tuple[Hashable, ...]) -> tuple[_Statement, tuple[Any, ...]] | None:
        """The statement and its values; None where nothing can be found."""
        queryset = self._build(*shape, **self._given)
        compiler = queryset.query.get_compiler(connection=connection)
        try:
            sql, parts = compiler.as_sql()
        except EmptyResultSet:
            return None
        making = {name: vars(queryset)[name] for name in MAKING}
        new = _Statement(sql, compiler, queryset.model, making)
        return self._statements.setdefault(sql, new), tuple(parts)
