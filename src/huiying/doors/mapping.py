"""The map: a TOML file that says what a partner's columns mean here. See maps/README.md.

There is no target for who wrote, and a map that tries to bring it in by another one is refused.
"""

import tomllib
from collections.abc import Collection, Set
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from huiying.casework.states import OPEN, Outcome, State
from huiying.doors.errors import NOT_FOR_WRITERS, MapRefused
from huiying.doors.writers import says_who
from huiying.intake.states import Channel

SHIPPED = Path(__file__).parent / "maps"
MOMENTS = frozenset({"received", "due", "answered", "closed"})
TEXTS = frozenset({"id", "title", "body", "place", "answer", "question"})
CODES = frozenset({"category", "unit", "channel", "state", "outcome"})
TARGETS = MOMENTS | TEXTS | CODES
NEEDED = ("id", "body", "received")
PLAIN_KEYS = {"source", "language", "time_zone", "publish", "encoding", "open_state"}
KEYS = PLAIN_KEYS | {"sheet", "header_row", "targets", "point", "units", "categories"}
# `open` stands for the state that the map names for open cases.
OPEN_WORD = "open"
# Waiting needs a question and returned a unit that sent it back: a file has neither.
OPEN_STATES = frozenset(OPEN) - {State.WAITING, State.RETURNED}
ALLOWED: dict[str, frozenset[str]] = {
    "channel": frozenset(Channel.values),
    "state": OPEN_STATES | {State.ANSWERED, State.CLOSED, OPEN_WORD},
    "outcome": frozenset(Outcome.values) - {Outcome.WITHDRAWN},  # the writer's own act alone
}


@dataclass(frozen=True, slots=True)
class Target:
    """What fills one target: a constant, or columns whose texts are joined.

    `values` and `starts` (beginnings, the first that fits) turn the text into one of ours;
    `otherwise` takes the rest; `empty` lists texts that say nothing; `format` is strptime's;
    `only_with` names a column without which the text does not count. Of `optional` columns the file
    may lack any.
    """

    columns: tuple[str, ...] = ()
    constant: str = ""
    values: Table[str, str] = field(default_factory=dict)
    starts: tuple[tuple[str, str], ...] = ()
    otherwise: str | None = None
    empty: frozenset[str] = frozenset()
    format: str = ""
    only_with: str = ""
    optional: bool = False

    @property
    def listed(self) -> list[str]:
        """Every value that this target can give by its lists."""
        given = [*self.values.values(), *(mapped for _start, mapped in self.starts)]
        return [*given, *(text for text in (self.constant, self.otherwise) if text)]


@dataclass(frozen=True, slots=True)
class Creating:
    """Whether unknown units or categories are made, and below which (made itself where missing).

    `past`: the units so made stand for their past cases and are given no new ones.
    """

    create: bool = False
    under: str = ""
    under_name: Table[str, str] = field(default_factory=dict)
    names: Table[str, Table[str, str]] = field(default_factory=dict)
    lead: str = ""
    target_days: int = 0
    working_days: bool = False
    past: bool = False


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole map. `zone` is that of moments without an offset; `sheet` and `header_line` say where in a
    workbook the table stands: by default, in the first sheet, where its columns are found. `point`: the
    columns of latitude and longitude, degrees in WGS 84; optional.
    """

    source: str
    language: str
    zone: ZoneInfo
    targets: Table[str, Target]
    publish: bool = False
    encoding: str = ""
    open_state: str = State.RECEIVED
    units: Creating = Creating()
    categories: Creating = Creating()
    sheet: str = ""
    header_line: int = 0
    point: tuple[str, str] | None = None

    def as_read_from(self, header: Collection[str]) -> "Mapping":
        """The same map without the optional columns that a file with this header lacks."""
        targets = {
            name: replace(each, columns=tuple(one for one in each.columns if one in header))
            if each.optional
            else each
            for name, each in self.targets.items()
        }
        point = self.point if set(self.point or ()) <= set(header) else None
        return replace(self, targets=targets, point=point)

    @property
    def needed_columns(self) -> list[str]:
        """The columns that a file must have."""
        return [
            name for each in self.targets.values() if not each.optional for name in each.columns
        ]

    @property
    def columns(self) -> list[str]:
        """The columns that are used, each once."""
        named = [name for each in self.targets.values() for name in (*each.columns, each.only_with)]
        return list(dict.fromkeys(name for name in (*named, *(self.point or ())) if name))


def load(path: str | Path) -> Mapping:
    """The map in the file `path`, or the shipped one with that name; raises MapRefused."""
    file = Path(path)
    if not file.exists() and file.name == str(path):
        file = SHIPPED / f"{path}.toml"
    try:
        return read(tomllib.loads(file.read_text(encoding="utf-8-sig")))
    except OSError:
        raise MapRefused(f"The map {path} cannot be opened.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MapRefused(f"The map is not TOML: {error}") from None


def read(table: Table[str, Any]) -> Mapping:
    """Check the map's content; raises MapRefused, naming the key."""
    _refuse_unknown(table, KEYS, "the map")
    targets = {name: _target(name, given) for name, given in table.get("targets", {}).items()}
    missing = [name for name in NEEDED if name not in targets]
    if missing:
        raise MapRefused(f"The map names nothing for: {', '.join(missing)}.")
    if "answer" in targets and not {"answered", "closed"} & targets.keys():
        raise MapRefused("An answer needs its time: map `answered` or `closed`.")
    open_state = table.get("open_state", State.RECEIVED)
    if open_state not in OPEN_STATES:
        raise MapRefused(f"open_state must be one of {', '.join(sorted(OPEN_STATES))}.")
    return Mapping(
        source=_source(table.get("source", "")),
        language=_language(table.get("language", settings.LANGUAGE_CODE)),
        zone=_zone(table.get("time_zone", settings.TIME_ZONE)),
        targets=targets,
        publish=_flag(table, "publish"),
        encoding=_text(table, "encoding"),
        open_state=open_state,
        units=_creating(table.get("units", {}), "units"),
        categories=_creating(table.get("categories", {}), "categories"),
        sheet=_text(table, "sheet"),
        header_line=_header_line(table),
        point=_point(table.get("point", {})),
    )


