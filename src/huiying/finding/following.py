"""Bringing the index up to the rows of a table that only grows, without a word from who writes them.

Numbers of rows commit out of order, so "greater than the last one" would lose some. Each round looks at
all rows past the last settled one that have no text yet; a row number is settled when no transaction
is left that could still bring a smaller one.

Where masking or folding has other rules than when texts were made, they are made anew, batch by batch,
the newest first; the old one is found until its place is taken.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from huiying.finding.actions import Source, put
from huiying.finding.models import Followed, Text
from huiying.kernel import time

logger = logging.getLogger(__name__)

BATCH = 200
TOLD_EVERY = 10_000
# A transaction may have drawn its row's number a moment before it shows in the list of those that run.
SETTLING = timedelta(seconds=5)
# Another number whenever masking or folding changes: every text is then made anew.
RULES = 3


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
    kind: str, rows: QuerySet[Any], source: Callable[[Any], Source | None], *, erasable: bool
) -> int:
    """Put the rows that are new into the index; how many it went over. One process at a time for each kind.

    `rows` leaves out what must not be in the index, and a row for which `source` gave None: nobody waits
    for its text, and who brings it in later puts it there. Where rows are `erasable`, one that is being
    erased at this moment is passed by, and an erasure that begins now waits for the text that it takes out.
    """
    done = 0
    while True:
        with transaction.atomic():
            state = _locked(kind)
            if state is None:
                return done
            found = _round(state, rows, source, erasable=erasable)
            again = _make_anew(state, rows, source, erasable=erasable)
        done += found
        if found < BATCH and not again:
            return done


def _locked(kind: str) -> Followed | None:
    Followed.objects.bulk_create(
        [Followed(kind=kind, rules=RULES, since=time.now())], ignore_conflicts=True
    )
    state = Followed.objects.select_for_update(skip_locked=True).filter(kind=kind).first()
    if state is not None and state.rules != RULES:
        texts = Text.objects.filter(kind=kind)
        state.rules, state.anew_below = RULES, texts.aggregate(most=Max("pk"))["most"] or 0
        state.save(update_fields=["rules", "anew_below"])
    return state


def _make_anew(
    state: Followed, rows: QuerySet[Any], source: Callable[[Any], Source | None], *, erasable: bool
) -> bool:
    """Replace the next batch of texts that older rules made; False where none is left.

    Rows that are `erasable` are locked before their texts, as an erasure does, so that neither waits for
    the other in a ring.
    """
    if not state.anew_below:
        return False
    old = Text.objects.filter(kind=state.kind, pk__lte=state.anew_below).order_by("-pk")
    batch = list(old.values_list("pk", "key")[:BATCH])
    keys = [key for _pk, key in batch]
    kept = rows.filter(pk__in=keys).order_by("pk")
    found = list(kept.select_for_update(no_key=True, of=("self",)) if erasable else kept)
    Text.objects.filter(kind=state.kind, key__in=keys).delete()
    put(state.kind, filter(None, map(source, found)))
    before = state.anew_below
    state.anew_below = batch[-1][0] - 1 if batch else 0
    state.save(update_fields=["anew_below"])
    if before // TOLD_EVERY != state.anew_below // TOLD_EVERY or not state.anew_below:
        logger.info("texts made anew: %s, down to number %s", state.kind, state.anew_below)
    return bool(state.anew_below)


def left_to_make_anew() -> dict[str, int]:
    """How many texts of each kind older rules made; kinds without any are left out."""
    waiting = Followed.objects.filter(anew_below__gt=0).values_list("kind", "anew_below")
    counted = {kind: Text.objects.filter(kind=kind, pk__lte=most).count() for kind, most in waiting}
    return {kind: number for kind, number in counted.items() if number}


def _without_text(state: Followed, rows: QuerySet[Any]) -> QuerySet[Any]:
    held = Text.objects.filter(kind=state.kind, key=OuterRef("pk"))
    return rows.filter(~Exists(held), pk__gt=state.settled).order_by("pk")


def _round(
    state: Followed, rows: QuerySet[Any], source: Callable[[Any], Source | None], *, erasable: bool
) -> int:
    oldest, following = _transactions()
    newest = rows.model.objects.aggregate(most=Max("pk"))["most"] or 0
    missing = _without_text(state, rows)
    free = missing.select_for_update(skip_locked=True, no_key=True, of=("self",))
    found = list((free if erasable else missing)[:BATCH])
    put(state.kind, filter(None, map(source, found)))
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
