"""Several new rows in one statement, so that an act of many rows costs one round trip.

PostgreSQL runs `WITH a AS (INSERT … RETURNING …), b AS (INSERT … SELECT … FROM a) …` as one command:
either every row is there or none. https://www.postgresql.org/docs/current/queries-with.html
"""

import functools
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models.base import ModelState
from django.db.models.expressions import DatabaseDefault
from psycopg import sql

from huiying.kernel.prepared import run_prepared

# What decides the text of the statement, for each row: its table, the columns that are given, and
# those taken from an earlier row, with its place.
type _Table = tuple[type[models.Model], tuple[str, ...], tuple[tuple[str, int], ...]]

# Values that psycopg writes as they are, whatever the column; the others ask their field.
PLAIN = {str, int, bool, bytes, datetime, type(None)}


@dataclass(frozen=True, slots=True)
class _Column:
    """What is known of a field before any row is. `set_late`: the field may change its value on saving."""

    field: Any
    name: str
    attribute: str
    relation: str
    set_late: bool
    json: bool


@dataclass(frozen=True, slots=True)
class _Blank:
    """A row before any value: defaults that are the same for all, those that are made for each, relations."""

    same: dict[str, Any]
    made: dict[str, Callable[[], Any]]
    relations: frozenset[str]


def new_row[Row: models.Model](model: type[Row], **values: Any) -> Row:
    """`model(**values)` for a row that `insert_together` is about to keep.

    Django looks for the default of every column anew, which takes several times as long. Raises TypeError
    for a name that is no column.
    """
    row = model.__new__(model)
    held = row.__dict__
    blank = _blank(model)
    held["_state"] = ModelState()
    held.update(blank.same)
    for name, make in blank.made.items():
        if name not in values:
            held[name] = make()
    for name, value in values.items():
        if name in blank.relations:
            setattr(row, name, value)  # the key as well, and the way back
        elif name in blank.same or name in blank.made:
            held[name] = value
        else:
            raise TypeError(f"{model.__name__} has no column {name}.")
    return row


def insert_together(*rows: models.Model) -> None:
    """INSERT all `rows`, in this order, and give each the key that the database gave it.

    A foreign key may point at a row before it in `rows` that has no key yet. Columns left to the
    database's own default are read back too. Raises IntegrityError as a single INSERT would, and
    then nothing of it is kept.
    """
    places = {id(row): place for place, row in enumerate(rows)}
    tables: list[_Table] = []
    values: list[Any] = []
    for row in rows:
        given, taken = [], []
        held = row.__dict__
        for column in _columns(type(row)):
            if column.set_late or column.attribute not in held:
                value = column.field.pre_save(row, add=True)
            else:
                value = held[column.attribute]
            kind = type(value)
            if kind is DatabaseDefault:
                continue
            if value is None and column.relation:
                place = places.get(id(_related(row, column.relation)))
                if place is not None:
                    taken.append((column.name, place))
                    continue
            given.append(column.name)
            plain = kind in PLAIN and not column.json
            values.append(value if plain else column.field.get_db_prep_save(value, connection))
        tables.append((type(row), tuple(given), tuple(taken)))
    _keep(rows, run_prepared(_statement(tuple(tables)), values) or ())


def _keep(rows: tuple[models.Model, ...], returned: tuple[Any, ...]) -> None:
    answers = iter(returned)
    alias = connection.alias
    for row in rows:
        for field in _returned(type(row)):
            setattr(row, field.attname, next(answers))
        for column in _foreign(type(row)):
            related = _related(row, column.relation)
            if related is not None:
                setattr(row, column.attribute, related.pk)
        row._state.adding = False
        row._state.db = alias


@functools.cache
def _statement(tables: tuple[_Table, ...]) -> bytes:
    parts, answers = [], []
    numbers = itertools.count(1)
    for place, (model, given, taken) in enumerate(tables):
        name = sql.Identifier(f"row_{place}")
        values: list[sql.Composable] = [sql.SQL(f"${next(numbers)}") for _column in given]
        values += [
            sql.SQL("(SELECT key FROM {})").format(sql.Identifier(f"row_{source}"))
            for _column, source in taken
        ]
        returned = [sql.Identifier(field.column) for field in _returned(model)]
        insert = sql.SQL(
            "{name} AS (INSERT INTO {table} ({columns}) VALUES ({values}) RETURNING {returned})"
        )
        parts.append(
            insert.format(
                name=name,
                table=sql.Identifier(model._meta.db_table),
                columns=_listed(map(sql.Identifier, (*given, *(column for column, _ in taken)))),
                values=_listed(values),
                returned=_listed([sql.SQL("{} AS key").format(_key(model)), *returned]),
            )
        )
        answers += [sql.SQL("(SELECT {} FROM {})").format(column, name) for column in returned]
    return sql.SQL("WITH {} SELECT {}").format(_listed(parts), _listed(answers)).as_bytes()


def _listed(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)


def _key(model: type[models.Model]) -> sql.Identifier:
    return sql.Identifier(str(model._meta.pk.column))


@functools.cache
def _columns(model: type[models.Model]) -> tuple[_Column, ...]:
    """The columns that an INSERT may name: not the key that the database draws."""
    return tuple(
        _Column(
            field=field,
            name=str(field.column),
            attribute=field.attname,
            relation=field.name if field.is_relation else "",
            set_late=_set_late(field),
            json=isinstance(field, models.JSONField),
        )
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField | models.BigAutoField)
    )


def _set_late(field: Any) -> bool:
    """Whether `pre_save` does more than look the value up, as far as is known."""
    if isinstance(field, models.DateField | models.TimeField):  # DateTimeField is a DateField
        return bool(field.auto_now or field.auto_now_add)
    return type(field).pre_save is not models.Field.pre_save


@functools.cache
def _blank(model: type[models.Model]) -> _Blank:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    made = {
        field.attname: field.get_default
        for field in fields
        if field.has_default() and callable(field.default)
    }
    same = {field.attname: field.get_default() for field in fields if field.attname not in made}
    return _Blank(same, made, frozenset(field.name for field in fields if field.is_relation))


@functools.cache
def _foreign(model: type[models.Model]) -> tuple[_Column, ...]:
    return tuple(column for column in _columns(model) if column.relation)


@functools.cache
def _returned(model: type[models.Model]) -> tuple[Any, ...]:
    return tuple(model._meta.db_returning_fields)


def _related(row: models.Model, relation: str) -> models.Model | None:
    return row._state.fields_cache.get(relation)
