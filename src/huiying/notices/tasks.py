"""The sweeper: sends what the outbox holds. Several may run; no row is sent by two at once."""

import logging
from datetime import timedelta

from django.db import transaction

from huiying.kernel import time
from huiying.notices.delivery import deliver
from huiying.notices.models import Outgoing
from huiying.notices.states import Result

logger = logging.getLogger(__name__)

BATCH = 50
# A notice that fails is tried again after 1, 2, 4 … minutes, ten times in all: eight and a half hours.
MOST_TRIES = 10
FIRST_WAIT = timedelta(minutes=1)


def sweep() -> int:
    """Send every row that is due; returns how many ended, sent or given up."""
    ended = 0
    while True:
        done, claimed = _sweep_batch()
        ended += done
        if claimed < BATCH:
            return ended


def _sweep_batch() -> tuple[int, int]:
    with transaction.atomic():
        due = list(
            Outgoing.objects.select_for_update(skip_locked=True)
            .filter(ended_at=None, due_at__lte=time.now())
            .order_by("due_at", "id")
            .values_list("pk", flat=True)[:BATCH]
        )
    return sum(_send_one(pk) for pk in due), len(due)


def _send_one(pk: int) -> int:
    """One row in its own transaction: a crash after sending leaves it due, under the same Message-ID."""
    with transaction.atomic():
        row = (
            Outgoing.objects.select_for_update(skip_locked=True)
            .filter(pk=pk, ended_at=None)
            .first()
        )
        if row is None:
            return 0
        tries = row.tries + 1
        try:
            with transaction.atomic():
                ended = deliver(row)
        except Exception as error:  # noqa: BLE001 - one row that cannot be sent must not hold up the rest
            return _try_later(row, tries, type(error).__name__)
        Outgoing.objects.filter(pk=pk).update(
            ended_at=time.now(),
            tries=tries,
            result=ended.result,
            way=ended.way,
            parts=ended.parts,
            last_error="",
        )
    return 1


def _try_later(row: Outgoing, tries: int, problem: str) -> int:
    logger.warning("notice not sent: row %s, try %s, %s", row.pk, tries, problem)
    columns: dict[str, object] = {"tries": tries, "last_error": problem[:80]}
    if tries >= MOST_TRIES:
        columns |= {"ended_at": time.now(), "result": Result.GAVE_UP}
    else:
        columns["due_at"] = time.now() + FIRST_WAIT * 2 ** (tries - 1)
    Outgoing.objects.filter(pk=row.pk).update(**columns)
    return int(tries >= MOST_TRIES)
