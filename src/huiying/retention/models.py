from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from huiying.casework.models import CaseFile
from huiying.record.models import Entry

LONGEST_HOLD = timedelta(days=184)  # six months


class What(models.TextChoices):
    CONTACT = "contact"
    WORDS = "words"


class Rules(models.Model):
    """One version of the rules: months after closing, days after a search at the desk, and the law behind
    each. None: not erased.

    The newest approved version is in force. Nothing of a version changes but its approval.
    """

    number = models.IntegerField(unique=True)
    contact_months = models.SmallIntegerField(null=True)
    contact_basis = models.TextField(blank=True)
    words_months = models.SmallIntegerField(null=True)
    words_basis = models.TextField(blank=True)
    search_days = models.SmallIntegerField(null=True)
    search_basis = models.TextField(blank=True, db_default="")
    proposed_by = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by="", approved_at=None)
                | (~Q(approved_by="") & Q(approved_at__isnull=False)),
                name="rules_approved_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("proposed_by")), name="rules_second_person"
            ),
        ]


class Hold(models.Model):
    """Erasure of one case's letters stands still from `granted_at` until `until`: two people, a reason."""

    label = models.CharField(max_length=32, unique=True)
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="holds")
    reason = models.TextField()
    until = models.DateTimeField()
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    granted_by = models.CharField(max_length=60, blank=True)
    granted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at=None), name="hold_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(granted_by=F("asked_by")), name="hold_second_person"
            ),
            models.CheckConstraint(
                condition=Q(until__lte=F("asked_at") + LONGEST_HOLD), name="hold_six_months"
            ),
        ]


class Run(models.Model):
    """One going through what is due under one version of the rules; its certificate lists `Erased`."""

    label = models.CharField(max_length=32, unique=True)
    rules = models.ForeignKey(Rules, on_delete=models.PROTECT, related_name="runs")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)


class Erased(models.Model):
    """That contact or words of one letter are gone; `run` is None where its writer asked for it."""

    database_rights = ("SELECT", "INSERT")

    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="erased")
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    submission_label = models.CharField(max_length=32)
    what = models.CharField(max_length=10, choices=What.choices)
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission_label", "what"], name="erased_once")
        ]
