from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huiying.accounts.models import Account
from huiying.casework.models import CaseFile
from huiying.routing.models import ProposedVersion, adopted_by_another
from huiying.routing.promises.definitions import Stage
from huiying.supervision.states import Audience, Kind


class EscalationPolicy(ProposedVersion):
    """Whom to tell when: proposed by one person, put in force by another or declined with a reason. The
    newest adopted version is in force.

    `definition` is that of `definitions.Definition.as_data`; the entries of proposal and decision hold
    `digest`. The database lets nothing of a version change but its decision, once. Versions of before there
    was a second person have an empty `proposed_by`.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    definition = models.JSONField()
    declined_by = models.CharField(max_length=60, blank=True, db_default="")  # an actor's label
    declined_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=500, blank=True, db_default="")  # why it was declined

    class Meta:
        constraints = [
            *adopted_by_another("escalation_policy"),
            models.CheckConstraint(
                condition=Q(declined_by="", declined_at=None, because="")
                | (~Q(declined_by="") & Q(declined_at__isnull=False, adopted_at=None)),
                name="escalation_policy_declined_whole",
            ),
        ]

    @property
    def has_ended(self) -> bool:
        return self.declined_at is not None


class Alert(models.Model):
    """That a step of the policy was told of a case, in one round of it. The row is the claim: once only.

    `stage` says of which clock; beside that of the answer they begin anew where the case is given to another
    unit, so `began_at` is when it began, None for the answer.
    `level` counts how often nobody took note; `audience` is the highest that was told. `digest_due_at`
    where it goes out with the day's others, `acknowledge_by` where somebody has to take note. `policy` is
    the version's number.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, related_name="alerts", db_index=False
    )
    round = models.SmallIntegerField()
    stage = models.CharField(max_length=16, default=Stage.SOLVE, db_default=Stage.SOLVE)
    began_at = models.DateTimeField(null=True)
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
                fields=["case", "round", "stage", "began_at", "percent", "level"],
                nulls_distinct=False,
                name="alert_once_a_clock",
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="alert_stage"),
            models.CheckConstraint(
                condition=Q(stage=Stage.SOLVE, began_at=None)
                | (~Q(stage=Stage.SOLVE) & Q(began_at__isnull=False)),
                name="alert_of_a_stage_that_began",
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


class StageDays(models.Model):
    """When the clocks of a case beside that of its answer come to the steps of the policy, as reckoned from
    `version` of the case: derived, and made anew whenever that or `reckoned_by` is another now.

    The lists go together: the stage, when its clock began and is due, the step's percentage and its moment.
    `reckoned_by` is a digest of policy, promises, topics and calendars. `next_at` is the first moment not
    looked at yet, None where nothing is left. A stage that has ended stands in none of them.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    case = models.OneToOneField(
        CaseFile, on_delete=models.PROTECT, primary_key=True, related_name="stage_days"
    )
    version = models.IntegerField()
    reckoned_by = models.CharField(max_length=64)
    reckoned_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    stages = ArrayField(models.CharField(max_length=16))
    began = ArrayField(models.DateTimeField())
    dues = ArrayField(models.DateTimeField())
    percents = ArrayField(models.SmallIntegerField())
    moments = ArrayField(models.DateTimeField())

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at", "case"],
                condition=Q(next_at__isnull=False),
                name="stage_days_next",
            )
        ]


class Matter(models.Model):
    """What somebody above a case asks of whoever has it, by a date: a supervisor (督办), or a leader (批示);
    or that a leader answers for a case that has stood for long (包案). It touches nothing of the case.

    The database lets `asked` be emptied, for erasure. `leader` is who answers for the case.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    label = models.CharField(max_length=32, unique=True)
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="matters")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    asked = models.TextField()
    due_on = models.DateField()  # the last day to report, in the agency's zone
    opened_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    leader = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="matter_kind_known"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="matter_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.IN_CHARGE, leader__isnull=False)
                | (~Q(kind=Kind.IN_CHARGE) & Q(leader=None)),
                name="matter_leader_where_in_charge",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(closed_at=None), name="matter_open"),
            models.Index(
                fields=["-closed_at", "-id"],
                condition=Q(closed_at__isnull=False),
                name="matter_closed",
            ),
        ]


class Progress(models.Model):
    """What a unit reported on a matter. Append-only; the database lets the text be emptied, for erasure."""

    database_rights = ("SELECT", "INSERT", "UPDATE")

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="progress")
    author = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    text = models.TextField()
