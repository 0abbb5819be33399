"""Who may see a case and who may act on it. Rows reach a page only through `visible_cases`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.agencies.models import Membership, Role, Unit
from huiying.agencies.reads import ABOVE_OTHERS, ancestors
from huiying.casework.errors import NeedsSupervisor, WrongState
from huiying.casework.models import Assignment, CaseFile, Move, Named
from huiying.casework.states import (
    AT_UNIT,
    HEAD,
    OPEN,
    RETURNS_BEFORE_SUPERVISOR,
    STAYS,
    Outcome,
    State,
    steps_of,
)
from huiying.kernel.actors import Actor
from huiying.kernel.lifecycles import Step
from huiying.kernel.refusals import NotAllowed, NotFound, Refusal

READS_ALL = (Role.CLERK, Role.DISPATCHER, Role.AUDITOR, "system")
READS_BELOW = (Role.HANDLER, Role.REVIEWER, Role.SUPERVISOR)
SAYS_WHO_SIGNS = frozenset({Role.DISPATCHER, HEAD})
JOINS = frozenset({Role.DISPATCHER, HEAD})
WEIGHS = frozenset({Role.CLERK, Role.DISPATCHER, HEAD})
# What the desk no longer decides alone once units have sent the case back too often.
GIVES = {"assign", "reassign", "split"}


def named_to(actor: Actor) -> Q:
    """Rows of `Named` that keep a complaint from this actor: their own name, that of a unit they are
    in or below, or that of somebody who leads such a unit.
    """
    above = {step for path in actor.scopes("belongs") for step in ancestors(path)}
    accounts = [int(scope) for scope in actor.scopes("account", "under")]
    units = Unit.objects.filter(path__in=above).values("pk")
    return Q(unit_id__in=units) | Q(account_id__in=accounts)


def kept_from(actor: Actor) -> Q:
    """Cases that are kept from this actor, because a complaint about conduct is about them."""
    named = Named.objects.filter(named_to(actor), case_id=OuterRef("pk"))
    return Q(Exists(named), conduct=True)


def units_below(scopes: Iterable[str]) -> QuerySet[Unit]:
    """The units at or below any of these paths."""
    reach = Q(pk__in=[])
    for scope in scopes:
        reach |= Q(path__startswith=scope)
    return Unit.objects.filter(reach)


def reads_everything(actor: Actor) -> bool:
    """True where the actor's sight does not end at some units."""
    return actor.has(*READS_ALL) or "" in actor.scopes(*READS_BELOW)


def visible_cases(actor: Actor) -> QuerySet[CaseFile]:
    """The case files whose letters this actor may read. Lists use the same rule as `sight.Sight`.

    The desk and the auditor see all; handlers, reviewers and supervisors those in which a unit at or
    below theirs has a part; leaders and administrators none. A complaint about conduct is kept from
    those it is about and from everybody below them, whatever their role.
    """
    everything = CaseFile.objects.all()
    if actor.has("system"):
        return everything
    if reads_everything(actor):
        seen = everything
    elif actor.has(*READS_BELOW):
        units = units_below(actor.scopes(*READS_BELOW)).values("pk")
        part = Assignment.objects.filter(
            case_id=OuterRef("pk"), unit_id__in=units, ended_at=None, part=Assignment.Part.SUPPORT
        )
        seen = everything.filter(Q(lead_unit_id__in=units) | Exists(part))
    else:
        return CaseFile.objects.none()
    return seen.exclude(kept_from(actor))


def find(actor: Actor, number: int) -> CaseFile:
    """The case with this number, if this actor may see it; NotFound otherwise, as if it were not there."""
    case = (
        visible_cases(actor).select_related("lead_unit", "category").filter(number=number).first()
    )
    if case is None:
        raise NotFound
    return case


def _reaches(actor: Actor, role: str, case: CaseFile) -> bool:
    if role == HEAD:
        return "" in actor.scopes(Role.SUPERVISOR)
    if role in {Role.HANDLER, Role.REVIEWER, Role.SUPERVISOR}:
        path = case.lead_unit.path if case.lead_unit else ""
        return any(path.startswith(scope) for scope in actor.scopes(role))
    return actor.has(role)


def plays_part(actor: Actor, roles: frozenset[str], case: CaseFile) -> bool:
    """True where the actor has one of `roles` over this case (over its lead unit, for a unit's role)."""
    return any(_reaches(actor, role, case) for role in roles)


