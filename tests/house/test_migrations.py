"""Migrations say what the models say, and stand alone."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation

import huiying

FILES = sorted(Path(huiying.__file__).parent.glob("*/migrations/0*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def test_the_models_need_no_migration_that_is_not_there():
    loader = MigrationLoader(None)
    assert not loader.detect_conflicts()
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("huiying")}
    with translation.override(None):  # labels of choices stand in migrations as in the source
        wanted = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        missing = wanted.changes(graph=loader.graph)
    assert {app: changes for app, changes in missing.items() if app in ours} == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_migration_imports_nothing_of_ours(path):
    assert not [name for name in imported(path) if name.startswith("huiying")]


def test_the_check_sees_an_import(tmp_path):
    path = tmp_path / "0001_bad.py"
    path.write_text("from huiying.intake.models import Submission\nimport os\n")
    assert imported(path) == {"huiying.intake.models", "os"}
