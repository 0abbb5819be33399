"""docs/data-map.md lists every stored column; one that is not there, or no longer exists, fails."""

import re
from pathlib import Path

import pytest
from django.apps import apps

DATA_MAP = Path(__file__).resolve().parents[2] / "docs" / "data-map.md"
ROW = re.compile(r"^\| `([a-z_]+)\.([a-z_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def stored_columns() -> set[tuple[str, str]]:
    return {
        (model._meta.db_table, str(field.column))
        for model in apps.get_models()
        if model.__module__.startswith("huiying.")
        for field in model._meta.concrete_fields
    }


def listed_columns() -> dict[tuple[str, str], tuple[str, ...]]:
    rows = ROW.findall(DATA_MAP.read_text())
    return {(table, column): tuple(rest) for table, column, *rest in rows}


def test_every_stored_column_is_listed_and_every_listed_one_is_stored():
    listed = set(listed_columns())
    stored = stored_columns()
    assert not stored - listed, f"docs/data-map.md lacks {sorted(stored - listed)}"
    assert not listed - stored, (
        f"docs/data-map.md names what is not stored: {sorted(listed - stored)}"
    )


@pytest.mark.parametrize("word", ["purpose", "readers", "erasure"])
def test_the_map_says_purpose_readers_and_erasure(word):
    assert word in DATA_MAP.read_text().lower()
    assert all(all(cell.strip() for cell in cells) for cells in listed_columns().values())
