from django.db import models


class LimitKey(models.Model):
    """The random key of one day's buckets; with it goes the last way back from a bucket."""

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    day = models.DateField(unique=True)
    key = models.BinaryField(max_length=32)


class Limit(models.Model):
    """How often something was tried in one window.

    `bucket` is an HMAC whose key is random, changes daily and is deleted after a day.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE", "DELETE")

    bucket = models.BinaryField(max_length=32)
    window = models.DateTimeField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bucket", "window"], name="limit_bucket_window_once")
        ]
        indexes = [models.Index(fields=["window"], name="limit_window")]
