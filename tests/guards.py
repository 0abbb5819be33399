"""What every test runs under: a template that queries fails, and no hour that ends makes another test."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.template import Template

from huiying.kernel import limits, time

_rendering: list[str] = []


class QueryInTemplate(AssertionError):
    """A template reached the database: the read behind its page must bring everything."""


def _refuse(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    if _rendering:
        raise QueryInTemplate(f"{_rendering[-1]}: {sql[:200]}")
    return execute(sql, params, many, context)


@pytest.fixture(autouse=True)
def no_query_in_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rendering a template under `huiying` must not touch the database."""
    render = Template.render

    def watched(template: Template, context: Any) -> Any:
        _rendering.append(str(template.name))
        try:
            with connection.execute_wrapper(_refuse):
                return render(template, context)
        finally:
            _rendering.pop()

    monkeypatch.setattr(Template, "render", watched)


@pytest.fixture(autouse=True)
def tries_of_one_test_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries are counted by the quarter hours of the wall: one that ends in the middle of a test would let
    in what the test wants refused. A test that sets the clock itself is counted by its own.
    """
    begun = time.now()
    held = SimpleNamespace(now=lambda: time._fixed.get() or begun)
    monkeypatch.setattr(limits, "time", held)
