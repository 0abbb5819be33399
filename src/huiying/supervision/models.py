from django.db import models
from django.db.models import Q

from huiying.casework.models import CaseFile
from huiying.supervision.states import Audience


class EscalationPolicy(models.Model):
    """Whom to tell when, from `adopted_at` on, until the next version. Append-only.

    `definition` is that of `definitions.Definition.as_data`; the entry of its adoption holds `digest`.
    """

    database_rights = ("SELECT", "INSERT")

    number = models.PositiveIntegerField(unique=True)
    adopted_at = models.DateTimeField()
    adopted_by = models.CharField(max_length=60)  # an actor's label
    note = models.CharField(max_length=500, blank=True)
    definition = models.JSONField()
    digest = models.CharField(max_length=64)  # SHA-256 of it


class Alert(models.Model):
    """That a step of the policy was told of a case, in one round of it. The row is the claim: once only.

    `level` counts how often nobody took note; `audience` is the highest that was told. `digest_due_at`
    where it goes out with the day's others, `acknowledge_by` where somebody has to take note. `policy` is
    the version's number.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, related_name="alerts", db_index=False
    )
    round = models.SmallIntegerField()
    percent = models.SmallIntegerField()
    level = models.SmallIntegerField(default=0)
    audience = models.CharField(max_length=20, choices=Audience.choices)
    policy = models.PositiveIntegerField()
    at = models.DateTimeField()
    digest_due_at = models.DateTimeField(null=True)
    digested_at = models.DateTimeField(null=True)
    acknowledge_by = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=60, blank=True, db_default="")  # actor's label
    raised_at = models.DateTimeField(null=True)  # looked at again, since nobody took note in time

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round", "percent", "level"], name="alert_once"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="alert_audience"
            ),
        ]
        indexes = [
            models.Index(
                fields=["digest_due_at", "id"],
                condition=Q(digest_due_at__isnull=False, digested_at=None),
                name="alert_digest_waits",
            ),
            models.Index(
                fields=["acknowledge_by", "id"],
                condition=Q(acknowledge_by__isnull=False, acknowledged_at=None, raised_at=None),
                name="alert_unacknowledged",
            ),
        ]
