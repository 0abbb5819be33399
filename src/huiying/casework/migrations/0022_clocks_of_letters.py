import datetime

from django.db import migrations, models

# Letters that were taken up again or stood still: what their moves and their cases say of it.
FILL = """
UPDATE casework_report r SET again_at = m.at
FROM (
  SELECT case_id, max(at) AS at FROM casework_move WHERE verb IN ('reopen', 'take_out') GROUP BY case_id
) m
WHERE m.case_id = r.case_id AND r.own_case_id IS NULL AND r.ended_at IS NULL;
UPDATE casework_report r SET paused = c.paused
FROM casework_casefile c
WHERE c.id = coalesce(r.own_case_id, r.case_id) AND c.paused > interval '0' AND r.ended_at IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0021_late_when_decided")]

    operations = [
        migrations.AddField("report", "again_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "report",
            "paused",
            models.DurationField(default=datetime.timedelta, db_default=datetime.timedelta()),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
