from django.db import migrations, models

COLUMNS = "number, contact_months, contact_basis, words_months, words_basis, proposed_by, proposed_at"
MORE = f"{COLUMNS}, search_days, search_basis"


def fixed(columns: str) -> str:
    """Nothing of a version changes but its approval."""
    old, new = (", ".join(f"{row}.{each}" for each in columns.split(", ")) for row in ("OLD", "NEW"))
    return f"""
DROP TRIGGER rules_fixed ON retention_rules;
CREATE TRIGGER rules_fixed BEFORE UPDATE ON retention_rules
  FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL OR ({old}) IS DISTINCT FROM ({new}))
  EXECUTE FUNCTION huiying_refuse();
"""


class Migration(migrations.Migration):

    dependencies = [("retention", "0001_initial")]

    operations = [
        migrations.AddField("rules", "search_days", models.SmallIntegerField(null=True)),
        migrations.AddField("rules", "search_basis", models.TextField(blank=True, db_default="")),
        migrations.RunSQL(fixed(MORE), fixed(COLUMNS)),
    ]
