"""What every test runs under: a template that queries fails."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.template import Template

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
