"""The agency's own settled cases, as letters to learn from: never who wrote, never a complaint about
conduct.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet

from huiying.casework.models import Report
from huiying.casework.states import Outcome, State
from huiying.intake.opening import AT_ONCE, words_left

MOST = 100_000  # the newest; more take over two minutes and three gigabytes
NOT_LEARNED = (Outcome.WITHDRAWN, Outcome.NOT_OURS)


def past_letters() -> QuerySet[Report]:
    """Letters that something may be tried on, or learned from: whole ones with their words, and no complaint
    about conduct.
    """
    return Report.objects.filter(
        case__conduct=False,
        submission__conduct=False,
        submission__part=False,
        submission__words_erased_at=None,
    )


def _in_category() -> QuerySet[Report]:
    """Those of them whose writer did not withdraw and whose case has a category."""
    return past_letters().filter(ended_at=None, case__category__is_leaf=True)


def _settled() -> QuerySet[Report]:
    """Letters whose case was answered under the category that stood in the end."""
    answered = _in_category().filter(
        case__state__in=(State.ANSWERED, State.CLOSED), case__answered_at__isnull=False
    )
    return answered.exclude(case__outcome__in=NOT_LEARNED)


def sorted_letters() -> QuerySet[Report]:
    """Letters whose case somebody gave a category, to try something on; settled or not."""
    return _in_category().exclude(case__state=State.RECEIVED)


def settled_letters() -> Iterator[tuple[str, str, str]]:
    """Title, text and category of the newest settled letters, oldest of them first."""
    newest = _settled().order_by("-case__answered_at", "-pk")[:MOST]
    keys = list(newest.values_list("pk", flat=True))[::-1]
    for first in range(0, len(keys), AT_ONCE):
        some = Report.objects.select_related("submission__seal", "case__category")
        found = some.in_bulk(keys[first : first + AT_ONCE])
        for key in keys[first : first + AT_ONCE]:
            letter, category = found[key].submission, found[key].case.category
            # Either may have gone since the keys were read.
            if category is not None and letter.sealed:
                words = words_left(letter)
                if words is not None:
                    yield words.title, words.body, category.code


def settled_since(moment: datetime | None) -> int:
    """How many letters were settled after `moment`; all of them for None."""
    rows = _settled()
    return (rows.filter(case__answered_at__gt=moment) if moment else rows).count()
