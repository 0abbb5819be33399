from django.db import migrations

KEPT = ["casework_casefile", "casework_report", "casework_assignment", "casework_named"]
FORWARD = "\n".join(
    f"""
CREATE TRIGGER {table}_rows BEFORE DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
    for table in KEPT
)
FORWARD += """
CREATE TRIGGER move_rows BEFORE UPDATE OR DELETE ON casework_move
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER move_whole BEFORE TRUNCATE ON casework_move
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER casefile_fixed BEFORE UPDATE OF received_at, number, label ON casework_casefile
  FOR EACH ROW WHEN (
    OLD.received_at IS DISTINCT FROM NEW.received_at
    OR OLD.number IS DISTINCT FROM NEW.number
    OR OLD.label IS DISTINCT FROM NEW.label
  ) EXECUTE FUNCTION huiying_refuse();
"""
BACK = "\n".join(
    f"DROP TRIGGER {table}_rows ON {table}; DROP TRIGGER {table}_whole ON {table};"
    for table in KEPT
)
BACK += """
DROP TRIGGER move_rows ON casework_move;
DROP TRIGGER move_whole ON casework_move;
DROP TRIGGER casefile_fixed ON casework_casefile;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial"), ("record", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
