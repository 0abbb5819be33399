"""What becomes of a wish to change a shift."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huiying.kernel.lifecycles import Step, step


class Kind(models.TextChoices):
    """Two shifts change hands; one does; a supervisor puts somebody in; somebody cannot come."""

    SWAP = "swap", _("Swap")
    SUBSTITUTE = "substitute", _("Substitute")
    PUT = "put", _("Put in by a supervisor")
    ABSENCE = "absence", _("Absence")


class ChangeState(models.TextChoices):
    ASKED = "asked", _("waits for the other person")
    AGREED = "agreed", _("waits for approval")
    APPROVED = "approved", _("in force")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("taken back")
    LAPSED = "lapsed", _("fell away: the plan changed")


OPEN = (ChangeState.ASKED, ChangeState.AGREED)

# Roles: who asked, the other of the two, who keeps the roster, the worker.
STEPS: tuple[Step[ChangeState], ...] = (
    step("agree", {ChangeState.ASKED}, ChangeState.AGREED, "other"),
    step("refuse", set(OPEN), ChangeState.REFUSED, "other keeper"),
    step("withdraw", set(OPEN), ChangeState.WITHDRAWN, "asker"),
    step("approve", {ChangeState.AGREED}, ChangeState.APPROVED, "keeper"),
    step("lapse", set(OPEN), ChangeState.LAPSED, "system"),
)
BY_VERB = {each.verb: each for each in STEPS}


class LogKind(models.TextChoices):
    NOTE = "note", _("Note")
    HANDOVER = "handover", _("Hand-over")
    TAKEN_OVER = "taken_over", _("Taken over")


class Cover(models.TextChoices):
    """What time somebody must be on duty."""

    ALWAYS = "always", _("Day and night, every day")
    OFFICE = "office", _("While the offices work")
    OFF_HOURS = "off_hours", _("While the offices are closed")
