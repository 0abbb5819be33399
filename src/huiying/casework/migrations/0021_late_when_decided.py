from django.db import migrations, models
from django.db.models import Q

# What was decided before stands as it was decided: late was then what was late when it was asked for.
KEPT = """
ALTER TABLE casework_extension DISABLE TRIGGER extension_fixed;
UPDATE casework_extension SET late = due_before < asked_at WHERE decided_at IS NOT NULL;
ALTER TABLE casework_extension ENABLE TRIGGER extension_fixed;
"""
DECIDED_ONCE = """
CREATE TRIGGER extension_late_once BEFORE UPDATE ON casework_extension
  FOR EACH ROW WHEN (OLD.decided_at IS NOT NULL AND OLD.late IS DISTINCT FROM NEW.late)
  EXECUTE FUNCTION huiying_refuse();
"""
BACK = "DROP TRIGGER extension_late_once ON casework_extension;"


class Migration(migrations.Migration):
    dependencies = [("casework", "0020_parts"), ("record", "0002_append_only")]

    operations = [
        migrations.RemoveConstraint("extension", "extension_decided_whole"),
        migrations.AddField("extension", "late", models.BooleanField(null=True)),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        migrations.RunSQL(DECIDED_ONCE, BACK),
        migrations.AddConstraint(
            "extension",
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by="", granted=None, late=None)
                | (
                    Q(decided_at__isnull=False, granted__isnull=False, late__isnull=False)
                    & ~Q(decided_by="")
                ),
                name="extension_decided_whole",
            ),
        ),
    ]
