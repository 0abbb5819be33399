from django.db import models
from django.db.models import Q

from huiying.accounts.models import Account
from huiying.clocks.models import WorkCalendar


class Role(models.TextChoices):
    CLERK = "clerk"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Unit(models.Model):
    """A department, township or office; a tree. `path` holds the codes from the root: `county/housing/`."""

    code = models.CharField(max_length=60, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=500, unique=True)
    name = models.JSONField()
    active = models.BooleanField(default=True)  # may be given cases
    # By which it works; None: by that of the unit above.
    calendar = models.ForeignKey(
        WorkCalendar, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["path"], name="unit_path_prefix", opclasses=["text_pattern_ops"])
        ]


class Membership(models.Model):
    """A role that an account has at a unit, from `since` until `ended_at`."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "unit", "role"],
                condition=Q(ended_at=None),
                name="membership_once",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]


class Division(models.Model):
    """A part of the territory, a town or a village: what a clerk may choose as a place while typing.

    `code` begins with that of the division above it.
    """

    code = models.CharField(max_length=12, unique=True)
    name = models.JSONField()
    active = models.BooleanField(default=True)  # in the file that was loaded last
