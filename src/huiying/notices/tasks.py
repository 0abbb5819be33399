"""The sweeper: sends what the outbox holds. Several may run; no row is sent by two at once."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import BigIntegerField, Q, QuerySet

from huiying.kernel import time
from huiying.kernel.kept_queries import Given, KeptQuery
from huiying.kernel.limits import end_of_window
from huiying.notices import sms_limits
from huiying.notices.delivery import NotYet, deliver
from huiying.notices.models import CONFIRMATION, Outgoing
from huiying.notices.sms_limits import NumberNotServed, TooManyThisHour, TooManyToNumber
from huiying.notices.states import Result

logger = logging.getLogger(__name__)

BATCH = 50
# A notice that fails is tried again after 1, 2, 4 … minutes, ten times in all: eight and a half hours.
MOST_TRIES = 10
FIRST_WAIT = timedelta(minutes=1)
# A clerk may send it again another day, or the writer choose another way.
NEVER_TRIED_AGAIN = (TooManyToNumber, NumberNotServed)


def _claimed(*, number: Given) -> QuerySet[Outgoing]:
    return Outgoing.objects.select_for_update(skip_locked=True).filter(pk=number, ended_at=None)


CLAIMED = KeptQuery(_claimed, number=BigIntegerField())


def no_rest() -> None:
    """What `sweep` does between two confirmations where nothing else needs the processor."""


def sweep(rest: Callable[[], None] = no_rest) -> int:
    """Send every row that is due; returns how many ended, sent or given up.

    News go before confirmations, of which there is one for each letter and whose writer has seen the
    receipt: many letters hold up no news. `rest` is called before each confirmation.
    """
    ended = 0
    while True:
        news = _due(~CONFIRMATION, BATCH)
        ended += sum(map(_send_one, news))
        confirmations = _due(CONFIRMATION, BATCH - len(news))
        for pk in confirmations:
            rest()
            ended += _send_one(pk)
        if len(news) + len(confirmations) < BATCH:
            return ended


def _due(kinds: Q, most: int) -> list[int]:
    """The rows that have waited longest. Who sends one locks it then, and passes by what another holds."""
    rows = Outgoing.objects.filter(kinds, ended_at=None, due_at__lte=time.now())
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:most])


def _send_one(pk: int) -> int:
    """One row in its own transaction: a crash after sending leaves it due, under the same Message-ID."""
    texted: list[str] = []
    done = _send_locked(pk, texted)
    for number in texted:
        sms_limits.count_message(number)
    return done


def _send_locked(pk: int, texted: list[str]) -> int:
    row = None
    try:
        with transaction.atomic():
            for row in CLAIMED.rows(number=pk):
                ended = deliver(row, texted=texted.append)
                Outgoing.objects.filter(pk=pk).update(
                    ended_at=time.now(),
                    tries=row.tries + 1,
                    result=ended.result,
                    way=ended.way,
                    parts=ended.parts,
                    last_error="",
                )
    except Exception as error:  # one row that cannot be sent must not hold up the rest
        if row is None:
            raise
        return _unsent(row, error)
    return int(row is not None)


def _unsent(row: Outgoing, error: Exception) -> int:
    """Note what came of a row that was not sent, unless another has taken it up meanwhile."""
    same_try = Outgoing.objects.filter(pk=row.pk, ended_at=None, tries=row.tries)
    if isinstance(error, NotYet):
        same_try.update(due_at=error.at)
        return 0
    if isinstance(error, TooManyThisHour):
        # No try is counted: nothing is wrong with this one.
        logger.warning("sms limit of this hour reached: row %s waits", row.pk)
        same_try.update(due_at=end_of_window(sms_limits.HOUR))
        return 0
    return _try_later(row, same_try, error)


def _try_later(row: Outgoing, same_try: QuerySet[Outgoing], error: Exception) -> int:
    tries = row.tries + 1
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
    same_try.update(**columns)
    return int(over)
