"""The buckets into which a brief puts a case; each case is in one bucket of a kind or in none."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Clock(models.TextChoices):
    """How the deadline of an open case stood."""

    LATE = "late", _("Late")
    PAUSED = "paused", _("Clock paused, waiting for the resident")
    SOON = "soon", _("Due within three days")
    IN_TIME = "in_time", _("More than three days left")


class Decision(models.TextChoices):
    """Why somebody must decide, the gravest first; a case stands under its first reason only."""

    CONDUCT = "conduct", _("Complaint about conduct, with nobody")
    RETURNED_TWICE = "returned_twice", _("Sent back twice: a supervisor decides")
    LONG_LATE = "long_late", _("Late by more than its whole term")
    UNASSIGNED = "unassigned", _("With the desk for over two days")


class Origin(models.TextChoices):
    """Where a case that was open in the period came from."""

    CARRIED = "carried", _("Open when the period began")
    NEW = "new", _("Received in the period")
    BACK = "back", _("Reopened in the period")
    SPLIT = "split", _("Split off from a letter in the period")


class Settled(models.TextChoices):
    """How the first round of a case ended in the period, as far as promises go."""

    ON_TIME = "on_time", _("Answered on time")
    LATE = "late", _("Answered late")
    WITHDRAWN = "withdrawn", _("Withdrawn by the writer")
    JOINED_LATE = "joined", _("Joined to another case when already late")
