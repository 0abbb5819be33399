from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# The name that Django gave it.
LIKE = "notices_outgoing_message_id_217e0a16_like"


class Migration(migrations.Migration):
    """Drop the index that serves LIKE on Message-IDs, which nobody asks; add one for the mail of the day."""

    atomic = False
    dependencies = [("notices", "0009_one_digest")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("outgoing", "message_id", models.CharField(max_length=120)),
                migrations.AddConstraint(
                    "outgoing",
                    models.UniqueConstraint(
                        fields=["message_id"], name="notices_outgoing_message_id_key"
                    ),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX CONCURRENTLY IF EXISTS {LIKE}",
                    f"CREATE INDEX CONCURRENTLY {LIKE} ON notices_outgoing "
                    "(message_id varchar_pattern_ops)",
                ),
            ],
        ),
        AddIndexConcurrently(
            "outgoing",
            models.Index(
                fields=["recipient", "ended_at"],
                condition=models.Q(result="gathered"),
                name="outgoing_gathered",
            ),
        ),
    ]