def _refuse_unknown(table: Table[str, Any], allowed: Set[str], where: str) -> None:
    unknown = sorted(set(table) - allowed)
    if unknown:
        raise MapRefused(f"Unknown key in {where}: {', '.join(unknown)}.")


def _text(table: Table[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise MapRefused(f"{key} must be a text.")
    return value


def _flag(table: Table[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise MapRefused(f"{key} must be true or false.")
    return value


def _texts(table: Table[str, Any], key: str) -> dict[str, str]:
    value = table.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise MapRefused(f"{key} must be a table of texts.")
    return value


def _list(table: Table[str, Any], key: str) -> list[str]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise MapRefused(f"{key} must be a list of texts.")
    return value


def _starts(table: Table[str, Any]) -> tuple[tuple[str, str], ...]:
    value = table.get("starts", [])
    pairs = [each for each in value if isinstance(each, list) and len(each) == 2]
    if len(pairs) != len(value):
        raise MapRefused("starts must be a list of pairs: how the text begins, and what it means.")
    return tuple((str(start), str(meaning)) for start, meaning in pairs)


def _point(value: object) -> tuple[str, str] | None:
    if value == {}:
        return None
    match value:
        case {"latitude": str(latitude), "longitude": str(longitude), **rest} if not rest:
            return latitude, longitude
    raise MapRefused("point names two columns: latitude and longitude.")


def _days(table: Table[str, Any], key: str) -> int:
    value = table.get(key, settings.DEFAULT_TARGET_DAYS)
    if not isinstance(value, int) or not 1 <= value <= 365:
        raise MapRefused(f"{key} must be a number of days from 1 to 365.")
    return value


def _header_line(table: Table[str, Any]) -> int:
    value = table.get("header_row", 0)
    if not isinstance(value, int) or not 0 <= value <= 1000:
        raise MapRefused("header_row must be the number of the row that names the columns.")
    return value


def _names(table: Table[str, Any]) -> dict[str, dict[str, str]]:
    return {said: _texts({said: name}, said) for said, name in table.get("names", {}).items()}


def _source(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 48 or not value.isprintable():
        raise MapRefused("The map needs a `source`: a short name for where the file comes from.")
    return value


def _language(value: object) -> str:
    if value not in dict(settings.LANGUAGES):
        raise MapRefused(f"language must be one of {', '.join(dict(settings.LANGUAGES))}.")
    return str(value)


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError):
        raise MapRefused(f"There is no time zone {value!r}.") from None


def _target(name: str, given: object) -> Target:
    if says_who(name):
        raise MapRefused(NOT_FOR_WRITERS, field=name)
    if name not in TARGETS:
        raise MapRefused(f"There is no target {name!r}. There are: {', '.join(sorted(TARGETS))}.")
    table: dict[str, Any] = given if isinstance(given, dict) else {"column": given}
    allowed = {
        "column",
        "constant",
        "values",
        "starts",
        "otherwise",
        "empty",
        "format",
        "only_with",
        "optional",
    }
    _refuse_unknown(table, allowed, f"targets.{name}")
    columns = _columns(name, table.get("column", []))
    if any(says_who(column) for column in (*columns, str(table.get("only_with", "")))):
        raise MapRefused(NOT_FOR_WRITERS, field=name)
    target = Target(
        columns=columns,
        constant=_text(table, "constant"),
        values=_texts(table, "values"),
        starts=_starts(table),
        otherwise=_text(table, "otherwise") if "otherwise" in table else None,
        empty=frozenset(_list(table, "empty")),
        format=_text(table, "format"),
        only_with=_text(table, "only_with"),
        optional=_flag(table, "optional"),
    )
    _check_values(name, target)
    return target


def _columns(name: str, given: object) -> tuple[str, ...]:
    columns = given if isinstance(given, list) else [given]
    if not all(isinstance(column, str) and column for column in columns):
        raise MapRefused(f"targets.{name}: a column is named by a text.")
    return tuple(columns)


def _check_values(name: str, target: Target) -> None:
    if bool(target.columns) == bool(target.constant):
        raise MapRefused(f"targets.{name} needs a column or a constant, and not both.")
    if target.constant and name in NEEDED:
        raise MapRefused(f"targets.{name} cannot be the same for every row.")
    wrong = [value for value in target.listed if value not in ALLOWED.get(name, target.listed)]
    if wrong:
        allowed = ", ".join(sorted(ALLOWED[name]))
        raise MapRefused(f"targets.{name} cannot be {wrong[0]!r}. It can be: {allowed}.")


CREATING = {
    *("create", "under", "name", "names", "lead", "target_days", "working_days", "past"),
}


def _creating(table: Table[str, Any], where: str) -> Creating:
    _refuse_unknown(table, CREATING, where)
    creating = Creating(
        create=_flag(table, "create"),
        under=_text(table, "under"),
        under_name=_texts(table, "name"),
        names=_names(table),
        lead=_text(table, "lead"),
        target_days=_days(table, "target_days"),
        working_days=_flag(table, "working_days"),
        past=_flag(table, "past"),
    )
    if creating.create and not creating.under:
        raise MapRefused(f"{where}.under must name what new ones are placed below.")
    return creating
