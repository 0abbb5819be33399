import django.db.models.deletion
from django.db import migrations, models

FIXED = """
DROP TRIGGER harmdecision_fixed ON casework_harmdecision;
CREATE TRIGGER harmdecision_fixed BEFORE UPDATE ON casework_harmdecision
  FOR EACH ROW WHEN (
    OLD.case_id <> NEW.case_id
    OR OLD.fact <> NEW.fact
    OR OLD.holds <> NEW.holds
    OR OLD.at <> NEW.at
    OR (OLD.reason <> NEW.reason AND NEW.reason <> '')
    {more}
  ) EXECUTE FUNCTION huiying_refuse();
"""
FORWARD = FIXED.format(more="OR OLD.along_with_id IS DISTINCT FROM NEW.along_with_id")
BACK = FIXED.format(more="")


class Migration(migrations.Migration):
    dependencies = [("casework", "0027_urgent_first")]

    operations = [
        migrations.AddField(
            model_name="harmdecision",
            name="along_with",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="casework.casefile",
            ),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
