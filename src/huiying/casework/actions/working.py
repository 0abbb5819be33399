"""The lead unit's verbs: accept, send back, ask the writer, go on, close with proof."""

from django.utils.translation import gettext_lazy as _

from huiying.casework import policy
from huiying.casework.deadlines import pause_left
from huiying.casework.models import Assignment, CaseFile, Report
from huiying.casework.pausing import cases as pausing
from huiying.casework.pausing.letters import keep
from huiying.casework.states import Outcome, ReturnReason
from huiying.casework.stepping import check_seen, take_step
from huiying.casework.telling import tell_writers
from huiying.casework.words import required
from huiying.intake.actions import writing
from huiying.intake.models import Message
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid
from huiying.kernel.verbs import verb


@verb
def accept(*, actor: Actor, number: int, seen: int | None = None) -> CaseFile:
    """The lead unit takes the case on."""
    case = policy.find(actor, number)
    check_seen(case, seen)
    take_step(case, actor=actor, verb="accept")
    return case


@verb
def return_to_desk(
    *, actor: Actor, number: int, seen: int | None = None, reason: str, words: str
) -> CaseFile:
    """Send the case back with a reason class and a sentence; the clocks run on."""
    case = policy.find(actor, number)
    check_seen(case, seen)
    policy.require_step(actor, "return_to_desk", case)
    if reason not in ReturnReason.values:
        raise Invalid(_("Choose a reason."), field="reason")
    said = required(words, "words")
    take_step(
        case,
        actor=actor,
        verb="return_to_desk",
        data={"reason": reason, "words": said, "unit": case.lead_unit and case.lead_unit.code},
        columns={"returns": case.returns + 1, "lead_unit": None},
    )
    Assignment.objects.filter(case=case, ended_at=None).update(ended_at=time.now())
    return case


@verb
def ask_resident(
    *, actor: Actor, number: int, seen: int | None = None, question: str, form_key: str = ""
) -> CaseFile:
    """Ask every writer of the case; the clock pauses until an answer, at most until the cap that all
    pauses of the round share: asking again and again gains no time.
    """
    case = policy.find(actor, number)
    check_seen(case, seen)
    policy.require_step(actor, "ask_resident", case)
    said = required(question, "question")
    pause = pausing.begins(case, time.now() + pause_left(case))
    take_step(case, actor=actor, verb="ask_resident", columns=pause.columns)
    keep(pause.letters)
    for report in Report.objects.filter(case=case, ended_at=None).select_related("submission"):
        writing.add_message(
            actor=actor,
            submission=report.submission,
            kind=Message.Kind.QUESTION,
            text=said,
            form_key=form_key,
        )
    tell_writers(case, kind="question")
    return case


@verb
def resume(*, actor: Actor, number: int, seen: int | None = None) -> CaseFile:
    """The unit goes on without waiting any longer for the writer."""
    case = policy.find(actor, number)
    check_seen(case, seen)
    take_step(case, actor=actor, verb="resume")
    return case


@verb
def close(
    *, actor: Actor, number: int, seen: int | None = None, outcome: str, proof: str
) -> CaseFile:
    """Close an answered case with an outcome class and what proves it.

    What the writers said, or that they said nothing, is kept beside it and never overridden.
    """
    case = policy.find(actor, number)
    check_seen(case, seen)
    policy.require_step(actor, "close", case)
    if outcome not in set(Outcome.values) - {Outcome.WITHDRAWN}:
        raise Invalid(_("Choose a result."), field="outcome")
    said = required(proof, "proof")
    votes = list(Report.objects.filter(case=case, ended_at=None).values_list("vote", flat=True))
    take_step(
        case,
        actor=actor,
        verb="close",
        data={
            "outcome": outcome,
            "proof": said,
            "votes": {vote or "silent": votes.count(vote) for vote in set(votes)},
        },
        columns={"outcome": outcome, "closed_at": time.now()},
    )
    return case
