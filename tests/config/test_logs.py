"""Log lines: constant text and ids, whatever somebody typed and whatever failed."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import DatabaseError, connection
from django.test import Client

from huiying.config import monitoring
from huiying.config.tracing import current_request

PERSONAL = ("王小明", "13800138000", "xiaoming@example.com")
HOSTILE = "evil\n2026-01-01 CRITICAL huiying all is lost"


LOGGING: dict[str, Any] = configured.LOGGING


class Written(io.StringIO):
    """What would stand in the log, in one of its two forms."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form = form


@pytest.fixture(params=["line", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[Written]:
    """What is logged, as the settings would have it written."""
    stream = Written(request.param)
    handler = logging.StreamHandler(stream)
    given = {**LOGGING["formatters"][stream.form]}
    make = logging.config.BaseConfigurator({}).resolve
    maker = make(given.pop("()"))
    handler.setFormatter(maker(given["format"], style="{") if given else maker())
    for name in LOGGING["handlers"]["stderr"]["filters"]:
        handler.addFilter(make(LOGGING["filters"][name]["()"])())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def lines(stream: io.StringIO) -> list[str]:
    return stream.getvalue().splitlines()


def test_the_log_goes_through_both():
    (handler,) = LOGGING["handlers"].values()
    assert handler["filters"] == ["constant"]
    assert LOGGING["root"]["handlers"] == ["stderr"]


@pytest.mark.django_db
def test_a_path_that_somebody_typed_is_not_in_it(written):
    for word in PERSONAL:
        assert Client().get(f"/zh-hans/{word}/").status_code == 404
    answer = Client().get("/zh-hans/x%0A2026-01-01%20CRITICAL/")
    assert answer["X-Request-Id"] in lines(written)[-1]
    said = written.getvalue()
    assert not any(word in said for word in (*PERSONAL, "CRITICAL"))
    assert "answered 404 Not Found" in said
    assert len(lines(written)) == 4


def test_a_host_name_that_somebody_typed_is_not_in_it(written):
    assert Client(SERVER_NAME="xiaoming.example.com").get("/zh-hans/").status_code == 400
    assert "xiaoming" not in written.getvalue()
    assert "refused a request" in written.getvalue() or "400" in written.getvalue()


def test_an_error_is_told_by_class_and_place(written, monkeypatch):
    def fail(*_: object) -> None:
        try:
            raise DatabaseError(f"Key (email)=({PERSONAL[2]}) already exists. {HOSTILE}")
        except DatabaseError as error:
            raise ValueError(f"no letter of {PERSONAL[0]}") from error

    monkeypatch.setattr(monitoring._readiness, "parts", fail)
    answer = Client(raise_request_exception=False).get("/health/ready")
    assert answer.status_code == 500
    said = written.getvalue()
    assert not any(word in said for word in (*PERSONAL, "CRITICAL"))
    assert "ValueError" in said
    assert "DatabaseError" in said
    assert "monitoring.py" in said
    assert answer["X-Request-Id"] in said
    assert "monitoring:ready" in said
    if written.form == "json":
        (line,) = lines(written)
        told = json.loads(line)
        assert set(told) == {"time", "level", "logger", "message", "request", "view", "errors"}
        assert told["message"] == "answered 500 Internal Server Error"


@pytest.mark.django_db
def test_what_the_database_refused_is_not_quoted(written):
    logger = logging.getLogger("huiying.test")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::int", [PERSONAL[0]])
    except DatabaseError:
        logger.exception("row refused: %s", 7)
    assert PERSONAL[0] not in written.getvalue()
    assert "row refused: 7" in written.getvalue()


def test_every_answer_carries_the_name_that_its_log_lines_have(written, settings):
    first, second = (Client().get("/health/live")["X-Request-Id"] for _ in range(2))
    assert first != second
    logging.getLogger("huiying.test").warning("outside of a request")
    assert current_request() == ""
    assert first not in written.getvalue()


@pytest.mark.django_db  # an unknown proxy is noted once an hour
@pytest.mark.parametrize(
    ("proxies", "sent", "taken"),
    [
        (1, "abcdef-123456", True),
        (0, "abcdef-123456", False),
        (1, "short", False),
        (1, "evil\nline-and-more", False),
        (1, "x" * 65, False),
        (1, "王小明的来信来信来信", False),
    ],
)
def test_a_name_from_outside_is_taken_from_a_proxy_only(settings, proxies, sent, taken):
    settings.PROXIES = proxies
    page = Client(HTTP_X_REQUEST_ID=sent, HTTP_X_FORWARDED_FOR="203.0.113.7").get("/health/live")
    assert (page["X-Request-Id"] == sent) == taken
