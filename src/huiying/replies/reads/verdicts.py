"""What the writers of a case say of the answer, as counts: never who said what."""

from collections.abc import Iterable

from django.db.models import Count

from huiying.casework.models import Report
from huiying.casework.states import Vote
from huiying.replies.models import Reply
from huiying.replies.shown import Verdict

REOPENED = "reopened"
ORDER = (Vote.SOLVED, Vote.PARTLY, Vote.NOT_SOLVED, "")


def verdicts_on(replies: Iterable[Reply]) -> dict[int, tuple[Verdict, ...]]:
    """What the writers say of each of these answers, by the reply's id; letters withdrawn apart.

    An answer of an earlier round was not good enough for somebody: the case was taken up again. One
    query; each reply has its case at hand.
    """
    listed = list(replies)
    rows = (
        Report.objects.filter(case_id__in={reply.case_id for reply in listed}, ended_at=None)
        .values_list("case_id", "vote")
        .annotate(number=Count("id"))
    )
    found: dict[int, dict[str, int]] = {}
    for case_id, vote, number in rows:
        found.setdefault(case_id, {})[vote] = number
    return {
        reply.pk: (Verdict(REOPENED, 1),)
        if reply.round < reply.case.round
        else _in_order(found.get(reply.case_id, {}))
        for reply in listed
    }


def _in_order(numbers: dict[str, int]) -> tuple[Verdict, ...]:
    return tuple(Verdict(code, numbers[code]) for code in ORDER if code in numbers)
