"""Figures for Prometheus: how the program runs, never whom it serves.

Counters of all web processes stand in files of one folder (`huiying web` makes it), and whichever
process is asked adds them up. What the database knows is asked at the moment of reading.
"""

import hmac
import os
import threading
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import Error as DatabaseError
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from huiying.casework.models import CaseFile
from huiying.config.health import worker_silence
from huiying.notices.models import Outgoing

type Handler = Callable[[HttpRequest], HttpResponseBase]

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
LOOPBACK = {"127.0.0.1", "::1", ""}
KEPT_SECONDS = 30.0

REQUESTS = Counter(
    "huiying_requests", "Requests answered.", ["view", "method", "status"], registry=None
)
SECONDS = Histogram(
    "huiying_request_seconds",
    "Time from the whole request to the answer.",
    ["view"],
    buckets=BUCKETS,
    registry=None,
)


def measured(handle: Handler) -> Handler:
    """Count every request by its view's name. Stands behind the reading of the body, so that a slow
    sender does not look like a slow page."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = handle(request)
        view = request.resolver_match.view_name if request.resolver_match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        SECONDS.labels(view).observe(time.perf_counter() - began)
        return response

    return middleware


def may_read(request: HttpRequest) -> bool:
    """Where a token is set, whoever has it; else whoever asks on this machine and through no proxy."""
    given = request.headers.get("Authorization", "")
    token = settings.METRICS_TOKEN
    if token:
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    passed_on = any(name in request.headers for name in FORWARDED)
    return not given and not passed_on and request.META.get("REMOTE_ADDR") in LOOPBACK


def exposition() -> bytes:
    """Everything, in Prometheus's text format."""
    registry = CollectorRegistry()
    if os.environ.get(SHARED_FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REQUESTS)
        registry.register(SECONDS)
    registry.register(_installation)
    return generate_latest(registry)


class Installation(Collector):
    """What the database says. Kept for half a minute, so that asking often costs nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: list[Metric] = []
        self._asked = -KEPT_SECONDS

    def collect(self) -> Iterator[Metric]:
        """The last answer, or a new one."""
        with self._lock:
            if time.monotonic() - self._asked >= KEPT_SECONDS:
                self._known = list(_asked())
                self._asked = time.monotonic()
            yield from self._known


_installation = Installation()


def _asked() -> Iterator[Metric]:
    try:
        found = [*_outbox(), *_worker(), *_cases()]
    except DatabaseError:
        yield GaugeMetricFamily("huiying_database_up", "1 where the database answers.", 0)
        return
    yield GaugeMetricFamily("huiying_database_up", "1 where the database answers.", 1)
    yield from found


def _outbox() -> Iterator[Metric]:
    now = timezone.now()
    waiting = Outgoing.objects.filter(ended_at=None).aggregate(
        rows=Count("pk"), failed=Count("pk", filter=Q(tries__gt=0)), oldest=Min("due_at")
    )
    late = (now - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0.0
    yield GaugeMetricFamily("huiying_outbox_waiting", "Notices not sent yet.", waiting["rows"])
    yield GaugeMetricFamily(
        "huiying_outbox_failed", "Those of them that failed and are tried again.", waiting["failed"]
    )
    yield GaugeMetricFamily(
        "huiying_outbox_overdue_seconds", "How long the oldest has been due.", max(late, 0.0)
    )
    given_up = Outgoing.objects.filter(result="gave_up", again=None).count()
    yield GaugeMetricFamily("huiying_outbox_given_up", "Notices that were given up.", given_up)


def _worker() -> Iterator[Metric]:
    silence = worker_silence()
    if silence is not None:
        yield GaugeMetricFamily(
            "huiying_worker_silent_seconds", "Since a worker's last sign of life.", silence
        )


def _cases() -> Iterator[Metric]:
    family = GaugeMetricFamily("huiying_cases", "Cases by state.", labels=["state"])
    counted = CaseFile.objects.order_by().values_list("state").annotate(number=Count("pk"))
    for state, number in counted:
        family.add_metric([str(state)], number)
    yield family
