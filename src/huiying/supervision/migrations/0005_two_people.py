from django.db import migrations, models
from django.db.models import F, Q

# Versions of before keep who put them in force; nobody proposed them. What a version says stays: it gets
# its decision once, and nothing else of it changes.
FORWARD = """
DROP TRIGGER escalation_policy_rows ON supervision_escalationpolicy;
UPDATE supervision_escalationpolicy SET proposed_at = adopted_at;
CREATE TRIGGER escalation_policy_fixed BEFORE UPDATE ON supervision_escalationpolicy
  FOR EACH ROW WHEN (
    OLD.adopted_at IS NOT NULL
    OR OLD.declined_at IS NOT NULL
    OR OLD.number <> NEW.number
    OR OLD.definition <> NEW.definition
    OR OLD.digest <> NEW.digest
    OR OLD.note <> NEW.note
    OR OLD.proposed_by <> NEW.proposed_by
    OR OLD.proposed_at <> NEW.proposed_at
  ) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER escalation_policy_rows BEFORE DELETE ON supervision_escalationpolicy
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
"""
BACK = """
DROP TRIGGER escalation_policy_fixed ON supervision_escalationpolicy;
DROP TRIGGER escalation_policy_rows ON supervision_escalationpolicy;
CREATE TRIGGER escalation_policy_rows BEFORE UPDATE OR DELETE ON supervision_escalationpolicy
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [('supervision', '0004_matters_kept')]
    operations = [
        migrations.AddField(
            'escalationpolicy',
            'because',
            models.CharField(blank=True, db_default='', max_length=500),
        ),
        migrations.AddField('escalationpolicy', 'declined_at', models.DateTimeField(null=True)),
        migrations.AddField(
            'escalationpolicy',
            'declined_by',
            models.CharField(blank=True, db_default='', max_length=60),
        ),
        migrations.AddField('escalationpolicy', 'proposed_at', models.DateTimeField(null=True)),
        migrations.AddField(
            'escalationpolicy',
            'proposed_by',
            models.CharField(default='', max_length=60),
            preserve_default=False,
        ),
        migrations.RunSQL(FORWARD, BACK),
        migrations.AlterField('escalationpolicy', 'proposed_at', models.DateTimeField()),
        migrations.AlterField('escalationpolicy', 'adopted_at', models.DateTimeField(null=True)),
        migrations.AlterField(
            'escalationpolicy', 'adopted_by', models.CharField(blank=True, max_length=60)
        ),
        migrations.AddConstraint(
            'escalationpolicy',
            models.CheckConstraint(
                condition=Q(adopted_by='', adopted_at=None)
                | (~Q(adopted_by='') & Q(adopted_at__isnull=False)),
                name='escalation_policy_adopted_whole',
            ),
        ),
        migrations.AddConstraint(
            'escalationpolicy',
            models.CheckConstraint(
                condition=~Q(adopted_by=F('proposed_by')), name='escalation_policy_second_person'
            ),
        ),
        migrations.AddConstraint(
            'escalationpolicy',
            models.CheckConstraint(
                condition=Q(declined_by='', declined_at=None, because='')
                | (~Q(declined_by='') & Q(declined_at__isnull=False, adopted_at=None)),
                name='escalation_policy_declined_whole',
            ),
        ),
    ]
