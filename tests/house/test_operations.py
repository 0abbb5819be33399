"""docs/operations.md names every variable that the program reads, with the default that it has."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = ROOT / "docs" / "operations.md"
NAME = re.compile(r"(HUIYING|DATABASE)_[A-Z_]+|PG_BIN")
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| .+ \|$", re.MULTILINE)
READERS = {"text", "flag", "number", "choice", "words"}


def sources() -> list[Path]:
    return sorted((ROOT / "src").rglob("*.py"))


def names_in(source: str) -> set[str]:
    """Every string that is the name of a variable."""
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and NAME.fullmatch(node.value)
    }


def defaults_in(source: str) -> Iterator[tuple[str, str]]:
    """(name, default) of each reading whose default stands in the code, as operations.md writes it."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in READERS or not node.args:
            continue
        given = [*node.args[1:2], *(key.value for key in node.keywords if key.arg == "default")]
        name = node.args[0]
        if not isinstance(name, ast.Constant) or not NAME.fullmatch(str(name.value)):
            continue
        if given and isinstance(given[0], ast.Constant):
            yield str(name.value), written(given[0].value)


def written(default: object) -> str:
    if isinstance(default, bool):
        return f"`{int(default)}`"
    return "empty" if default == "" else f"`{default}`"


def read_by_us() -> set[str]:
    return {name for path in sources() for name in names_in(path.read_text())}


def test_every_variable_that_is_read_is_named():
    said = set(re.findall(r"`([A-Z_]+)(?:=[^`]*)?`", OPERATIONS.read_text()))
    assert read_by_us() - said == set()


def test_every_variable_in_the_table_is_read():
    assert {name for name, _default in ROW.findall(OPERATIONS.read_text())} <= read_by_us()


def test_defaults_are_those_of_the_code():
    said = dict(ROW.findall(OPERATIONS.read_text()))
    found = [pair for path in sources() for pair in defaults_in(path.read_text())]
    assert len(found) > 15
    wrong = {
        name: f"says {said[name]}, is {default}"
        for name, default in found
        if name in said and default not in said[name]
    }
    assert not wrong


@pytest.mark.parametrize(
    ("source", "names", "defaults"),
    [
        ('environment.text("HUIYING_X", "a")', {"HUIYING_X"}, [("HUIYING_X", "`a`")]),
        ('environment.flag("HUIYING_X", default=False)', {"HUIYING_X"}, [("HUIYING_X", "`0`")]),
        ('KEY = "HUIYING_X"', {"HUIYING_X"}, []),
        ('say("Set HUIYING_X.")', set(), []),
    ],
)
def test_the_check_sees_names_and_defaults(source, names, defaults):
    assert names_in(source) == names
    assert list(defaults_in(source)) == defaults
