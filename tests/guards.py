"""What every test runs under: a template that queries fails, no hour that ends makes another test, and
what is the same for all of them is looked up once.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.template import Template

from huiying.accounts import session_store
from huiying.config.static import ServedStaticFiles
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


@pytest.fixture(autouse=True)
def no_use_of_a_session_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a minute it would be: statements that a test counts on a slow machine alone."""
    monkeypatch.setattr(session_store, "NOTED_EVERY", timedelta(days=1))


@pytest.fixture(autouse=True, scope="session")
def static_files_are_found_once() -> Iterator[None]:
    """Each client of a test would look at all of them again before its first page."""
    known: dict[tuple[object, ...], dict[str, object]] = {}
    folder, finders = ServedStaticFiles.add_files, ServedStaticFiles.add_files_from_finders

    def key() -> tuple[object, ...]:
        return settings.DEBUG, settings.STATIC_ROOT, settings.STATIC_URL

    def of_folder(served: ServedStaticFiles, *where: str, **more: str) -> None:
        if key() not in known:
            folder(served, *where, **more)

    def of_finders(served: ServedStaticFiles) -> None:
        if key() not in known:
            finders(served)
            known[key()] = served.files
        served.files = dict(known[key()])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ServedStaticFiles, "add_files", of_folder)
        patch.setattr(ServedStaticFiles, "add_files_from_finders", of_finders)
        yield
