"""Saying which harm facts hold in a case: its urgency and its clock follow from them alone."""

from collections.abc import Collection
from datetime import date
from typing import Any

from huiying.casework import policy
from huiying.casework.errors import NothingWeighed, WrongState
from huiying.casework.extensions import due_as_told
from huiying.casework.harm_models import HarmDecision
from huiying.casework.joined import at_home, earliest_due, first_due, own_letter
from huiying.casework.models import CaseFile
from huiying.casework.pausing.cases import reckon_wait
from huiying.casework.states import OPEN
from huiying.casework.stepping import change, check_seen, keep_act
from huiying.casework.unfinished import forget_sent
from huiying.casework.urgency.standing import harm_columns
from huiying.casework.words import required
from huiying.harm.facts import LEGAL_DATE, withdrawn
from huiying.intake.letters import check_facts
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.kernel.verbs import verb

LONGEST_REASON = 500


@verb
def weigh_harm(
    *,
    actor: Actor,
    number: int,
    seen: int | None = None,
    facts: Collection[str],
    legal_date: date | None = None,
    reason: str,
) -> CaseFile:
    """Say which facts of the list hold, all of them, with a reason that the writer reads. What the writer
    ticked stands on the letter and is not touched.

    The clock is reckoned anew: by a fact that is new, from now; late stays late. A withdrawn fact that holds
    already may stay. Raises NothingWeighed, NeedsWords, WrongState; Invalid for what is not on the list.
    """
    case = policy.find(actor, number)
    check_seen(case, seen)
    if not policy.plays_part(actor, policy.WEIGHS, case):
        raise NotAllowed
    if case.state not in OPEN:
        raise WrongState
    wanted, before = frozenset(facts), case.facts
    kept_day = legal_date == case.legal_date and legal_date is not None and LEGAL_DATE in wanted
    stays = {fact.code for fact in withdrawn()} & before
    stays |= {LEGAL_DATE} if kept_day else set()
    check_facts(wanted - stays, None if kept_day else legal_date)
    columns = harm_columns(wanted, legal_date)
    changed = sorted(wanted ^ before)
    if columns["legal_date"] != case.legal_date and LEGAL_DATE not in changed:
        changed.append(LEGAL_DATE)
    if not changed:
        raise NothingWeighed
    said = required(reason, "reason", most=LONGEST_REASON)
    now = time.now()
    HarmDecision.objects.bulk_create(
        [
            HarmDecision(case=case, fact=fact, holds=fact in wanted, reason=said, at=now)
            for fact in changed
        ]
    )
    change(case, **columns)
    _reckon_anew(case)
    data = {
        "added": [fact for fact in changed if fact in wanted],
        "removed": [fact for fact in changed if fact not in wanted],
        "words": said,
    }
    _keep(actor, case, data)
    forget_sent(actor, case, "weigh")
    return case


def _reckon_anew(case: CaseFile) -> None:
    """The day of the case's own letter, and what is due first in the case."""
    letter = own_letter(case)
    if letter is None:
        due = first_due(case)
    else:
        own_day = due_as_told(letter, case, case.category)
        due = earliest_due(case, own_day)
        at_home(case).update(due_at=own_day)
    CaseFile.objects.filter(pk=case.pk, version=case.version).update(due_at=due)
    case.due_at = due
    reckon_wait(case)


def _keep(actor: Actor, case: CaseFile, data: dict[str, Any]) -> None:
    told = {"level": case.need.level.code, "due_at": case.due_at.isoformat()}
    if case.legal_date:
        told["legal_date"] = case.legal_date.isoformat()
    keep_act(case, actor=actor, verb="weigh", data=data | told)
