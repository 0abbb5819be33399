"""The sample's files as plain rows, and every text that a reader may see."""

import csv
import gzip
import io
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

Row = dict[str, Any]
DAY = 24 * 60
NOON = 12 * 60
PLACEHOLDER = re.compile(r"\{(?:date|month):[+-]\d+\}")


def raw(name: str) -> bytes:
    return files("huiying.sample").joinpath(name).read_bytes()


@cache
def table(name: str, key: str) -> list[Row]:
    rows: list[Row] = tomllib.loads(raw(name).decode())[key]
    return rows


def units() -> list[Row]:
    return table("units.toml", "unit")


def categories() -> list[Row]:
    return table("categories.toml", "category")


def boston_units() -> list[Row]:
    return table("boston_units.toml", "unit")


def boston_categories() -> list[Row]:
    return table("boston_categories.toml", "category")


def accounts() -> list[Row]:
    return table("accounts.toml", "account")


def letters() -> list[Row]:
    return table("letters.toml", "letter")


@cache
def boston_rows() -> list[dict[str, str]]:
    text = gzip.decompress(raw("boston.csv.gz")).decode()
    return list(csv.DictReader(io.StringIO(text)))


def leaves(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.get("parent")]


def steps(letter: Row) -> list[Row]:
    found: list[Row] = letter.get("steps", [])
    return found


def minutes(moment: str) -> int:
    """Minutes since the midnight that begins the day of loading, where it is loaded at noon."""
    days = re.fullmatch(r"(-\d+)d (\d\d):(\d\d)", moment)
    if days:
        return int(days[1]) * DAY + int(days[2]) * 60 + int(days[3])
    ago = re.fullmatch(r"-(\d+)m", moment)
    assert ago, f"not a moment: {moment}"
    return NOON - int(ago[1])


def strings(value: Any) -> Iterator[str]:
    """Every text inside a row, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
