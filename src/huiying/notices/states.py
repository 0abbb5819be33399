from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiying.kernel.lifecycles import Step, step


class Way(models.TextChoices):
    """How somebody hears of what happened. The page shows everything, whatever else was chosen."""

    PAGE = "page", _("On the page alone")
    MAIL = "mail", _("By e-mail")
    SMS = "sms", _("By text message")
    LETTER = "letter", _("By post")
    CALL = "call", _("By a call")


class Result(models.TextChoices):
    """How a notice ended; empty while it waits."""

    WAITING = "", _("On its way")
    SENT = "sent", _("Sent")
    NO_ADDRESS = "no_address", _("Nobody to send it to")
    WITHDRAWN = "withdrawn", _("The letter was withdrawn first")
    BY_HAND = "by_hand", _("Handed to a clerk")
    GAVE_UP = "gave_up", _("Could not be sent")
    BOUNCED = "bounced", _("Came back")
    UNWANTED = "unwanted", _("Not wanted by mail")
    GATHERED = "gathered", _("In the mail of the day")
    NOT_THEIRS = "not_theirs", _("Not for them any more")


FAILED = (Result.GAVE_UP, Result.BOUNCED)
# By whom: the worker, and a mail server that tells the worker afterwards.
STEPS: tuple[Step[Result], ...] = (
    step("send", {Result.WAITING}, Result.SENT, "system"),
    step("find_nobody", {Result.WAITING}, Result.NO_ADDRESS, "system"),
    step("leave_in_peace", {Result.WAITING}, Result.WITHDRAWN, "system"),
    step("hand_over", {Result.WAITING}, Result.BY_HAND, "system"),
    step("spare", {Result.WAITING}, Result.UNWANTED, "system"),
    step("keep_back", {Result.WAITING}, Result.NOT_THEIRS, "system"),
    step("gather", {Result.WAITING}, Result.GATHERED, "system"),
    step("give_up", {Result.WAITING}, Result.GAVE_UP, "system"),
    step("bounce", {Result.SENT}, Result.BOUNCED, "system"),
)


class TimingKind(Enum):
    """What becomes of a notice to staff: sent now, later, in the mail of the day, or not at all."""

    NOW = "now"
    LATER = "later"
    DIGEST = "digest"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Timing:
    """`at` is when it goes later, or when the mail of the day does."""

    kind: TimingKind
    at: datetime | None = None


# What a person of the desk does: print and post, or ring.
HAND_WAYS = (Way.LETTER, Way.CALL)
# Worth a stamp or a call; of the rest, the page tells.
WORTH_A_HAND = frozenset(
    {"question", "answered", "declined", "corrected", "answer_withdrawn", "helper"}
)
MOST_CALLS = 3


class ErrandState(models.TextChoices):
    WAITING = "waiting", _("Waits for a clerk")
    DONE = "done", _("Done")
    FAILED = "failed", _("Did not reach them")
    LEFT = "left", _("Another way was chosen since")


class CallResult(models.TextChoices):
    REACHED = "reached", _("Reached: they were told")
    NOBODY = "nobody", _("Nobody answered")
    LATER = "later", _("They ask to be called again")
    WRONG_NUMBER = "wrong_number", _("The number is wrong")


E = ErrandState
ERRAND_STEPS: tuple[Step[ErrandState], ...] = (
    step("post", {E.WAITING}, E.DONE, "clerk"),
    step("cannot_post", {E.WAITING}, E.FAILED, "clerk"),
    step("reach", {E.WAITING}, E.DONE, "clerk"),
    step("miss", {E.WAITING}, E.WAITING, "clerk"),
    step("miss_for_good", {E.WAITING}, E.FAILED, "clerk"),
    step("leave", {E.WAITING}, E.LEFT, "resident"),
)


def errand_step(verb: str) -> Step[ErrandState]:
    """The row of the table for `verb`; raises StopIteration for a verb that is not in it."""
    return next(each for each in ERRAND_STEPS if each.verb == verb)
