"""What machines are told: whether it lives, whether it serves, how it runs. Never whom it serves."""

import re
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import URLResolver, get_resolver

from huiying.casework.actions.receiving import receive
from huiying.config import health, metrics, monitoring
from huiying.intake.letters import Letter
from huiying.kernel import time
from huiying.kernel.actors import STRANGER
from huiying.notices.models import Outgoing

pytestmark = pytest.mark.django_db
AWAY: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.77"}


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch):
    """What is kept for a moment is not kept from one test to the next."""
    monkeypatch.setattr(monitoring, "_readiness", health.Readiness())
    monkeypatch.setattr(metrics, "_installation", metrics.Installation())


def heartbeat(seconds_ago: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s))",
            [seconds_ago],
        )


def figures() -> dict[str, float]:
    """Every line of the figures: its name with labels, and its value."""
    page = Client().get("/metrics")
    assert page.status_code == 200
    lines = page.content.decode().splitlines()
    return {
        name: float(value)
        for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    }


def test_it_lives_without_a_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        page = Client().get("/health/live")
    assert (page.status_code, page.content) == (200, b"alive\n")
    assert page["Cache-Control"] == "no-store"
    assert not page.cookies


@pytest.mark.parametrize(("age", "worker"), [(None, "bad"), (5, "good"), (3600, "bad")])
def test_it_serves_with_or_without_a_worker_and_says_which(age, worker):
    if age is not None:
        heartbeat(age)
    page = Client().get("/health/ready")
    assert page.status_code == 200, "a silent worker takes no page away"
    assert page.json() == {"database": "good", "migrations": "good", "worker": worker}


def test_many_who_ask_cost_one_query(django_assert_num_queries):
    Client().get("/health/ready")
    with django_assert_num_queries(0):
        assert [Client().get("/health/ready").status_code for _ in range(5)] == [200] * 5


def test_it_does_not_serve_while_migrations_lack(monkeypatch):
    left = [2]
    monkeypatch.setattr(monitoring, "_readiness", health.Readiness(lambda: left[0]))
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.0)
    assert Client().get("/health/ready").status_code == 503
    left[0] = 0
    assert Client().get("/health/ready").status_code == 200


def test_it_does_not_serve_without_its_database(monkeypatch):
    def gone():
        raise OperationalError("connection to 王小明 refused")

    monkeypatch.setattr(monitoring, "_readiness", health.Readiness(gone))
    monkeypatch.setattr(metrics, "_outbox", gone)
    page = Client().get("/health/ready")
    assert page.status_code == 503
    assert set(page.json().values()) == {"bad"}
    assert figures()["huiying_database_up"] == 0


def letter():
    given = Letter(
        body="我是王小明", title="王小明的来信", wish="private", email="xiaoming@example.com"
    )
    return receive(actor=STRANGER, letter=given)


def test_figures_say_how_it_runs():
    heartbeat(7)
    letter()
    Outgoing.objects.update(tries=2, due_at=time.now() - time.now().resolution * 10**8)
    before = figures()
    assert before["huiying_database_up"] == 1
    assert before["huiying_outbox_waiting"] == before["huiying_outbox_failed"] == 1
    assert 99 < before["huiying_outbox_overdue_seconds"] < 160
    assert 7 <= before["huiying_worker_silent_seconds"] < 60
    assert before['huiying_cases{state="received"}'] == 1
    name = 'huiying_requests_total{method="GET",status="200",view="public_site:home"}'
    Client().get("/zh-hans/")
    after = figures()
    assert after[name] == before.get(name, 0) + 1
    assert after['huiying_request_seconds_count{view="public_site:home"}'] >= 1


def test_figures_hold_names_of_views_and_nothing_that_anybody_typed():
    receipt = letter()
    client = Client()
    client.post("/zh-hans/follow/", {"code": receipt.code, "secret": receipt.secret})
    client.get("/zh-hans/13800138000/", headers={"User-Agent": "Findable"})
    client.generic("13800138000", "/zh-hans/")
    told = Client().get("/metrics").content.decode()
    for word in ("王小明", "xiaoming", "13800138000", "Findable", receipt.code):
        assert word not in told
    views = set(re.findall(r'view="([^"]+)"', told))
    known = {f"{resolver.namespace}:" for resolver in resolvers()}
    assert {view for view in views if view.partition(":")[0] + ":" not in known} <= {"none"}
    assert set(re.findall(r'method="([^"]+)"', told)) <= {*metrics.METHODS, "other"}


def resolvers() -> list[URLResolver]:
    found: list[URLResolver] = [get_resolver()]
    for each in found:
        found += [inner for inner in each.url_patterns if isinstance(inner, URLResolver)]
    return found


@pytest.mark.parametrize(
    "marks",
    [
        AWAY,
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_AUTHORIZATION": "Bearer "},
        {"HTTP_AUTHORIZATION": "Bearer wrong-token"},
        {**AWAY, "HTTP_AUTHORIZATION": "right-token"},
        {},
    ],
    ids=["away", "proxy", "proxy of RFC 7239", "empty token", "wrong token", "no bearer", "here"],
)
def test_nobody_else_reads_figures(settings, marks: dict[str, Any]):
    settings.METRICS_TOKEN = "right-token"
    assert Client().get("/metrics", **marks).status_code == 404


def test_the_token_reads_figures_from_anywhere(settings):
    settings.METRICS_TOKEN = "right-token"
    marks: dict[str, Any] = {**AWAY, "HTTP_X_FORWARDED_FOR": "203.0.113.77"}
    right = {**marks, "HTTP_AUTHORIZATION": "Bearer right-token"}
    assert Client().get("/metrics", **right).status_code == 200
    settings.METRICS_TOKEN = ""
    empty = {**marks, "HTTP_AUTHORIZATION": "Bearer "}
    assert Client().get("/metrics", **empty).status_code == 404
    assert Client().get("/metrics", **marks).status_code == 404
    assert Client().get("/metrics").status_code == 200, "without one, whoever asks on this machine"
