"""What the worker does: bring the words of answers into the index (who may find them, the search
decides), and remind units that were asked to co-sign. Safe to repeat and to interrupt.
"""

import logging
from datetime import timedelta

from huiying.finding.actions import Source
from huiying.finding.following import follow
from huiying.finding.models import Kind
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.replies import signing
from huiying.replies.actions.co_signing import remind
from huiying.replies.models import ReplyVersion

logger = logging.getLogger(__name__)

BEFORE = timedelta(days=1)
MOST_A_RUN = 500  # the next hour goes on


def _source(version: ReplyVersion) -> Source:
    return Source(version.pk, version.at, f"{version.title}\n{version.question}\n{version.text}")


def index_answers() -> int:
    """Index the versions of answers that are new, drafts too: a version never changes. How many."""
    return follow(Kind.ANSWER, ReplyVersion.objects.all(), _source, erasable=False)


def remind_to_co_sign() -> int:
    """Remind each unit once, on the day before its last; how many were reminded.

    Who was asked for tomorrow was told only now, and is not told twice.
    """
    tomorrow = signing.today() + BEFORE
    due = signing.open_requests().filter(reminded_at=None, due_on__lte=tomorrow)
    due = due.filter(asked_at__lte=time.now() - BEFORE).order_by("id")
    reminded = 0
    for signature in due.select_related("unit", "reply__case")[:MOST_A_RUN]:
        try:
            reminded += remind(actor=SYSTEM, signature=signature)
        except Exception as error:  # noqa: BLE001 - one request must not keep the others from being told
            logger.error("not reminded: signature %s, %s", signature.pk, type(error).__name__)
    return reminded
