"""The life cycle of a case file: one table, applied by compare-and-set, walked by a test."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiying.kernel.lifecycles import Step, step


class State(models.TextChoices):
    RECEIVED = "received", _("Received")
    TRIAGED = "triaged", _("Sorted")
    ASSIGNED = "assigned", _("Assigned")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting for the resident")
    RETURNED = "returned", _("Returned to the desk")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")
    JOINED = "joined", _("Joined to another case")
    SPLIT = "split", _("Split into parts")


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
# Only what the desk holds is split: no unit keeps the whole letter in sight.
SPLITTABLE = frozenset({S.RECEIVED, S.TRIAGED, S.RETURNED})
# A case may rest here for good; from everywhere else it must go on.
RESTING = frozenset({S.CLOSED, S.JOINED, S.SPLIT})
# The verbs with which a new round begins.
TAKEN_UP_AGAIN = ("reopen", "take_out")
# The moves that leave a case in its state: of its clocks, of what its writers hear, of the letters there.
STAYS = ("adopt_calendar", "extend", "first_due", "give_back", "interim", "take_in", "weigh")
# Returns after which the desk no longer decides alone.
RETURNS_BEFORE_SUPERVISOR = 2


# The guards are `policy.GUARDS`.
STEPS: tuple[Step[State], ...] = (
    step("answer_at_once", {S.RECEIVED, S.TRIAGED}, S.ANSWERED, "clerk"),
    step("triage", {S.RECEIVED, S.TRIAGED, S.RETURNED}, S.TRIAGED, "clerk dispatcher head"),
    step("decline", {S.RECEIVED, S.TRIAGED, S.RETURNED}, S.CLOSED, "dispatcher"),
    step("assign", {S.TRIAGED, S.RETURNED}, S.ASSIGNED, "dispatcher head"),
    step("accept", {S.ASSIGNED}, S.IN_PROGRESS, "handler"),
    step("return_to_desk", {S.ASSIGNED, S.IN_PROGRESS}, S.RETURNED, "handler"),
    step("reassign", set(AT_UNIT), S.ASSIGNED, "dispatcher head"),
    step("ask_resident", {S.IN_PROGRESS}, S.WAITING, "handler"),
    step("resume", {S.WAITING}, S.IN_PROGRESS, "handler resident helper system"),
    step("answer", {S.IN_PROGRESS}, S.ANSWERED, "reviewer"),
    step("answer_unreviewed", {S.IN_PROGRESS}, S.ANSWERED, "handler"),
    step("close", {S.ANSWERED}, S.CLOSED, "handler dispatcher supervisor"),
    step(
        "reopen",
        {S.ANSWERED, S.CLOSED},
        S.IN_PROGRESS,
        "resident helper supervisor",
        "not_withdrawn with_unit",
    ),
    step(
        "reopen",
        {S.ANSWERED, S.CLOSED},
        S.RETURNED,
        "resident helper supervisor",
        "not_withdrawn with_no_unit",
    ),
    step("withdraw", {*OPEN, S.SPLIT}, S.CLOSED, "resident"),
    step("undo_triage", {S.TRIAGED}, S.RECEIVED, "clerk dispatcher head", "came_from_received"),
    step("undo_triage", {S.TRIAGED}, S.TRIAGED, "clerk dispatcher head", "came_from_triaged"),
    step("undo_triage", {S.TRIAGED}, S.RETURNED, "clerk dispatcher head", "came_from_returned"),
    step("undo_assign", {S.ASSIGNED}, S.TRIAGED, "dispatcher head", "came_from_triaged"),
    step("undo_assign", {S.ASSIGNED}, S.RETURNED, "dispatcher head", "came_from_returned"),
    step("undo_accept", {S.IN_PROGRESS}, S.ASSIGNED, "handler", "came_from_assigned"),
    step("join", set(OPEN), S.JOINED, "dispatcher head"),
    *(
        step("unjoin", {S.JOINED}, state, "dispatcher head", f"came_from_{state}")
        for state in sorted(OPEN)
    ),
    step("take_out", {S.JOINED}, S.IN_PROGRESS, "resident helper", "with_unit"),
    step("take_out", {S.JOINED}, S.RETURNED, "resident helper", "with_no_unit"),
    step("split", set(SPLITTABLE), S.SPLIT, "clerk dispatcher head"),
    *(
        step("unsplit", {S.SPLIT}, state, "clerk dispatcher head", f"came_from_{state}")
        for state in sorted(SPLITTABLE)
    ),
    step("put_back", {S.TRIAGED, S.ASSIGNED}, S.JOINED, "clerk dispatcher head"),
    step("end_empty", set(OPEN), S.CLOSED, "dispatcher head"),
    step("take_back_from_named", set(AT_UNIT), S.RETURNED, "clerk dispatcher supervisor system"),
)


def steps_of(verb: str) -> tuple[Step[State], ...]:
    """The rows of the table for `verb`; raises KeyError for a verb that is not in it."""
    found = tuple(each for each in STEPS if each.verb == verb)
    if not found:
        raise KeyError(verb)
    return found


def leads(verb: str, source: str) -> bool:
    """True where `verb` may start from `source`."""
    return any(source in each.sources for each in steps_of(verb))
