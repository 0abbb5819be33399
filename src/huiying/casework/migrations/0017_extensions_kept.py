from django.db import migrations

# Who asked, until when and why, and who decided stays; a reason can be emptied, for erasure.
FORWARD = """
CREATE TRIGGER extension_fixed BEFORE UPDATE ON casework_extension
  FOR EACH ROW WHEN (
    OLD.case_id <> NEW.case_id
    OR OLD.round <> NEW.round
    OR OLD.asked_at <> NEW.asked_at
    OR OLD.asked_by <> NEW.asked_by
    OR OLD.due_before <> NEW.due_before
    OR OLD.until <> NEW.until
    OR (OLD.reason <> NEW.reason AND NEW.reason <> '')
    OR (OLD.decided_at IS NOT NULL AND (
      OLD.decided_at IS DISTINCT FROM NEW.decided_at
      OR OLD.decided_by <> NEW.decided_by
      OR OLD.granted IS DISTINCT FROM NEW.granted
    ))
  ) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER extension_rows BEFORE DELETE ON casework_extension
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER extension_whole BEFORE TRUNCATE ON casework_extension
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
BACK = """
DROP TRIGGER extension_fixed ON casework_extension;
DROP TRIGGER extension_rows ON casework_extension;
DROP TRIGGER extension_whole ON casework_extension;
"""


class Migration(migrations.Migration):
    dependencies = [('casework', '0016_extensions'), ('record', '0002_append_only')]
    operations = [migrations.RunSQL(FORWARD, BACK)]