def is_theirs(actor: Actor, verb: str) -> bool:
    """True where `verb` belongs to a role of this actor, on whichever case."""
    roles = frozenset().union(*(step.roles for step in steps_of(verb)))
    return actor.has(*roles) or (HEAD in roles and "" in actor.scopes(Role.SUPERVISOR))


def _came_from(source: State) -> Callable[[CaseFile], bool]:
    """The guard of a case whose last step started from `source`. One query."""

    def came(case: CaseFile) -> bool:
        moves = Move.objects.filter(case_id=case.pk).exclude(verb__in=STAYS).order_by("-id")
        return moves.values_list("source", flat=True).first() == source

    return came


# What a step of the table asks of the case beside its state, by the name that the table gives it.
GUARDS: dict[str, Callable[[CaseFile], bool]] = {
    "with_unit": lambda case: case.lead_unit_id is not None,
    "with_no_unit": lambda case: case.lead_unit_id is None,
    "not_withdrawn": lambda case: case.outcome != Outcome.WITHDRAWN,
    "came_from_received": _came_from(State.RECEIVED),
    "came_from_triaged": _came_from(State.TRIAGED),
    "came_from_returned": _came_from(State.RETURNED),
    "came_from_assigned": _came_from(State.ASSIGNED),
    "came_from_in_progress": _came_from(State.IN_PROGRESS),
    "came_from_waiting": _came_from(State.WAITING),
}
UNMET: dict[str, str | Promise] = {
    "not_withdrawn": _("The writer withdrew this. Only they can write again."),
}


def guarded(step: Step[State], case: CaseFile) -> bool:
    """True where every guard of the step lets this case pass."""
    return all(GUARDS[guard](case) for guard in step.guards)


def _unmet(steps: Iterable[Step[State]], case: CaseFile) -> str | Promise | None:
    """What the first guard that stops the case says of it."""
    unmet = (guard for step in steps for guard in step.guards if not GUARDS[guard](case))
    return UNMET.get(next(unmet, ""))


def may_step(actor: Actor, verb: str, case: CaseFile) -> Refusal | None:
    """Why this actor cannot do `verb` on this case now, or None where they can."""
    steps = steps_of(verb)
    if not any(plays_part(actor, step.roles, case) for step in steps):
        return NotAllowed()
    from_here = [step for step in steps if case.state in step.sources]
    if not from_here:
        return WrongState(WHEN.get(verb))
    if not any(guarded(step, case) for step in from_here):
        return WrongState(_unmet(from_here, case))
    decides = frozenset({Role.SUPERVISOR, "system"})
    sent_back = case.returns >= RETURNS_BEFORE_SUPERVISOR
    if verb in GIVES and sent_back and not plays_part(actor, decides, case):
        return NeedsSupervisor()
    return None


def require_step(actor: Actor, verb: str, case: CaseFile) -> None:
    """Raise the refusal that `may_step` gives."""
    refusal = may_step(actor, verb, case)
    if refusal is not None:
        raise refusal


def may_mark_conduct(actor: Actor) -> bool:
    """The desk, and a supervisor of the whole agency; a unit cannot shut others out."""
    return actor.has(Role.CLERK, Role.DISPATCHER, "system") or "" in actor.scopes(Role.SUPERVISOR)


def may_say_who_signs(actor: Actor, case: CaseFile) -> bool:
    """The dispatcher, or a supervisor of the whole agency, while a unit has the case."""
    return at_unit(case) and plays_part(actor, SAYS_WHO_SIGNS, case)


def may_take_calls(actor: Actor) -> bool:
    """Clerks of the desk speak with those who call or come."""
    return actor.has(Role.CLERK)


def may_note(actor: Actor) -> bool:
    """Whoever works on cases may write a note on those that they see; the auditor only reads."""
    return actor.has(Role.CLERK, Role.DISPATCHER, *READS_BELOW)


def may_number(actor: Actor) -> bool:
    """The desk and supervisors say under which number another system knows a case that they see."""
    return actor.has(Role.CLERK, Role.DISPATCHER, Role.SUPERVISOR)


def may_know_pressed(actor: Actor) -> bool:
    """Whether a writer was pressed to withdraw: for the agency's supervisor alone."""
    return "" in actor.scopes(Role.SUPERVISOR)


def _barred_paths(case: CaseFile) -> tuple[str, ...]:
    """The paths whose units, and all below, can have no part in this complaint about conduct."""
    if not case.conduct:
        return ()
    named = Named.objects.filter(case=case)
    led = Membership.objects.filter(
        account__in=named.values("account_id"), role__in=ABOVE_OTHERS, ended_at=None
    ).exclude(unit__parent=None)
    paths = named.exclude(unit=None).values_list("unit__path", flat=True)
    return tuple(paths.union(led.values_list("unit__path", flat=True)))


