from django.db import models


class Entry(models.Model):
    """One act. Append-only: the application's role may INSERT and SELECT, triggers refuse the rest."""

    database_rights = ("SELECT", "INSERT")

    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    actor = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    commitment = models.BinaryField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="entry_subject_id"),
            models.Index(fields=["action", "at"], name="entry_action_at"),
        ]


class Payload(models.Model):
    """What an entry says beyond its action; erased together with its salt, by a logged act.

    The commitment in `Entry` stays: SHA-256 over the salt and the canonical JSON of the entry.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, primary_key=True, related_name="payload"
    )
    salt = models.BinaryField(max_length=16, null=True)
    data = models.JSONField(null=True)
