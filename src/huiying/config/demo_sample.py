"""The sample's files, and its moments and dates, which count back from the day of loading."""

import re
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
MINUTES = re.compile(r"-(\d+)m")
DAYS = re.compile(r"-(\d+)d (\d\d):(\d\d)")
PLACEHOLDER = re.compile(r"\{(date|month):([+-]\d+)\}")

type Row = dict[str, Any]


def file(name: str) -> Traversable:
    """One of the sample's files."""
    return resources.files("huiying.sample").joinpath(name)


def rows(name: str, key: str) -> list[Row]:
    """The tables `[[key]]` of one of the sample's TOML files."""
    found: list[Row] = tomllib.loads(file(name).read_text("utf-8"))[key]
    return found


def moment(text: str, now: datetime) -> datetime:
    """`-25m` is minutes before `now`; `-12d 09:14` that time of day, twelve days before.

    `now` is in the agency's zone. Raises ValueError for anything else.
    """
    if found := MINUTES.fullmatch(text):
        return now - timedelta(minutes=int(found[1]))
    if found := DAYS.fullmatch(text):
        day = now - timedelta(days=int(found[1]))
        return day.replace(hour=int(found[2]), minute=int(found[3]), second=0, microsecond=0)
    raise ValueError(text)


def dated(text: str, at: datetime, language: str) -> str:
    """`text` with `{date:+10}` and `{month:+1}` as dates after `at`, in words of `language`."""

    def words(found: re.Match[str]) -> str:
        ahead = int(found[2])
        if found[1] == "month":
            month = (at.month - 1 + ahead) % 12 + 1
            return f"{month}月" if language == "zh-hans" else MONTHS[month - 1]
        day = at + timedelta(days=ahead)
        if language == "zh-hans":
            return f"{day.month}月{day.day}日"
        return f"{day.day} {MONTHS[day.month - 1]}"

    return PLACEHOLDER.sub(words, text)


def letters(now: datetime) -> list[Row]:
    """The invented letters with `received` and every `at` as moments and every text dated, oldest
    first."""
    found = [_letter(row, now) for row in rows("letters.toml", "letter")]
    return sorted(found, key=lambda row: row["received"])


def _letter(row: Row, now: datetime) -> Row:
    language = row["language"]
    received = moment(row["received"], now)
    steps = [_step(step, now, language) for step in row.get("steps", [])]
    texts = dict(_dated_texts(row, received, language))
    return {**row, **texts, "received": received, "steps": steps}


def _step(step: Row, now: datetime, language: str) -> Row:
    at = moment(step["at"], now)
    found = {**step, **dict(_dated_texts(step, at, language)), "at": at}
    if "drafted_at" in step:
        found["drafted_at"] = moment(step["drafted_at"], now)
    return found


def _dated_texts(row: Row, at: datetime, language: str) -> Iterator[tuple[str, str]]:
    for key, value in row.items():
        if isinstance(value, str):
            yield key, dated(value, at, language)
