from django.db import models


class WorkCalendar(models.Model):
    """Hours, weekends and holidays by which an office works; `name` in each language."""

    code = models.CharField(max_length=60, unique=True)
    name = models.JSONField()


class CalendarVersion(models.Model):
    """What a calendar says from `adopted_at` on, until the next version. Append-only.

    `definition` is that of `definitions.Definition.as_data`; `source` where its holidays come from. The
    entry of its adoption holds `digest`, so that the record proves what it said.
    """

    database_rights = ("SELECT", "INSERT")

    calendar = models.ForeignKey(
        WorkCalendar, on_delete=models.PROTECT, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    adopted_at = models.DateTimeField()
    adopted_by = models.CharField(max_length=60)  # an actor's label
    note = models.CharField(max_length=500, blank=True)
    source = models.TextField(blank=True)
    definition = models.JSONField()
    digest = models.CharField(max_length=64)  # SHA-256 of it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_once"),
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="calendar_version_from_one"
            ),
        ]
