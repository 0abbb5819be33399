"""Who may see a reply and what they may do with it. It follows the case: who may not see that, sees none."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import F, Q, QuerySet

from huiying.agencies.models import Role, Unit
from huiying.casework import policy as cases
from huiying.casework.models import CaseFile, Report
from huiying.casework.states import State as CaseState
from huiying.intake.states import Wish
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed, NotFound, Refusal
from huiying.replies.errors import (
    AcceptFirst,
    CaseMovedOn,
    NeedsReviewer,
    NeverPublic,
    NotInHand,
    NotNow,
    WishedPrivate,
)
from huiying.replies.models import Reply, ReplyVersion, StandardAnswer
from huiying.replies.states import ISSUED, OPEN, SAID, Audience, StandardState, State, step_of

# While a case waits for its writer, its answer may already be written.
IN_HAND = frozenset({CaseState.IN_PROGRESS, CaseState.WAITING})


def live_rows(reply: str = "") -> Q:
    """`is_live` as a condition on rows; `reply` is the way from them to the reply, as in `reply__`."""
    in_hand = Q(
        (f"{reply}case__state__in", IN_HAND),
        (f"{reply}case__lead_unit", F(f"{reply}unit")),
        (f"{reply}case__round", F(f"{reply}round")),
    )
    return Q((f"{reply}corrects__isnull", False)) | in_hand


LIVE = live_rows()
OF_THE_DESK = frozenset({Role.CLERK, Role.DISPATCHER})
READS_STANDARDS = (
    Role.CLERK,
    Role.DISPATCHER,
    Role.HANDLER,
    Role.REVIEWER,
    Role.SUPERVISOR,
    Role.AUDITOR,
)


def visible_replies(actor: Actor) -> QuerySet[Reply]:
    """The replies on cases whose letters this actor may read."""
    return Reply.objects.filter(case__in=cases.visible_cases(actor))


def find(actor: Actor, label: str, **columns: Any) -> Reply:
    """The reply with this label, if this actor may see its case; NotFound otherwise.

    `columns` are read along with it.
    """
    reply = (
        visible_replies(actor)
        .select_related("case", "case__lead_unit", "case__category", "unit", "category", "corrects")
        .filter(label=label)
        .annotate(**columns)
        .first()
    )
    if reply is None:
        raise NotFound
    return reply


def open_reply_on(case: CaseFile, **columns: Any) -> Reply | None:
    """The answer that is being written on this case, corrections apart; `columns` as in `find`."""
    return (
        Reply.objects.select_related("unit", "category")
        .filter(case=case, corrects=None, state__in=OPEN)
        .annotate(**columns)
        .first()
    )


def is_live(reply: Reply) -> bool:
    """False where the case has left the unit, the round or the state in which this was drafted.

    Such a draft is shown to nobody and cannot go on; the next draft on the case ends it for good.
    If the same unit gets the case back in the same round, its draft is there again.
    """
    case = reply.case
    if reply.corrects_id is not None:
        return True
    in_hand = case.state in IN_HAND and case.lead_unit_id == reply.unit_id
    return in_hand and case.round == reply.round


def is_exempt(reply: Reply) -> bool:
    """Whether this answer may go to its writer unchecked: its category says so, one letter alone hangs
    on the case, and it is neither a correction nor about conduct.
    """
    category = reply.case.category
    if category is None or not category.private_unreviewed or reply.case.conduct:
        return False
    if reply.corrects_id is not None:
        return False
    return Report.objects.filter(case=reply.case, ended_at=None).count() == 1


# What a step of the table asks of the reply beside its state, by the name that the table gives it, and
# the refusal where it is not so.
GUARDS: dict[str, tuple[Callable[[Reply], bool], type[Refusal]]] = {
    "live": (is_live, CaseMovedOn),
    "exempt": (is_exempt, NeedsReviewer),
}


def _units_of(reply: Reply) -> list[Unit]:
    """Whose reply this is: the lead unit's, and once it is said also that of the unit that said it."""
    units = [reply.case.lead_unit]
    if reply.corrects_id is not None or reply.state not in OPEN:
        units.append(reply.unit)
    return [unit for unit in units if unit is not None]


def _reaches(actor: Actor, role: str, reply: Reply) -> bool:
    if role in OF_THE_DESK:
        return reply.case.lead_unit_id is None and actor.has(role)
    scopes = actor.scopes(role)
    if "" in scopes:
        return True
    return any(unit.path.startswith(scope) for unit in _units_of(reply) for scope in scopes)


