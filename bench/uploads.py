"""Pages while 100 clients send their letters very slowly."""

import http.client
import socket
import threading
import time
from urllib.parse import urlsplit

from bench.rows import Report, percentile
from bench.stand import web

SLOW_CLIENTS = 100
PAGES = 200


def _dribble(host: str, port: int, stop: threading.Event) -> None:
    head = (
        f"POST /zh-hans/write/ HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: http://{host}:{port}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500000\r\n\r\n"
    )
    with socket.create_connection((host, port)) as sender:
        sender.sendall(head.encode() + b"body=")
        while not stop.wait(0.2):
            sender.sendall(b"a" * 64)


def pages_meanwhile(address: str, slow: int) -> list[float]:
    """Milliseconds of `PAGES` page loads while `slow` clients dribble."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 0
    stop = threading.Event()
    senders = [threading.Thread(target=_dribble, args=(host, port, stop)) for _ in range(slow)]
    for sender in senders:
        sender.start()
    time.sleep(1.0)
    taken = []
    try:
        for _page in range(PAGES):
            started = time.perf_counter()
            connection = http.client.HTTPConnection(host, port, timeout=30)
            connection.request("GET", "/zh-hans/write/")
            answer = connection.getresponse()
            answer.read()
            connection.close()
            taken.append((time.perf_counter() - started) * 1000)
    finally:
        stop.set()
        for sender in senders:
            sender.join()
    return taken


def run(report: Report) -> None:
    """The write-in page alone, then under 100 slow senders."""
    with web(1) as address:
        pages_meanwhile(address, 0)
        quiet = percentile(pages_meanwhile(address, 0), 0.95)
        busy = percentile(pages_meanwhile(address, SLOW_CLIENTS), 0.95)
    report.plain("write-in page p95, quiet", quiet, "ms")
    report.at_most("write-in page p95, 100 slow senders", busy, "ms", budget=100)
