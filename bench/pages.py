"""The pages that people open all day, at ten thousand, a hundred thousand and a million cases."""

import http.client
import re
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.filling import fill
from bench.rows import Report, percentile
from bench.stand import web
from huiying.accounts.models import Account
from huiying.accounts.session_store import SessionStore
from huiying.agencies.actions import give_role
from huiying.kernel import time as huiying_time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.identifiers import random_label

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 120
BUDGET = 100.0
CASE_BUDGET = 50.0
QUERIES = 12
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def person(username: str, unit: str, role: str) -> str:
    """An account with this role; returns the key of a session signed in as it."""
    account = Account.objects.filter(username=username).first()
    if account is None:
        account = Account.objects.create(
            label=random_label(),
            username=username,
            password="!",
            name={},
            made_at=huiying_time.now(),
        )
    give_role(actor=SYSTEM, username=username, unit_code=unit, role=role)
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = MODEL_BACKEND
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def addresses() -> dict[str, tuple[str, list[str]]]:
    """Page name → (who, addresses to take in turn)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM casework_casefile ORDER BY id DESC LIMIT 30000")
        numbers = [row[0] for row in cursor.fetchall()][:: 30000 // 60]
    desk = "/zh-hans/desk/"
    return {
        "queue, dispatcher, all": ("dispatcher", [f"{desk}?tab=all", f"{desk}?tab=open&sort=due"]),
        "queue, dispatcher, filtered": (
            "dispatcher",
            [f"{desk}?tab=all&category=c{n}" for n in range(1, 40)],
        ),
        "queue, handler with 1 %": ("handler", [f"{desk}?tab=open", f"{desk}?tab=all&sort=oldest"]),
        "case": ("dispatcher", [f"{desk}cases/{number}/" for number in numbers]),
        "answers": (
            "",
            ["/zh-hans/answers/", "/en/answers/?category=c7", "/zh-hans/answers/?unit=u9"],
        ),
        "brief": ("supervisor", [f"{desk}briefs/"]),
    }


def _get(connection_: http.client.HTTPConnection, path: str, session: str) -> tuple[int, bytes]:
    headers = {"Cookie": f"staff={session}"} if session else {}
    connection_.request("GET", path, headers=headers)
    answer = connection_.getresponse()
    return answer.status, answer.read()


def measure(address: str, paths: Iterable[str], session: str) -> list[float]:
    """Milliseconds of `ROUNDS` loads, the paths in turn; raises where one does not answer 200."""
    host = urlsplit(address).netloc
    channel = http.client.HTTPConnection(host)
    listed = list(paths)
    taken = []
    for number in range(ROUNDS + 5):
        path = listed[number % len(listed)]
        started = time.perf_counter()
        status, body = _get(channel, path, session)
        spent = (time.perf_counter() - started) * 1000
        if status != 200:
            raise RuntimeError(
                f"{path} answered {status}: {re.sub('<[^>]+>', ' ', body.decode())[:200]}"
            )
        if number >= 5:
            taken.append(spent)
    return taken


def query_count(path: str, session: str) -> int:
    """How many queries one load takes, counted in this process."""
    from django.test import Client  # noqa: PLC0415 - needs Django set up

    client = Client()
    if session:
        client.cookies["staff"] = session
    client.get(path, headers={"host": "localhost"})
    with CaptureQueriesContext(connection) as captured:
        client.get(path, headers={"host": "localhost"})
    return len(captured)


def run(report: Report) -> None:
    """Every page at each size, with its number of queries and its growth from the smallest."""
    first: dict[str, float] = {}
    for size in SIZES:
        fill(size)
        sessions = {
            "": "",
            "dispatcher": person("bench-dispatcher", "county", "dispatcher"),
            "handler": person("bench-handler", "u7", "handler"),
            "supervisor": person("bench-supervisor", "county", "supervisor"),
        }
        with web(1) as address:
            for name, (who, paths) in addresses().items():
                p95 = percentile(measure(address, paths, sessions[who]), 0.95)
                budget = CASE_BUDGET if name == "case" else BUDGET
                report.at_most(f"{name}: p95 at {size:,} cases", p95, "ms", budget=budget)
                if name in first:
                    report.at_most(f"{name}: growth", p95 / first[name], "×", budget=1.5)
                first.setdefault(name, p95)
                queries = query_count(paths[0], sessions[who])
                report.at_most(f"{name}: queries", queries, "", budget=QUERIES)
