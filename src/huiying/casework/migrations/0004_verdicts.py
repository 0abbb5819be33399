import django.db.models.deletion
from django.db import migrations, models

VERDICTS_STAY = """
CREATE TRIGGER verdict_rows BEFORE UPDATE OR DELETE ON casework_verdict
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER verdict_whole BEFORE TRUNCATE ON casework_verdict
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
# So far they stood in payloads alone, which can be erased.
VERDICTS_SO_FAR = """
INSERT INTO casework_verdict (report_id, at, vote)
SELECT r.id, e.at, p.data ->> 'vote'
FROM record_entry e
JOIN record_payload p ON p.entry_id = e.id
JOIN intake_submission s ON s.label = substr(e.subject, length('submission:') + 1)
JOIN casework_report r ON r.submission_id = s.id
WHERE e.action = 'report.vote' AND p.data ->> 'vote' IN ('solved', 'partly', 'not_solved')
ORDER BY e.at, e.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ('casework', '0003_clocks_and_lists'),
        ('intake', '0002_nothing_vanishes'),
        ('record', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('vote', models.CharField(choices=[('solved', 'Solved'), ('partly', 'Partly solved'), ('not_solved', 'Not solved')], max_length=12)),
                ('report', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='casework.report')),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='verdict_at')],
                'constraints': [models.CheckConstraint(condition=models.Q(('vote__in', ['solved', 'partly', 'not_solved'])), name='verdict_known')],
            },
        ),
        migrations.RunSQL(VERDICTS_STAY, migrations.RunSQL.noop),
        migrations.RunSQL(VERDICTS_SO_FAR, migrations.RunSQL.noop),
    ]
