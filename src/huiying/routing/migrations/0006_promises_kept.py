from django.db import migrations

# What was promised stays: a version gets its second person once, and nothing else of it changes.
FORWARD = """
CREATE TRIGGER promise_version_fixed BEFORE UPDATE ON routing_promiseversion
  FOR EACH ROW WHEN (
    OLD.adopted_at IS NOT NULL
    OR OLD.number <> NEW.number
    OR OLD.definition <> NEW.definition
    OR OLD.digest <> NEW.digest
    OR OLD.note <> NEW.note
    OR OLD.proposed_by <> NEW.proposed_by
    OR OLD.proposed_at <> NEW.proposed_at
  ) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER promise_version_rows BEFORE DELETE ON routing_promiseversion
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER promise_version_whole BEFORE TRUNCATE ON routing_promiseversion
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
BACK = """
DROP TRIGGER promise_version_fixed ON routing_promiseversion;
DROP TRIGGER promise_version_rows ON routing_promiseversion;
DROP TRIGGER promise_version_whole ON routing_promiseversion;
"""


class Migration(migrations.Migration):
    dependencies = [('routing', '0005_promises'), ('record', '0002_append_only')]
    operations = [migrations.RunSQL(FORWARD, BACK)]
