"""Letters that do not open: whoever goes over many sets them aside, and goes on with the others."""

import logging
from datetime import timedelta

from huiying.intake.models import Submission, Unopened
from huiying.intake.opening import UNREADABLE, Words, words_of
from huiying.kernel import time

logger = logging.getLogger(__name__)

AGAIN = timedelta(minutes=5)


def opened(letter: Submission) -> Words | None:
    """What it says; None where it does not open and is set aside. No verb: part of the worker's round."""
    try:
        return words_of(letter)
    except UNREADABLE as error:
        now, problem = time.now(), type(error).__name__
        row = Unopened(submission=letter, problem=problem, since=now, again_at=now + AGAIN)
        Unopened.objects.bulk_create([row], ignore_conflicts=True)
        logger.error("a letter does not open and is set aside: row %s, %s", letter.pk, problem)
        return None
