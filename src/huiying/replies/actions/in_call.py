"""A letter that a clerk takes while its writer is with them, and perhaps answers before the call ends."""

from dataclasses import dataclass

from huiying.casework.actions.calling import require_clerk
from huiying.casework.actions.receiving import CaseReceipt, receive
from huiying.casework.models import Report
from huiying.casework.policy import visible_cases
from huiying.casework.states import State
from huiying.intake.letters import Letter
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Refusal
from huiying.replies.actions.standards import answer_at_once
from huiying.replies.reads.public import answers_for_submission
from huiying.replies.shown import AnswerShown


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it: `number` is 0 where the case is not for the clerk's eyes; `refusal` says why the
    letter, which is kept, was not answered at once.
    """

    receipt: CaseReceipt
    number: int
    answers: tuple[AnswerShown, ...]
    refusal: Refusal | None = None


def take_call(
    *, actor: Actor, letter: Letter, form_key: str, standard: str = "", same_as: int = 0
) -> Taken:
    """Keep a letter told by phone or at the counter; with `standard`, answer it at once. `same_as` is the
    number of a case that the clerk sees and says is about the same.

    Two transactions, the letter's first: whatever becomes of the answer, it is kept. Safe to send again:
    the same form gives the same receipt, and answers only what is not answered yet.
    """
    require_clerk(actor, letter.channel)
    known = bool(same_as) and visible_cases(actor).filter(number=same_as).exists()
    receipt = receive(
        actor=actor, letter=letter, form_key=form_key, same_as=same_as if known else 0
    )
    report = Report.objects.select_related("case").get(submission__label=receipt.submission_label)
    refusal = _answered(actor, report, standard) if standard else None
    seen = visible_cases(actor).filter(pk=report.case_id).exists()
    return Taken(
        receipt,
        report.case.number if seen else 0,
        tuple(answers_for_submission(report.submission_id)),
        refusal,
    )


def _answered(actor: Actor, report: Report, standard: str) -> Refusal | None:
    if report.case.state == State.ANSWERED:
        return None
    try:
        answer_at_once(actor=actor, number=report.case.number, standard=standard)
    except Refusal as refusal:  # also one that hides a complaint about this clerk from them
        return refusal
    return None
