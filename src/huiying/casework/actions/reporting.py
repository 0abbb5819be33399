"""Telling the writers of a case how it stands, before there is an answer: the interim report."""

from huiying.casework import policy
from huiying.casework.errors import NobodyWaits, WrongState
from huiying.casework.models import CaseFile, Report
from huiying.casework.stepping import change, check_seen, keep_act
from huiying.casework.telling import tell
from huiying.casework.unfinished import forget_sent
from huiying.casework.words import required
from huiying.intake.actions import writing
from huiying.intake.models import Message
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.kernel.verbs import verb


@verb
def report_interim(
    *, actor: Actor, number: int, seen: int | None = None, words: str, form_key: str = ""
) -> CaseFile:
    """Tell each writer who waits for an answer how it stands. No clock of the answer is moved by it; the one
    of the interim report ends, since the words stand in the exchange from now on.
    """
    case = policy.find(actor, number)
    check_seen(case, seen)
    if not policy.may_report(actor, case):
        raise WrongState if policy.handles(actor, case) else NotAllowed
    waiting = Report.objects.filter(case=case, ended_at=None, delivered_at=None)
    if not waiting.exists():
        raise NobodyWaits
    said = required(words, "words")
    change(case)
    keep_act(case, actor=actor, verb="interim", data={})
    for report in waiting.select_related("submission"):
        writing.add_message(
            actor=actor,
            submission=report.submission,
            kind=Message.Kind.INTERIM,
            text=said,
            form_key=form_key,
        )
    forget_sent(actor, case, "interim")
    tell(waiting, kind="interim")
    return case
