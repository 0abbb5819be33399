from django.db import migrations, models

# What is past stays as it was: a time that was set, a mark, who was named. A case that is reopened loses the
# times of its last round, which its moves keep; it never exchanges them for others.
FORWARD = """
CREATE TRIGGER named_fixed BEFORE UPDATE ON casework_named
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER casefile_kept
  BEFORE UPDATE OF conduct, channel, answered_at, closed_at ON casework_casefile
  FOR EACH ROW WHEN (
    (OLD.conduct AND NOT NEW.conduct)
    OR OLD.channel <> NEW.channel
    OR OLD.answered_at <> NEW.answered_at
    OR OLD.closed_at <> NEW.closed_at
  ) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER report_fixed
  BEFORE UPDATE OF submission_id, ended_at, pressed, delivered_at ON casework_report
  FOR EACH ROW WHEN (
    OLD.submission_id <> NEW.submission_id
    OR (OLD.ended_at IS NOT NULL AND OLD.ended_at IS DISTINCT FROM NEW.ended_at)
    OR (OLD.ended_at IS NOT NULL AND NEW.pressed IS NOT NULL AND OLD.pressed IS DISTINCT FROM NEW.pressed)
    OR OLD.delivered_at <> NEW.delivered_at
  ) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER assignment_fixed BEFORE UPDATE ON casework_assignment
  FOR EACH ROW WHEN (
    OLD.case_id <> NEW.case_id
    OR OLD.unit_id <> NEW.unit_id
    OR OLD.part <> NEW.part
    OR OLD.since <> NEW.since
    OR (OLD.ended_at IS NOT NULL AND OLD.ended_at IS DISTINCT FROM NEW.ended_at)
  ) EXECUTE FUNCTION huiying_refuse();
"""
BACK = """
DROP TRIGGER named_fixed ON casework_named;
DROP TRIGGER casefile_kept ON casework_casefile;
DROP TRIGGER report_fixed ON casework_report;
DROP TRIGGER assignment_fixed ON casework_assignment;
"""


class Migration(migrations.Migration):
    dependencies = [('casework', '0004_verdicts')]

    operations = [
        migrations.RemoveConstraint(model_name='named', name='named_once'),
        migrations.RemoveField(model_name='named', name='lifted_at'),
        migrations.AddConstraint(
            model_name='named',
            constraint=models.UniqueConstraint(fields=('case', 'unit', 'account'), name='named_once', nulls_distinct=False),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
