from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Whom a step tells, from below to above."""

    HOLDERS = "holders", _("Those who have the case")
    UNIT_HEAD = "unit_head", _("Head of the unit")
    AGENCY_SUPERVISOR = "agency_supervisor", _("Supervisor of the whole agency")
    LEADER = "leader", _("Leader in charge")


class Kind(models.TextChoices):
    """Why a matter stands on the list."""

    SUPERVISION = "supervision", _("Supervised")
    IN_CHARGE = "in_charge", _("A leader is in charge")
    INSTRUCTION = "instruction", _("A leader's instruction")


LADDER: tuple[Audience, ...] = tuple(Audience)


def above(audience: str) -> Audience | None:
    """Who is told next where nobody of `audience` took note, or there is nobody; None at the top."""
    place = LADDER.index(Audience(audience)) + 1
    return LADDER[place] if place < len(LADDER) else None
