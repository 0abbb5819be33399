from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Find the news that are due without reading past however many confirmations wait."""

    atomic = False
    dependencies = [("notices", "0010_lighter_names")]

    operations = [
        AddIndexConcurrently(
            "outgoing",
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(("kind", "received"), _negated=True) & models.Q(ended_at=None),
                name="outgoing_news_due",
            ),
        ),
    ]
