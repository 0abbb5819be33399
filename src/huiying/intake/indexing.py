"""Bringing letters into the index that they are searched by; the worker's, never the page's."""

from django.db import transaction

from huiying.finding.actions import Source, put
from huiying.finding.following import follow
from huiying.finding.models import Kind
from huiying.intake.models import Submission, Unopened
from huiying.intake.opening import Words, words_left
from huiying.intake.unopened import AGAIN, opened
from huiying.kernel import time

BATCH = 200


def _source(letter: Submission) -> Source | None:
    words = opened(letter)
    return _said(letter, words) if words is not None else None


def _said(letter: Submission, words: Words) -> Source:
    return Source(letter.pk, letter.received_at, f"{words.title}\n{words.body}\n{words.place}")


def index_letters() -> int:
    """Index the letters that are new; returns how many it went over.

    One whose words are erased never comes in, one that does not open is set aside.
    """
    letters = Submission.objects.filter(words_erased_at=None, unopened=None)
    return follow(Kind.LETTER, letters.select_related("seal"), _source, erasable=True)


def take_up_again() -> int:
    """Try the letters again that were set aside, and index those that open now; how many did.

    A whole key may have come back: as long as some of a batch open, the next is tried at once.
    """
    done = 0
    while found := _take_up_some():
        done += found
    return done


def _take_up_some() -> int:
    now = time.now()
    with transaction.atomic():
        # As in `follow`: an erasure that begins now waits, and takes the text out again.
        due = Unopened.objects.select_related("submission__seal").filter(again_at__lte=now)
        due = due.select_for_update(skip_locked=True, no_key=True, of=("self", "submission"))
        letters = [row.submission for row in due.order_by("again_at")[:BATCH]]
        said = [(letter, words_left(letter)) for letter in letters]
        opens = [(letter, words) for letter, words in said if words is not None]
        put(
            Kind.LETTER,
            [_said(letter, words) for letter, words in opens if letter.words_erased_at is None],
        )
        tried = Unopened.objects.filter(submission__in=letters)
        tried.filter(submission__in=[letter for letter, _words in opens]).delete()
        tried.update(again_at=now + AGAIN)
    return len(opens)
