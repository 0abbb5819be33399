from django.db import models

from huiying.doors.states import FileState


class FileImport(models.Model):
    """A file that an administrator uploaded, its map, and what became of its rows.

    The file itself lies in the data folder under a random name and is removed when this ends, or after a
    day. `rejected` holds [line, reason] of the first rows that do not fit; a reason never quotes a row.
    """

    label = models.CharField(max_length=32)
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=FileState, default=FileState.UPLOADED)
    file = models.CharField(max_length=60)
    size = models.BigIntegerField()
    map = models.TextField(blank=True)
    began_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)  # how often the worker began to read it
    ended_at = models.DateTimeField(null=True)
    read = models.BigIntegerField(default=0)
    imported = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    unfit = models.BigIntegerField(default=0)
    rejected = models.JSONField(default=list)
    dropped = models.JSONField(default=list)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["label"], name="file_import_label_once")]
        indexes = [models.Index(fields=["-made_at", "-id"], name="file_import_newest")]
