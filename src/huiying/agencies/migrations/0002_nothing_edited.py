from django.db import migrations

# Who had which role from when to when stays: a role ends once, and is given anew by a new row.
FORWARD = """
CREATE TRIGGER membership_rows BEFORE DELETE ON agencies_membership
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER membership_whole BEFORE TRUNCATE ON agencies_membership
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER membership_fixed BEFORE UPDATE ON agencies_membership
  FOR EACH ROW WHEN (
    OLD.account_id <> NEW.account_id
    OR OLD.unit_id <> NEW.unit_id
    OR OLD.role <> NEW.role
    OR OLD.since <> NEW.since
    OR (OLD.ended_at IS NOT NULL AND OLD.ended_at IS DISTINCT FROM NEW.ended_at)
  ) EXECUTE FUNCTION huiying_refuse();
"""
BACK = """
DROP TRIGGER membership_rows ON agencies_membership;
DROP TRIGGER membership_whole ON agencies_membership;
DROP TRIGGER membership_fixed ON agencies_membership;
"""


class Migration(migrations.Migration):
    dependencies = [('agencies', '0001_initial'), ('record', '0002_append_only')]
    operations = [migrations.RunSQL(FORWARD, BACK)]
