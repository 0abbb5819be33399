"""The life cycle of a reply: one table, applied by compare-and-set, walked by a test."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huiying.kernel.lifecycles import Step, step


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


class SignatureState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("signature", "Asked")
    SIGNED = "signed", pgettext_lazy("signature", "Co-signed")
    REFUSED = "refused", pgettext_lazy("signature", "Not co-signed")
    RECALLED = "recalled", pgettext_lazy("signature", "Request withdrawn")
    VOID = "void", pgettext_lazy("signature", "No longer counts")


S = State
OPEN = frozenset({S.DRAFT, S.IN_REVIEW, S.APPROVED})
WITH_REVIEWER = frozenset({S.IN_REVIEW, S.APPROVED})
# What the agency says now; a correction or a withdrawal ends it.
SAID = frozenset({S.SENT, S.PUBLISHED})
ISSUED = SAID | {S.CORRECTED, S.WITHDRAWN}
# A reply may rest here for good; from everywhere else it must go on.
RESTING = ISSUED | {S.ABANDONED}


# A verb without sources makes a new reply. Each role counts over the unit that answers; the desk's roles
# stand in only where no unit has the case: an answer from a standard text. Guards are `policy.GUARDS`.
STEPS: tuple[Step[State], ...] = (
    step("draft", set(), S.DRAFT, "handler"),
    step("correct", set(), S.DRAFT, "handler clerk dispatcher"),
    step("answer_at_once", set(), S.APPROVED, "clerk"),
    step("save", {S.DRAFT}, S.DRAFT, "handler clerk dispatcher", "live"),
    step("submit", {S.DRAFT}, S.IN_REVIEW, "handler clerk dispatcher", "live"),
    step("take_back", {S.IN_REVIEW}, S.DRAFT, "handler clerk dispatcher", "live"),
    step("send_back", {S.IN_REVIEW, S.APPROVED}, S.DRAFT, "reviewer", "live"),
    step("approve", {S.IN_REVIEW}, S.APPROVED, "reviewer", "live"),
    step("send", {S.APPROVED}, S.SENT, "reviewer", "live"),
    step("send_unreviewed", {S.DRAFT}, S.SENT, "handler", "live exempt"),
    step("publish", {S.APPROVED}, S.PUBLISHED, "reviewer", "live"),
    step("supersede", {S.SENT, S.PUBLISHED}, S.CORRECTED, "reviewer"),
    step("withdraw", {S.SENT, S.PUBLISHED}, S.WITHDRAWN, "reviewer supervisor"),
    step(
        "abandon",
        {S.DRAFT, S.IN_REVIEW, S.APPROVED},
        S.ABANDONED,
        "handler reviewer clerk dispatcher",
    ),
)


G = SignatureState
# What counts for the version that it names; a new version, or the end of the unit's part, makes it void.
STANDING = frozenset({G.ASKED, G.SIGNED, G.REFUSED})
# While the answer is in these, a supporting unit may still sign or refuse, or change its mind.
SIGNING = frozenset({S.DRAFT, S.IN_REVIEW})

# A supporting unit's co-signature of one version. `ask` and `recall` belong to whoever may write the
# answer, `sign` and `refuse` to who speaks for the unit that is asked (`signing.speaks_for`).
SIGNATURE_STEPS: tuple[Step[SignatureState], ...] = (
    step("ask", set(), G.ASKED, "handler clerk dispatcher"),
    step("sign", {G.ASKED, G.REFUSED}, G.SIGNED, "handler reviewer"),
    step("refuse", {G.ASKED, G.SIGNED}, G.REFUSED, "handler reviewer"),
    step("recall", {G.ASKED}, G.RECALLED, "handler clerk dispatcher"),
    step("void", set(STANDING), G.VOID, "handler clerk dispatcher reviewer"),
)


def signature_step(verb: str) -> Step[SignatureState]:
    """The row of the signatures' table for `verb`; raises KeyError for a verb that is not in it."""
    for each in SIGNATURE_STEPS:
        if each.verb == verb:
            return each
    raise KeyError(verb)


def step_of(verb: str) -> Step[State]:
    """The row of the table for `verb`; raises KeyError for a verb that is not in it."""
    for each in STEPS:
        if each.verb == verb:
            return each
    raise KeyError(verb)
