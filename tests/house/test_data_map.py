"""docs/data-map.md lists every stored column; one that is not there, or no longer exists, fails."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
DATA_MAP = ROOT / "docs" / "data-map.md"
LOG_ROW = re.compile(r'^\| "([^"|]+)" \| ([^|]+) \|$', re.MULTILINE)
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
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


def logged() -> dict[str, int]:
    """Every sentence that the program logs, and how many values it takes."""
    found = {}
    for path in (ROOT / "src" / "huiying").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"logger", "logging"}
                and node.func.attr in LEVELS
            ):
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"
                found[str(node.args[0].value)] = len(node.args) - 1
    return found


def test_every_line_of_the_log_is_listed_with_what_stands_in_it():
    listed = {
        line: len(values.split(", ")) for line, values in LOG_ROW.findall(DATA_MAP.read_text())
    }
    listed = {line: count if "%s" in line else 0 for line, count in listed.items()}
    assert logged() == listed


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
