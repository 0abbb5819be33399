from django.db import models


class Limit(models.Model):
    """How often something was tried in one window.

    `bucket` is an HMAC whose key changes daily: it cannot be turned back into an address.
    """

    bucket = models.BinaryField(max_length=32)
    window = models.DateTimeField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bucket", "window"], name="limit_bucket_window_once")
        ]
        indexes = [models.Index(fields=["window"], name="limit_window")]
