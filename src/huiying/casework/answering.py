"""The move to "answered". Only `replies` may import this module: an answer is an approved reply."""

from huiying.casework.models import CaseFile, Report
from huiying.casework.states import Outcome
from huiying.casework.stepping import take_step
from huiying.casework.telling import tell_writers
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid


def mark_answered(
    case: CaseFile, *, actor: Actor, reply_label: str, outcome: str, verb: str = "answer"
) -> None:
    """Move the case to "answered" with the outcome that the reply states; part of the reply's verb.

    The reopening window of every writer starts now: the answer stands on their page.
    """
    if outcome not in set(Outcome.values) - {Outcome.WITHDRAWN}:
        raise Invalid(field="outcome")
    now = time.now()
    take_step(
        case,
        actor=actor,
        verb=verb,
        data={"reply": reply_label, "outcome": outcome},
        columns={"outcome": outcome, "answered_at": now},
    )
    waiting = Report.objects.filter(case=case, ended_at=None, delivered_at=None)
    waiting.update(delivered_at=now)
    tell_writers(case, kind="answered")
