"""Letters a second over HTTP, beside the raw limit: INSERT and COMMIT of one row."""

import multiprocessing
import secrets
import threading
import time
from urllib.parse import urlencode

import psycopg

from bench import peer
from bench.channel import Channel
from bench.rows import Report
from bench.stand import web

CONNECTIONS = 8
SECONDS = 6.0


def _insert(url: str, threads: int, seconds: float, counts: "multiprocessing.Queue[int]") -> None:
    done = [0] * threads

    def run(place: int) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                connection.execute("INSERT INTO bench_raw (words) VALUES (%s)", ["路灯坏了" * 20])
                done[place] += 1

    workers = [threading.Thread(target=run, args=(place,)) for place in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    counts.put(sum(done))


def raw_commits(url: str, connections: int = CONNECTIONS, seconds: float = SECONDS) -> float:
    """Commits a second of one small row each over `connections`, from two processes."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS bench_raw (id bigserial PRIMARY KEY, words text)"
        )
    counts: multiprocessing.Queue[int] = multiprocessing.Queue()
    halves = [connections // 2, connections - connections // 2]
    processes = [
        multiprocessing.Process(target=_insert, args=(url, half, seconds, counts))
        for half in halves
    ]
    for process in processes:
        process.start()
    total = sum(counts.get() for _process in processes)
    for process in processes:
        process.join()
    return total / seconds


def _letter() -> str:
    return urlencode(
        {
            "body": f"小区门口的路灯坏了三天,晚上看不清路。{secrets.token_hex(4)}",
            "title": "路灯坏了",
            "place": "清平路 12 号",
            "wish": "private",
            "email": "somebody@example.org",
            "form_key": secrets.token_hex(16),
        }
    )


def _post(address: str, end: float, done: list[int], failed: list[int], place: int) -> None:
    with Channel(address) as channel:
        while time.monotonic() < end:
            status = channel.post("/zh-hans/write/", _letter(), f"Origin: {address}\r\n")
            kept = status in {200, 201}
            done[place] += kept
            failed[place] += not kept


def submissions(address: str, seconds: float = SECONDS, clients: int = CONNECTIONS) -> float:
    """Receipts a second that `clients` writers at once are given; raises where one is refused."""
    done, failed = [0] * clients, [0] * clients
    end = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_post, args=(address, end, done, failed, place))
        for place in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if any(failed):
        raise RuntimeError(f"{sum(failed)} letters were refused")
    return sum(done) / seconds


def run(report: Report, owner_url: str) -> None:
    """Raw, over HTTP and the peer in turn, twice, so that a slow moment of the machine hits all."""
    for workers in (1, 2):
        raw, letters, tickets = [], [], []
        with web(workers) as address, peer.helpdesk(owner_url, workers) as (other, queue):
            submissions(address, 1.5)
            peer.tickets(other, queue, 1.5, CONNECTIONS)
            for _round in range(2):
                raw.append(raw_commits(owner_url))
                letters.append(submissions(address))
                tickets.append(peer.tickets(other, queue, SECONDS, CONNECTIONS))
        mean = sum(letters) / len(letters)
        name = f"letters a second, {workers} web process{'es' if workers > 1 else ''}, 8 writers"
        report.at_least(name, mean, "/s", limit=sum(raw) / len(raw), share=1 / 16)
        report.times(
            f"{name}, beside django-helpdesk",
            mean,
            "/s",
            peer=sum(tickets) / len(tickets),
            least=8,
        )
