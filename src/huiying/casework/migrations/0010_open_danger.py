from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

OPEN_VALUES = ["assigned", "in_progress", "received", "returned", "triaged", "waiting"]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("casework", "0009_notes")]

    operations = [
        AddIndexConcurrently(
            "casefile",
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state__in=OPEN_VALUES, danger=True),
                name="case_open_danger",
            ),
        )
    ]
