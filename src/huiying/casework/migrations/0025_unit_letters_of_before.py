from django.db import migrations

# After the triggers stand and in a transaction of its own, so that nobody waits for it.
OF_BEFORE = """
INSERT INTO casework_unitletter (unit_id, at, submission_id)
SELECT parts.unit, letter.received_at, letter.id
FROM (
  SELECT id AS case_id, lead_unit_id AS unit FROM casework_casefile WHERE lead_unit_id IS NOT NULL
  UNION
  SELECT case_id, unit_id FROM casework_assignment WHERE part = 'support' AND ended_at IS NULL
) AS parts
JOIN casework_report report ON report.case_id = parts.case_id
JOIN intake_submission letter ON letter.id = report.submission_id
ORDER BY letter.received_at
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):

    dependencies = [("casework", "0024_unit_letters")]

    operations = [migrations.RunSQL(OF_BEFORE, migrations.RunSQL.noop)]
