"""Bringing the index up to the rows of a table that only grows, without a word from who writes them.

Numbers of rows commit out of order, so "greater than the last one" would lose some. Each round looks at
all rows past the last settled one that have no text yet; a row number is settled when no transaction
is left that could still bring a smaller one.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from huiying.finding.actions import Source, put
from huiying.finding.models import Followed, Text
from huiying.kernel import time

BATCH = 200
# A transaction may have drawn its row's number a moment before it shows in the list of those that run.
SETTLING = timedelta(seconds=5)
# Another number whenever masking or folding changes: every text is then made anew.
RULES = 2


def _transactions() -> tuple[int, int]:
    """(the oldest transaction that runs, the next one to begin)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(now_seen)::text::bigint, pg_snapshot_xmax(now_seen)::text::bigint"
            " FROM pg_current_snapshot() AS now_seen"
        )
        oldest, following = cursor.fetchone()
    return oldest, following


def follow(
    kind: str, rows: QuerySet[Any], source: Callable[[Any], Source], *, erasable: bool
) -> int:
    """Put the rows that are new into the index; how many. One process at a time for each kind.

    `rows` leaves out what must not be in the index. Where rows are `erasable`, one that is being erased
    at this moment is passed by, and an erasure that begins now waits for the text that it takes out.
    """
    done = 0
    while True:
        with transaction.atomic():
            state = _locked(kind)
            if state is None:
                return done
            found = _round(state, rows, source, erasable=erasable)
        done += found
        if found < BATCH:
            return done


def _locked(kind: str) -> Followed | None:
    Followed.objects.bulk_create(
        [Followed(kind=kind, rules=RULES, since=time.now())], ignore_conflicts=True
    )
    state = Followed.objects.select_for_update(skip_locked=True).filter(kind=kind).first()
    if state is not None and state.rules != RULES:
        Text.objects.filter(kind=kind).delete()
        state.rules, state.settled, state.ahead, state.horizon = RULES, 0, 0, 0
        state.save(update_fields=["rules", "settled", "ahead", "horizon"])
    return state


def _without_text(state: Followed, rows: QuerySet[Any]) -> QuerySet[Any]:
    held = Text.objects.filter(kind=state.kind, key=OuterRef("pk"))
    return rows.filter(~Exists(held), pk__gt=state.settled).order_by("pk")


def _round(
    state: Followed, rows: QuerySet[Any], source: Callable[[Any], Source], *, erasable: bool
) -> int:
    oldest, following = _transactions()
    newest = rows.aggregate(most=Max("pk"))["most"] or 0
    missing = _without_text(state, rows)
    free = missing.select_for_update(skip_locked=True, no_key=True, of=("self",))
    found = list((free if erasable else missing)[:BATCH])
    put(state.kind, map(source, found))
    if len(found) < BATCH:
        _settle(state, missing, oldest, (newest, following))
    return len(found)


def _settle(
    state: Followed, missing: QuerySet[Any], oldest: int, now_seen: tuple[int, int]
) -> None:
    """Move on where it is certain, and take the measure for the next time.

    A database that was restored counts its transactions anew: a measure of the old one is dropped.
    """
    now = time.now()
    if state.ahead > state.settled and state.horizon <= now_seen[1]:
        certain = oldest >= state.horizon and now >= state.since + SETTLING
        if not certain or missing.filter(pk__lte=state.ahead).exists():
            return
        state.settled = state.ahead
    elif now_seen[0] <= state.settled:
        return
    state.ahead, state.horizon = now_seen
    state.since = now
    state.save(update_fields=["settled", "ahead", "horizon", "since"])
