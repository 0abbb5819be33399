"""Who may see the brief, over which units, and which cases behind a figure."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from huiying.agencies.models import Role
from huiying.casework import policy as casework
from huiying.casework.models import Named
from huiying.insight.models import BriefLine, BriefSheet
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed

# Clerks, dispatchers and auditors work for the whole agency; the others see it as far as their role reaches.
READERS = (
    Role.CLERK,
    Role.DISPATCHER,
    Role.AUDITOR,
    Role.SUPERVISOR,
    Role.LEADER,
    Role.REVIEWER,
    Role.HANDLER,
    "system",
)
EVERYTHING = ("",)


def scopes(actor: Actor) -> tuple[str, ...]:
    """The paths of the units that this actor's brief covers; `EVERYTHING` for the whole agency.

    Raises NotAllowed for who has no part in it: administrators, residents, strangers.
    """
    found = actor.scopes(*READERS)
    if not found:
        raise NotAllowed
    return EVERYTHING if "" in found else found


def sees_everything(actor: Actor) -> bool:
    return actor.has(*READERS) and scopes(actor) == EVERYTHING


def _within(paths: tuple[str, ...]) -> Q:
    if "" in paths:
        return Q()
    reach = Q(pk__in=[])
    for path in paths:
        reach |= Q(unit__path__startswith=path)
    return reach


def sheets_of(actor: Actor, brief_ids: list[int]) -> QuerySet[BriefSheet]:
    """The sheets of these briefs that add up to this actor's figures."""
    return BriefSheet.objects.filter(_within(scopes(actor)), brief_id__in=brief_ids)


def lines_of(actor: Actor, brief_id: int) -> QuerySet[BriefLine]:
    """The lines that this actor's figures count."""
    return BriefLine.objects.filter(_within(scopes(actor)), brief_id=brief_id)


def _kept_from(actor: Actor) -> Exists:
    """Lines of complaints about conduct that are about this actor or somebody above them."""
    named = Named.objects.filter(casework.named_to(actor), case__conduct=True)
    return Exists(named.filter(case_id=OuterRef("case_id")))


def kept_lines(actor: Actor, brief_id: int) -> QuerySet[BriefLine]:
    """Of the lines that this actor's figures count, those that no part of a figure may tell them of."""
    return lines_of(actor, brief_id).filter(_kept_from(actor))


def shown_to(actor: Actor) -> Q:
    """Those lines whose case this actor may be shown, by number and state.

    Who may read the letter, and the leader, who may not: but a complaint about conduct is shown to
    nobody whom it is about and to nobody below them.
    """
    shown = Q(case__in=casework.visible_cases(actor))
    if actor.has(Role.LEADER):
        shown |= _within(actor.scopes(Role.LEADER)) & ~Q(_kept_from(actor))
    return shown


def may_count(actor: Actor) -> bool:
    """Whether this actor may have a brief made: whoever sees the whole of it."""
    return sees_everything(actor)
