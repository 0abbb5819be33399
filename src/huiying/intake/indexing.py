"""Bringing letters into the index that they are searched by; the worker's, never the page's."""

from huiying.finding.actions import Source
from huiying.finding.following import follow
from huiying.finding.models import Kind
from huiying.intake.models import Submission
from huiying.intake.opening import words_of


def _source(letter: Submission) -> Source:
    words = words_of(letter)
    return Source(letter.pk, letter.received_at, f"{words.title}\n{words.body}\n{words.place}")


def index_letters() -> int:
    """Index the letters that are new; returns how many. One whose words are erased never comes in."""
    letters = Submission.objects.filter(words_erased_at=None).select_related("seal")
    return follow(Kind.LETTER, letters, _source, erasable=True)
