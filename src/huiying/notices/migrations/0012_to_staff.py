from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Find the notices to staff without reading past those to residents."""

    atomic = False
    dependencies = [("notices", "0011_news_first")]

    operations = [
        AddIndexConcurrently(
            "outgoing",
            models.Index(
                fields=["-made_at", "-id"],
                condition=models.Q(("recipient__startswith", "staff:")),
                name="outgoing_staff",
            ),
        ),
    ]
