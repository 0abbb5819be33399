from django.db import migrations

# Who was to be told, and that somebody was, stays.
FORWARD = """
CREATE TRIGGER escalation_policy_rows BEFORE UPDATE OR DELETE ON supervision_escalationpolicy
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER escalation_policy_whole BEFORE TRUNCATE ON supervision_escalationpolicy
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER alert_rows BEFORE DELETE ON supervision_alert
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER alert_whole BEFORE TRUNCATE ON supervision_alert
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
BACK = """
DROP TRIGGER escalation_policy_rows ON supervision_escalationpolicy;
DROP TRIGGER escalation_policy_whole ON supervision_escalationpolicy;
DROP TRIGGER alert_rows ON supervision_alert;
DROP TRIGGER alert_whole ON supervision_alert;
"""


class Migration(migrations.Migration):
    dependencies = [('supervision', '0001_escalation'), ('record', '0002_append_only')]
    operations = [migrations.RunSQL(FORWARD, BACK)]
