"""What became of the notices to a writer, in words; and to which cases notices belong."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.casework import policy
from huiying.casework.models import Report
from huiying.kernel.actors import Actor
from huiying.notices.reads import Delivery
from huiying.notices.states import ErrandState, Result, Way

SUBMISSION = "submission:"
ANSWERS = frozenset({"answered", "declined"})
NO_NEWS = frozenset({Result.NO_ADDRESS, Result.WITHDRAWN})
KINDS: dict[str, str | Promise] = {
    "received": gettext_lazy("Word that your letter came"),
    "question": gettext_lazy("Word of a question"),
    "answered": gettext_lazy("Word of the answer"),
    "declined": gettext_lazy("Word that another body decides"),
    "extended": gettext_lazy("Word of a later day"),
    "interim": gettext_lazy("Word of how it stands"),
    "corrected": gettext_lazy("Word of a correction"),
    "answer_withdrawn": gettext_lazy("Word that an answer was withdrawn"),
    "lost_code": gettext_lazy("Code and PIN"),
    "helper": gettext_lazy("Word that somebody may help you"),
    "hold": gettext_lazy("Word of a hold on the erasure"),
    "account": gettext_lazy("About an account"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One notice in words: `what` was said, `how` it went, and when; `tone` is one of the look."""

    at: datetime
    what: str
    how: str
    tone: str


def kind_in_words(kind: str) -> str:
    return str(KINDS.get(kind, _("News")))


def way_in_words(way: str) -> str:
    """The way of a notice; nothing where it is not known yet."""
    return str(Way(way).label) if way in Way.values else ""


def _how(delivery: Delivery) -> str:
    if delivery.errand == ErrandState.DONE:
        return _("Posted") if delivery.way == Way.LETTER else _("You were told")
    if delivery.errand:
        return str(ErrandState(delivery.errand).label)
    return str(Result(delivery.result).label) if delivery.result in Result.values else ""


def told(delivery: Delivery) -> Told:
    """One line of the log."""
    how = _how(delivery)
    way = way_in_words(delivery.way)
    tone = "info" if delivery.waits or delivery.errand == ErrandState.LEFT else "success"
    return Told(
        at=delivery.ended_at or delivery.made_at,
        what=kind_in_words(delivery.kind),
        how=f"{way} · {how}" if way else how,
        tone="danger" if delivery.failed else tone,
    )


def all_told(found: Iterable[Delivery]) -> tuple[Told, ...]:
    """The log; what had nobody to go to is no news."""
    return tuple(told(each) for each in found if each.result != Result.NO_ADDRESS)


def window_start(
    delivered_at: datetime | None, found: Iterable[Delivery], now: datetime
) -> datetime | None:
    """From when the writer's time for reopening counts; None before an answer.

    Since the answer stood on their page, or since word of it went out by the way that they chose, where
    that was later: the mail sent, the letter posted, the call made. Where it was given up, since that
    was clear; where a mail came back, since it was sent.
    While it is still on its way, the time has not begun.
    """
    if delivered_at is None:
        return None
    words = [
        each
        for each in found
        if each.kind in ANSWERS and each.made_at >= delivered_at and each.result not in NO_NEWS
    ]
    if not words:
        return delivered_at
    last = words[-1]
    return max(delivered_at, now if last.waits or last.ended_at is None else last.ended_at)


def case_numbers(actor: Actor, recipients: Iterable[str]) -> dict[str, int]:
    """The case of each of these recipients ("submission:…") that this actor may see. One query."""
    labels = [each.removeprefix(SUBMISSION) for each in recipients if each.startswith(SUBMISSION)]
    seen = policy.visible_cases(actor)
    rows = Report.objects.filter(submission__label__in=labels, case__in=seen)
    return {
        f"{SUBMISSION}{label}": number
        for label, number in rows.values_list("submission__label", "case__number")
    }
