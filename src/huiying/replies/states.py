"""The life cycle of a reply: one table, applied by compare-and-set, walked by a test."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("answer", "Draft")
    IN_REVIEW = "in_review", pgettext_lazy("answer", "In review")
    APPROVED = "approved", pgettext_lazy("answer", "Approved")
    SENT = "sent", pgettext_lazy("answer", "Sent to the writer")
    PUBLISHED = "published", pgettext_lazy("answer", "Published")
    CORRECTED = "corrected", pgettext_lazy("answer", "Corrected")
    WITHDRAWN = "withdrawn", pgettext_lazy("answer", "Withdrawn")
    ABANDONED = "abandoned", pgettext_lazy("answer", "Given up")


class Audience(models.TextChoices):
    PUBLIC = "public", _("Publish it for everybody to read")
    PRIVATE = "private", _("Send it to the writer alone")


class StandardState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("standard answer", "Proposed")
    APPROVED = "approved", pgettext_lazy("standard answer", "In use")
    RETIRED = "retired", pgettext_lazy("standard answer", "No longer used")


S = State
OPEN = frozenset({S.DRAFT, S.IN_REVIEW, S.APPROVED})
WITH_REVIEWER = frozenset({S.IN_REVIEW, S.APPROVED})
# What the agency says now; a correction or a withdrawal ends it.
SAID = frozenset({S.SENT, S.PUBLISHED})
ISSUED = SAID | {S.CORRECTED, S.WITHDRAWN}
# A reply may rest here for good; from everywhere else it must go on.
RESTING = ISSUED | {S.ABANDONED}


@dataclass(frozen=True, slots=True)
class Step:
    """`verb` leads from any of `sources` to `target`; without sources it makes a new reply.

    `roles` may do it, each over the unit that answers; `guard` names a further rule.
    """

    verb: str
    sources: frozenset[State]
    target: State
    roles: frozenset[str]
    guard: str = ""


def _step(verb: str, sources: set[State], target: State, roles: str, guard: str = "") -> Step:
    return Step(verb, frozenset(sources), target, frozenset(roles.split()), guard)


# The desk's roles stand in only where no unit has the case: an answer from a standard text.
STEPS: tuple[Step, ...] = (
    _step("draft", set(), S.DRAFT, "handler", "case_in_hand"),
    _step("correct", set(), S.DRAFT, "handler clerk dispatcher", "said"),
    _step("answer_at_once", set(), S.APPROVED, "clerk", "standard_answer"),
    _step("save", {S.DRAFT}, S.DRAFT, "handler clerk dispatcher", "live"),
    _step("submit", {S.DRAFT}, S.IN_REVIEW, "handler clerk dispatcher", "live"),
    _step("take_back", {S.IN_REVIEW}, S.DRAFT, "handler clerk dispatcher", "live"),
    _step("send_back", {S.IN_REVIEW, S.APPROVED}, S.DRAFT, "reviewer", "live"),
    _step("approve", {S.IN_REVIEW}, S.APPROVED, "reviewer", "second_person"),
    _step("send", {S.APPROVED}, S.SENT, "reviewer", "live"),
    _step("publish", {S.APPROVED}, S.PUBLISHED, "reviewer", "may_be_public"),
    _step("supersede", {S.SENT, S.PUBLISHED}, S.CORRECTED, "reviewer", "correction_issued"),
    _step("withdraw", {S.SENT, S.PUBLISHED}, S.WITHDRAWN, "reviewer supervisor"),
    _step(
        "abandon",
        {S.DRAFT, S.IN_REVIEW, S.APPROVED},
        S.ABANDONED,
        "handler reviewer clerk dispatcher",
    ),
)


def step_of(verb: str) -> Step:
    """The row of the table for `verb`; raises KeyError for a verb that is not in it."""
    for step in STEPS:
        if step.verb == verb:
            return step
    raise KeyError(verb)
