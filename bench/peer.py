"""The peer: django-helpdesk's public ticket on the same machine, server, database and number of workers.

It is installed from PyPI into an environment of its own under the user's cache folder.
"""

import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bench.channel import Channel
from bench.stand import free_port, wait_for

HERE = Path(__file__).resolve().parent / "helpdesk"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def installed() -> Path:
    """The Python of the peer's environment, made where it is missing."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "huiying-bench" / "django-helpdesk-2.6.1"
    python = folder / "bin" / "python"
    uv = str(Path(sys.executable).with_name("uv"))
    if not (folder / "ready").exists():
        subprocess.run(
            [uv, "venv", "-q", "--clear", "--python", sys.executable, str(folder)], check=True
        )
        wanted = ["--python", str(python), "-r", str(HERE / "requirements.txt")]
        subprocess.run([uv, "pip", "install", "-q", *wanted], check=True)
        (folder / "ready").touch()
    return python


def _environment(owner_url: str) -> dict[str, str]:
    parts = conninfo_to_dict(owner_url)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS peer")
    return os.environ | {
        "PYTHONPATH": str(HERE),
        "PEER_DATABASE": str(parts.get("dbname") or ""),
        "PEER_USER": str(parts.get("user") or ""),
        "PEER_PASSWORD": str(parts.get("password") or ""),
        "PEER_HOST": str(parts.get("host") or ""),
        "PEER_PORT": str(parts.get("port") or ""),
    }


@contextmanager
def helpdesk(owner_url: str, workers: int) -> Iterator[tuple[str, str]]:
    """The peer's web server; yields its address and the number of its public queue."""
    python, environment, port = installed(), _environment(owner_url), free_port()
    queue = subprocess.run(
        [str(python), str(HERE / "serve.py")],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    server = subprocess.Popen(
        [
            *(str(python.with_name("granian")), "--interface", "wsgi", "--port", str(port)),
            *("--workers", str(workers), "--blocking-threads", "16", "--log-level", "error"),
            "serve:application",
        ],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/")
        yield address, queue
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _post(address: str, queue: str, end: float, done: list[int], place: int) -> None:
    with urllib.request.urlopen(f"{address}/tickets/submit/") as answer:
        cookie = str(answer.headers["Set-Cookie"]).split(";")[0]
        found = TOKEN.search(answer.read().decode())
    if found is None:
        raise RuntimeError("The peer showed no form.")
    with Channel(address) as channel:
        while time.monotonic() < end:
            ticket = {
                "csrfmiddlewaretoken": found[1],
                "queue": queue,
                "title": "路灯坏了",
                "body": f"小区门口的路灯坏了三天,晚上看不清路。{secrets.token_hex(4)}",
                "priority": "3",
                "submitter_email": "somebody@example.org",
            }
            status = channel.post("/tickets/submit/", urlencode(ticket), f"Cookie: {cookie}\r\n")
            if status != 302:
                raise RuntimeError(f"The peer answered {status}.")
            done[place] += 1


def tickets(address: str, queue: str, seconds: float, clients: int) -> float:
    """Tickets a second that `clients` writers at once are given."""
    done = [0] * clients
    end = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_post, args=(address, queue, end, done, place))
        for place in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not all(done):
        raise RuntimeError("A writer to the peer was refused.")
    return sum(done) / seconds