def may(actor: Actor, verb: str, reply: Reply) -> Refusal | None:
    """Why this actor cannot do `verb` with this reply now, or None where they can."""
    step = step_of(verb)
    if not any(_reaches(actor, role, reply) for role in step.roles):
        return NotAllowed()
    starts_from = SAID if verb == "correct" else step.sources
    if reply.state not in starts_from:
        return NotNow()
    for met, refusal in (GUARDS[guard] for guard in step.guards):
        if not met(reply):
            return refusal()
    return None


def require(actor: Actor, verb: str, reply: Reply) -> None:
    """Raise the refusal that `may` gives."""
    refusal = may(actor, verb, reply)
    if refusal is not None:
        raise refusal


def may_draft(actor: Actor, case: CaseFile) -> Refusal | None:
    """Why this actor cannot begin an answer on this case, or None where they can."""
    if not cases.plays_part(actor, step_of("draft").roles, case):
        return NotAllowed()
    if case.state in IN_HAND:
        return None
    return AcceptFirst() if case.state == CaseState.ASSIGNED else NotInHand()


def wrote_part_of(actor: Actor, reply: Reply) -> bool:
    """True where any version of this reply is this person's."""
    return ReplyVersion.objects.filter(reply=reply, author=actor.label).exists()


def why_private(case: CaseFile, wishes: Iterable[str]) -> Refusal | None:
    """Why an answer to this case cannot be published, given what its writers wish; None where it can."""
    if case.conduct:
        return NeverPublic(field="audience")
    return None if set(wishes) == {Wish.PUBLIC} else WishedPrivate(field="audience")


def may_be_public(case: CaseFile) -> Refusal | None:
    """Why an answer to this case cannot be published: a wish for privacy among its writers, or conduct."""
    reports = Report.objects.filter(case=case, ended_at=None)
    return why_private(case, reports.values_list("submission__wish", flat=True))


def on_view(reply: Reply) -> bool:
    """Whether everybody can read this reply, as it is or as it was, at its permanent address.

    Never where the case is a complaint about conduct, marked before or after: those it names read
    public pages, too.
    """
    issued = reply.state in ISSUED and reply.audience == Audience.PUBLIC
    return issued and not reply.case.conduct


def published() -> QuerySet[Reply]:
    """What everybody may read now: whatever lists, counts or searches public answers begins here."""
    return Reply.objects.filter(state=State.PUBLISHED, case__conduct=False)


def check_audience(case: CaseFile, audience: str) -> None:
    """Raise WishedPrivate or NeverPublic where `audience` is wider than the writers wish."""
    refusal = may_be_public(case) if audience == Audience.PUBLIC else None
    if refusal is not None:
        raise refusal


def visible_standards(actor: Actor) -> QuerySet[StandardAnswer]:
    """Standard answers hold nobody's letter: all who handle letters may read them."""
    if not actor.has(*READS_STANDARDS, "system"):
        return StandardAnswer.objects.none()
    return StandardAnswer.objects.select_related("unit", "category")


def find_standard(actor: Actor, label: str) -> StandardAnswer:
    """The standard answer with this label; NotFound where there is none for this actor."""
    standard = visible_standards(actor).filter(label=label).first()
    if standard is None:
        raise NotFound
    return standard


def may_propose_any(actor: Actor) -> bool:
    """True where there is a unit for which this actor may propose."""
    return actor.has(*OF_THE_DESK, Role.HANDLER, "system")


def may_propose(actor: Actor, unit: Unit) -> bool:
    """The desk proposes for every unit, a handler for those at or below their own."""
    return actor.has(*OF_THE_DESK, "system") or actor.covers(Role.HANDLER, unit.path)


def may_approve_standard(actor: Actor, standard: StandardAnswer) -> Refusal | None:
    """A reviewer over the unit, who did not propose it."""
    if not actor.covers(Role.REVIEWER, standard.unit.path):
        return NotAllowed()
    return None if standard.state == StandardState.PROPOSED else NotNow()


def may_renew_standard(actor: Actor, standard: StandardAnswer) -> Refusal | None:
    """A reviewer over the unit, who did not propose it, while it is in use or its time is over."""
    if not actor.covers(Role.REVIEWER, standard.unit.path):
        return NotAllowed()
    return None if standard.state == StandardState.APPROVED else NotNow()


def may_retire_standard(actor: Actor, standard: StandardAnswer) -> Refusal | None:
    """Who may propose or approve for the unit may also end it."""
    path = standard.unit.path
    if not (may_propose(actor, standard.unit) or actor.covers(Role.REVIEWER, path)):
        return NotAllowed()
    return NotNow() if standard.state == StandardState.RETIRED else None