def barred(case: CaseFile, units: Iterable[Unit]) -> set[Unit]:
    """Those of `units` that can have no part in the case: a complaint about conduct names them, one
    above them, or somebody who leads one of these.
    """
    paths = _barred_paths(case)
    return {unit for unit in units if unit.path.startswith(paths)}


def sorter_left(case: CaseFile) -> bool:
    """True where at least one dispatcher, or a supervisor of the whole agency, may still see the case:
    a complaint that hides itself from all of them would have vanished.
    """
    barred_paths = _barred_paths(case)
    named = Named.objects.filter(case=case).exclude(account=None)
    dispatchers = Membership.objects.filter(
        Q(role=Role.DISPATCHER) | Q(role=Role.SUPERVISOR, unit__parent=None),
        ended_at=None,
        account__is_active=True,
    ).exclude(account__in=named.values("account_id"))
    rows = Membership.objects.filter(
        account__in=dispatchers.values("account_id"), ended_at=None
    ).values_list("account_id", "unit__path")
    paths: dict[int, list[str]] = {}
    for account_id, path in rows:
        paths.setdefault(account_id, []).append(path)
    return any(not any(path.startswith(barred_paths) for path in held) for held in paths.values())


@dataclass(frozen=True, slots=True)
class Act:
    """One act on the case page: `reason` says why it is disabled, empty where it is allowed."""

    verb: str
    reason: str | Promise = ""

    @property
    def allowed(self) -> bool:
        return not self.reason


OFFERED = (
    "triage",
    "assign",
    "reassign",
    "accept",
    "ask_resident",
    "resume",
    "return_to_desk",
    "decline",
    "close",
    "reopen",
)
WHEN: dict[str, str | Promise] = {
    "triage": _("A case can be sorted until a unit has it, and again when it is returned."),
    "assign": _("A case is assigned once it is sorted or was returned."),
    "reassign": _("Only a case that a unit holds can be given to another one."),
    "accept": _("Only a case that was just assigned can be accepted."),
    "return_to_desk": _("Only a case that your unit holds can be returned."),
    "ask_resident": _("Accept the case first; then you can ask the writer."),
    "resume": _("Nobody is waiting for the writer now."),
    "decline": _("A case that a unit holds cannot be declined; the unit returns it first."),
    "close": _("A case can be closed once it is answered."),
    "reopen": _("Only an answered or closed case can be reopened."),
    "join": _("Only a case that is open and not joined already can be joined to another."),
    "unjoin": _("This case is not joined to another one."),
    "split": _(
        "A letter is split while the desk has it: before a unit gets it, or when it is returned."
    ),
    "unsplit": _("This case is not split."),
}


def acts_on(actor: Actor, case: CaseFile) -> list[Act]:
    """The acts that belong to this actor's roles here, each disabled one with its reason."""
    found = []
    for name in OFFERED:
        refusal = may_step(actor, name, case)
        if refusal is None:
            found.append(Act(name))
        elif isinstance(refusal, WrongState | NeedsSupervisor):
            found.append(Act(name, refusal.said))
    if may_report(actor, case):
        found.append(Act("interim"))
    if may_say_who_signs(actor, case):
        found.append(Act("co_signing"))
    if case.state in OPEN and plays_part(actor, WEIGHS, case):
        found.append(Act("weigh"))
    if may_mark_conduct(actor):
        found.append(Act("mark_conduct"))
    return found


def handles(actor: Actor, case: CaseFile) -> bool:
    """Whether this actor works in the unit that leads the case."""
    return plays_part(actor, frozenset({Role.HANDLER}), case)


def may_report(actor: Actor, case: CaseFile) -> bool:
    """Whether this actor may tell the writers how it stands: the lead unit, while it works on the case."""
    return handles(actor, case) and case.state in (State.IN_PROGRESS, State.WAITING)


def at_unit(case: CaseFile) -> bool:
    """True where a unit holds the case now."""
    return case.state in AT_UNIT


def chosen_step(verb: str, case: CaseFile) -> Step[State]:
    """The row of the table that `verb` takes from the case's state; `reopen` has two.

    Raises WrongState where none starts there, or its guards do not let the case pass.
    """
    for step in steps_of(verb):
        if case.state in step.sources and guarded(step, case):
            return step
    raise WrongState
