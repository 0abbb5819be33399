from django.db import models
from django.db.models import F, Q


class Extension(models.Model):
    """More time for an answer: asked for by the unit, decided by a second person, at most one at a time.

    `due_before` is when the answer to the case's own letter was due as it was asked for; `late` whether
    that was over when it was decided; `reason` is for the writers. The database lets nothing of it change
    but the decision, once; and a reason be emptied, for erasure.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    case = models.ForeignKey(
        "casework.CaseFile", on_delete=models.PROTECT, related_name="extensions"
    )
    round = models.SmallIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60)  # an actor's label
    reason = models.TextField()
    due_before = models.DateTimeField()
    until = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    granted = models.BooleanField(null=True)
    late = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round"], condition=Q(decided_at=None), name="extension_one_asked"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by="", granted=None, late=None)
                | (
                    Q(decided_at__isnull=False, granted__isnull=False, late__isnull=False)
                    & ~Q(decided_by="")
                ),
                name="extension_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("asked_by")), name="extension_second_person"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("due_before")), name="extension_is_later"
            ),
        ]
