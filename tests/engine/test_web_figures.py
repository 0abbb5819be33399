"""Several web processes count into one: whichever is asked knows all, and a death loses nothing."""

import os
import re
import signal
import urllib.request

import pytest

from tests import provisioning
from tests.engine.commands import (
    HUIYING,
    answer,
    descendants,
    eventually,
    free_port,
    lives,
    running,
)

RUN = provisioning.current()
PATIENCE = 60
NAME = r'huiying_requests_total\{method="GET",status="200",view="monitoring:live"\} ([\d.]+)'


def counted(port: int) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        found = re.search(NAME, page.read().decode())
    return float(found[1]) if found else 0.0


def known(port: int) -> float:
    """What is counted, 0 where the connection is lost."""
    try:
        return counted(port)
    except OSError:
        return 0.0


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_every_process_knows_what_all_have_answered(tmp_path):
    port = free_port()
    live = f"http://127.0.0.1:{port}/health/live"
    surroundings = {
        "DATABASE_URL": RUN.url(RUN.app, RUN.mine),
        "HUIYING_KEYS": provisioning.KEYS,
        "HUIYING_WEB_WORKERS": "2",
    }
    words = [*HUIYING, "web", "--port", str(port)]
    with running(tmp_path / "home", *words, log=tmp_path / "log", **surroundings) as process:
        eventually(lambda: answer(live) == 200, PATIENCE, "it answers")
        before = counted(port)
        assert [answer(live) for _ in range(40)] == [200] * 40
        assert {counted(port) for _ in range(10)} == {before + 40}

        victim = descendants(process.pid)[0]
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: not lives(victim), PATIENCE, "it dies")
        # What waits in the queue of the process that died is reset by the kernel: ask until it answers.
        eventually(lambda: answer(live) == 200, PATIENCE, "the others answer")
        eventually(lambda: known(port) >= before + 41, PATIENCE, "nothing counted is lost")
