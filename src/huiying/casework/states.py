"""The life cycle of a case file: one table, applied by compare-and-set, walked by a test."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    RECEIVED = "received", _("Received")
    TRIAGED = "triaged", _("Sorted")
    ASSIGNED = "assigned", _("Assigned")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting for the resident")
    RETURNED = "returned", _("Returned to the desk")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


class Outcome(models.TextChoices):
    SOLVED = "solved", _("Solved")
    PARTLY = "partly", _("Partly solved")
    CANNOT_ACT = "cannot_act", _("Cannot act")
    NOT_OURS = "not_ours", _("Not ours")
    EXPLAINED = "explained", _("Explained")
    NO_FAULT_FOUND = "no_fault_found", _("No fault found")
    WITHDRAWN = "withdrawn", _("Withdrawn by the writer")


class ReturnReason(models.TextChoices):
    NOT_OUR_FIELD = "not_our_field", _("Not our field")
    NOT_OUR_AREA = "not_our_area", _("Not our area")
    NEEDS_ANOTHER_UNIT = "needs_another_unit", _("Another unit must lead")
    UNCLEAR = "unclear", _("The letter is not clear enough")
    SAME_MATTER = "same_matter", _("The same matter is already being handled")


class Vote(models.TextChoices):
    SOLVED = "solved", _("Solved")
    PARTLY = "partly", _("Partly solved")
    NOT_SOLVED = "not_solved", _("Not solved")


S = State
# A supervisor of the whole agency. Sorts what the desk may not see: a complaint about the desk itself.
HEAD = "head"
OPEN = frozenset({S.RECEIVED, S.TRIAGED, S.ASSIGNED, S.IN_PROGRESS, S.WAITING, S.RETURNED})
AT_UNIT = frozenset({S.ASSIGNED, S.IN_PROGRESS, S.WAITING})
# A case may rest here for good; from everywhere else it must go on.
RESTING = frozenset({S.CLOSED})
# Returns after which the desk no longer decides alone.
RETURNS_BEFORE_SUPERVISOR = 2


@dataclass(frozen=True, slots=True)
class Step:
    """`verb` leads from any of `sources` to `target`; `roles` may do it; `guard` names a further rule."""

    verb: str
    sources: frozenset[State]
    target: State
    roles: frozenset[str]
    guard: str = ""


def _step(verb: str, sources: set[State], target: State, roles: str, guard: str = "") -> Step:
    return Step(verb, frozenset(sources), target, frozenset(roles.split()), guard)


STEPS: tuple[Step, ...] = (
    _step("answer_at_once", {S.RECEIVED, S.TRIAGED}, S.ANSWERED, "clerk", "standard_answer"),
    _step("triage", {S.RECEIVED, S.RETURNED}, S.TRIAGED, "clerk dispatcher head"),
    _step("decline", {S.RECEIVED, S.TRIAGED, S.RETURNED}, S.CLOSED, "dispatcher"),
    _step("assign", {S.TRIAGED, S.RETURNED}, S.ASSIGNED, "dispatcher head", "lead"),
    _step("accept", {S.ASSIGNED}, S.IN_PROGRESS, "handler"),
    _step("return_to_desk", {S.ASSIGNED, S.IN_PROGRESS}, S.RETURNED, "handler"),
    _step("reassign", set(AT_UNIT), S.ASSIGNED, "dispatcher head", "lead"),
    _step("ask_resident", {S.IN_PROGRESS}, S.WAITING, "handler"),
    _step("resume", {S.WAITING}, S.IN_PROGRESS, "handler resident system"),
    _step("answer", {S.IN_PROGRESS}, S.ANSWERED, "reviewer", "approved_reply"),
    _step("close", {S.ANSWERED}, S.CLOSED, "handler dispatcher supervisor", "proof"),
    _step("reopen", {S.ANSWERED, S.CLOSED}, S.IN_PROGRESS, "resident supervisor", "had_unit"),
    _step("reopen", {S.ANSWERED, S.CLOSED}, S.RETURNED, "resident supervisor", "had_no_unit"),
    _step("withdraw", set(OPEN), S.CLOSED, "resident", "last_report"),
    _step("take_back_from_named", set(AT_UNIT), S.RETURNED, "clerk dispatcher supervisor system"),
)


def steps_of(verb: str) -> tuple[Step, ...]:
    """The rows of the table for `verb`; raises KeyError for a verb that is not in it."""
    found = tuple(step for step in STEPS if step.verb == verb)
    if not found:
        raise KeyError(verb)
    return found


def leads(verb: str, source: str) -> bool:
    """True where `verb` may start from `source`."""
    return any(source in step.sources for step in steps_of(verb))
