from django.db import models

from huiying.agencies.models import Unit
from huiying.casework.models import CaseFile
from huiying.routing.models import Category


class Brief(models.Model):
    """One count of one day: the period `starts_at` (in it) to `ends_at` (not in it), and the standing
    at `ends_at`. Kept for good; a later count that differs is the next `version`.
    """

    database_rights = ("SELECT", "INSERT")

    day = models.DateField()
    until = models.TimeField()  # by the clock on the wall in `zone`
    version = models.SmallIntegerField()
    zone = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    computed_at = models.DateTimeField()
    line_count = models.IntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 over the lines, see counting.py

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "until", "version"], name="brief_version_once")
        ]


class BriefLine(models.Model):
    """What one brief says of one case. Codes and counts only.

    A case has a line when it was open at the end or anything happened to it in the period. `unit`,
    `category`, `state` and `due_at` (with the pause so far) are those at the end of the period.
    """

    database_rights = ("SELECT", "INSERT")

    brief = models.ForeignKey(Brief, on_delete=models.PROTECT, related_name="lines", db_index=False)
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.BigIntegerField()
    channel = models.CharField(max_length=12)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    conduct = models.BooleanField()
    danger = models.BooleanField()

    state = models.CharField(max_length=12)
    round = models.SmallIntegerField()
    due_at = models.DateTimeField()
    clock = models.CharField(max_length=8)  # Clock while open, else empty
    decision = models.CharField(max_length=20)  # Decision, or empty

    origin = models.CharField(max_length=8)  # Origin where the case was open in the period
    assigned = models.BooleanField()
    returned = models.BooleanField()
    answered = models.BooleanField()
    answered_outcome = models.CharField(max_length=16)
    settled = models.CharField(max_length=10)  # Settled: how the first round ended in the period
    reopened = models.BooleanField()
    declined = models.BooleanField()
    withdrawn = models.BooleanField()
    closed = models.BooleanField()
    closed_unanswered = models.BooleanField()  # only what was imported can be so
    closed_outcome = models.CharField(max_length=16)

    submissions = models.IntegerField()  # standing behind the case at the end
    new_submissions = models.IntegerField()
    withdrawn_submissions = models.IntegerField()
    votes_solved = models.IntegerField()
    votes_partly = models.IntegerField()
    votes_not_solved = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brief", "case"], name="brief_line_case_once")
        ]
        indexes = [models.Index(fields=["brief", "due_at", "number"], name="brief_line_due")]


class BriefSheet(models.Model):
    """The figures of one brief over the lines of one unit (None: of no unit); the whole is their sum.

    `totals`: {figure: number}. `parts`: {figure: {dimension: {key: number}}}. Zeros are left out.
    """

    database_rights = ("SELECT", "INSERT")

    brief = models.ForeignKey(
        Brief, on_delete=models.PROTECT, related_name="sheets", db_index=False
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    totals = models.JSONField()
    parts = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brief", "unit"], nulls_distinct=False, name="brief_sheet_unit_once"
            )
        ]
