from django.db import migrations

KEPT = ["growing_growthlist", "growing_growthline", "growing_growthcase"]
FORWARD = "\n".join(
    f"""
CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
    for table in KEPT
)
BACK = "\n".join(
    f"DROP TRIGGER {table}_rows ON {table}; DROP TRIGGER {table}_whole ON {table};"
    for table in KEPT
)


class Migration(migrations.Migration):
    dependencies = [("growing", "0001_growing"), ("record", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
