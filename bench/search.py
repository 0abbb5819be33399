"""Search among letters: the newest 20, scope and count included; which open cases may be about the same
matter; what the index weighs, how soon a letter is in it, and what that costs those who write.
"""

import random
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from bench.filling import fill
from bench.intake import SECONDS, submissions
from bench.pages import person
from bench.rows import Report, percentile
from bench.stand import web, worker
from huiying.accounts.models import Account
from huiying.agencies.reads import standing_of
from huiying.casework.actions.receiving import receive
from huiying.casework.alike.candidates import Asked as Alike
from huiying.casework.alike.candidates import likely_same
from huiying.finding.models import Kind, Text
from huiying.intake.indexing import index_letters
from huiying.intake.letters import Letter
from huiying.intake.models import Submission
from huiying.kernel.actors import STRANGER, Actor
from huiying.replies.reads.searching import Asked, hits

SIZES = (10_000, 100_000)
MILLION = 1_000_000
BUDGET = 20.0
SAME_BUDGET = 50.0
WORDS = 4000
WORDS_OF_A_TEXT = 31  # 63 characters, as the mean of real letters
QUERIES = 60
DELAYS = 20
WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.02
SHARE = 0.75  # of their rate that receipts keep while letters are indexed
FIRST, LAST = 0x4E00, 0x5600


def vocabulary(chance: random.Random) -> tuple[list[str], list[float]]:
    """Invented words of two characters; the n-th is as common as 1/n, as in any language."""
    words = [
        chr(chance.randint(FIRST, LAST)) + chr(chance.randint(FIRST, LAST))
        for _each in range(WORDS)
    ]
    return words, [1 / (place + 1) for place in range(WORDS)]


def texts(chance: random.Random, number: int) -> Iterable[str]:
    """Texts of 63 characters out of one vocabulary."""
    words, weights = vocabulary(random.Random(1))
    for _each in range(number):
        yield "".join(chance.choices(words, weights, k=WORDS_OF_A_TEXT)) + "。"


def replace_texts(chance: random.Random) -> None:
    """Give each letter a text of its own, in place of the one that they share."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE finding_text RESTART IDENTITY")
        cursor.execute("SELECT id, received_at FROM intake_submission ORDER BY id")
        rows = cursor.fetchall()
        statement = "COPY finding_text (kind, key, at, text, hidden) FROM STDIN"
        with cursor.copy(statement) as copy:
            for (key, at), text in zip(rows, texts(chance, len(rows)), strict=True):
                copy.write_row((Kind.LETTER.value, key, at, text, "{}"))
        cursor.execute("VACUUM ANALYZE finding_text")


def queries(chance: random.Random, length: int) -> list[str]:
    """Pieces of texts that are there, wherever they begin."""
    found = []
    for text in Text.objects.order_by("?").values_list("text", flat=True)[:QUERIES]:
        start = chance.randrange(len(text) - length)
        found.append(text[start : start + length])
    return found


def measure(actor: Actor, asked: Iterable[str]) -> list[float]:
    """Milliseconds of each search, with its count and its excerpts."""
    taken = []
    for query in asked:
        started = time.perf_counter()
        hits(actor, (query,), Asked(kind=Kind.LETTER))
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def measure_same(actor: Actor) -> list[float]:
    """Milliseconds of each look for open cases that may be about the same matter as a letter."""
    letters = Submission.objects.order_by("?").values_list("pk", "category_code")[:QUERIES]
    said = dict(
        Text.objects.filter(key__in=[pk for pk, _code in letters]).values_list("key", "text")
    )
    taken = []
    for key, code in letters:
        started = time.perf_counter()
        likely_same(actor, Alike(said[key], category_code=code))
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def sizes() -> tuple[int, int]:
    """(bytes of the index of character pairs, bytes of the texts)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_size('finding_text_pairs'), sum(octet_length(text)) FROM finding_text"
        )
        index, text = cursor.fetchone()
    return int(index), int(text)


def delays(seconds: float = WAIT_SECONDS) -> list[float]:
    """Milliseconds from a receipt until its letter is in the index, of so many letters as fit into `seconds`
    and 20 at most; the worker runs.
    """
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while len(taken) < DELAYS and time.perf_counter() < until:
        receipt = receive(actor=STRANGER, letter=Letter(body=f"路灯坏了{len(taken)}"))
        started = time.perf_counter()
        key = Submission.objects.values_list("pk", flat=True).get(label=receipt.submission_label)
        while not Text.objects.filter(kind=Kind.LETTER, key=key).exists():
            if time.perf_counter() - started > WAIT_SECONDS:
                raise TimeoutError("The worker does not index.")
            time.sleep(LOOK_SECONDS)
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def delays_beside(address: str) -> list[float]:
    """The same while eight writers at once send letters over HTTP."""
    with ThreadPoolExecutor(1) as other:
        written = other.submit(submissions, address, 2 * SECONDS)
        time.sleep(1)
        taken = delays(2 * SECONDS - 2)
        written.result()
    return taken


def beside_writing(report: Report) -> None:
    """How soon the worker indexes, and the receipts' rate with and without it."""
    with web(workers=2) as address:
        alone = submissions(address)
        with worker():
            quiet = delays()
            beside = submissions(address)
            busy = delays_beside(address)
    report.at_most("a letter is in the index: p95", percentile(quiet, 0.95), "ms", budget=1000.0)
    title = "a letter is in the index while many write: p95"
    report.at_most(title, percentile(busy, 0.95), "ms", budget=1000.0)
    report.times("receipts while they are indexed", beside, "/s", peer=alone, least=SHARE)


def run(report: Report, *, million: bool = False) -> None:
    """For who reads all and for a unit that holds one letter in a hundred."""
    chance = random.Random(2)
    for size in (*SIZES, MILLION) if million else SIZES:
        fill(size)
        for name, unit, role in (("desk", "county", "dispatcher"), ("unit", "u7", "handler")):
            person(f"bench-search-{name}", unit, role)
        if size < MILLION:
            started, done = time.perf_counter(), index_letters()
            rate = done / (time.perf_counter() - started)
            report.plain(f"letters indexed at {size:,}", rate, "/s")
        replace_texts(chance)
        for name in ("desk", "unit"):
            account = Account.objects.get(username=f"bench-search-{name}")
            actor = standing_of(account).actor
            for length in (2, 4, 6):
                taken = measure(actor, queries(chance, length))
                title = f"search, {length} characters, {name}: p95 at {size:,} letters"
                report.at_most(title, percentile(taken, 0.95), "ms", budget=BUDGET)
            title = f"the same matter, {name}: p95 at {size:,} letters"
            report.at_most(title, percentile(measure_same(actor), 0.95), "ms", budget=SAME_BUDGET)
        index, text = sizes()
        report.at_most(f"index to text at {size:,} letters", index / text, "×", budget=3.0)
    beside_writing(report)
