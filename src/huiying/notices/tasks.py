"""The sweeper: sends what the outbox holds. Several may run; no row is sent by two at once."""

import logging
from datetime import timedelta

from django.db import transaction

from huiying.kernel import time
from huiying.kernel.limits import end_of_window
from huiying.notices import sms_limits
from huiying.notices.delivery import NotYet, deliver
from huiying.notices.models import Outgoing
from huiying.notices.sms_limits import NumberNotServed, TooManyThisHour, TooManyToNumber
from huiying.notices.states import Result

logger = logging.getLogger(__name__)

BATCH = 50
# A notice that fails is tried again after 1, 2, 4 … minutes, ten times in all: eight and a half hours.
MOST_TRIES = 10
FIRST_WAIT = timedelta(minutes=1)
# A clerk may send it again another day, or the writer choose another way.
NEVER_TRIED_AGAIN = (TooManyToNumber, NumberNotServed)


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
    texted: list[str] = []
    done = _send_locked(pk, texted)
    for number in texted:
        sms_limits.count_message(number)
    return done


def _send_locked(pk: int, texted: list[str]) -> int:
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
                ended = deliver(row, texted=texted.append)
        except NotYet as later:
            Outgoing.objects.filter(pk=pk).update(due_at=later.at)
            return 0
        except TooManyThisHour:
            return _wait_for_next_hour(row)
        except Exception as error:  # noqa: BLE001 - one row that cannot be sent must not hold up the rest
            return _try_later(row, tries, error)
        Outgoing.objects.filter(pk=pk).update(
            ended_at=time.now(),
            tries=tries,
            result=ended.result,
            way=ended.way,
            parts=ended.parts,
            last_error="",
        )
    return 1


def _wait_for_next_hour(row: Outgoing) -> int:
    """No try is counted: nothing is wrong with this one."""
    logger.warning("sms limit of this hour reached: row %s waits", row.pk)
    Outgoing.objects.filter(pk=row.pk).update(due_at=end_of_window(sms_limits.HOUR))
    return 0


def _try_later(row: Outgoing, tries: int, error: Exception) -> int:
    problem, over = (
        type(error).__name__,
        tries >= MOST_TRIES or isinstance(error, NEVER_TRIED_AGAIN),
    )
    logger.warning("notice not sent: row %s, try %s, %s", row.pk, tries, problem)
    columns: dict[str, object] = {"tries": tries, "last_error": problem[:80]}
    if over:
        columns |= {"ended_at": time.now(), "result": Result.GAVE_UP}
    else:
        columns["due_at"] = time.now() + FIRST_WAIT * 2 ** (tries - 1)
    Outgoing.objects.filter(pk=row.pk).update(**columns)
    return int(over)
