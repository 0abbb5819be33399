from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

OPEN_VALUES = ["assigned", "in_progress", "received", "returned", "triaged", "waiting"]
# Danger was the only fact before: cases with it are the only rows that are written.
URGENT = "UPDATE casework_casefile SET urgency = 3 WHERE danger AND urgency <> 3"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("casework", "0026_harm")]

    operations = [
        migrations.RunSQL(URGENT, migrations.RunSQL.noop),
        AddIndexConcurrently(
            "casefile",
            models.Index(
                fields=["-urgency", "due_at", "id"],
                condition=Q(state__in=OPEN_VALUES, urgency__gt=0),
                name="case_open_urgent",
            ),
        ),
        AddIndexConcurrently(
            "casefile",
            models.Index(
                fields=["-received_at", "-id"], condition=Q(urgency__gt=0), name="case_urgent"
            ),
        ),
        RemoveIndexConcurrently("casefile", "case_open_danger"),
    ]
