from django.db import migrations

FORWARD = """
CREATE TRIGGER submission_rows BEFORE DELETE ON intake_submission
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER submission_whole BEFORE TRUNCATE ON intake_submission
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER submission_fixed
  BEFORE UPDATE ON intake_submission
  FOR EACH ROW WHEN (
    OLD.received_at IS DISTINCT FROM NEW.received_at
    OR OLD.code IS DISTINCT FROM NEW.code
    OR OLD.label IS DISTINCT FROM NEW.label
    OR OLD.title IS DISTINCT FROM NEW.title
    OR OLD.body IS DISTINCT FROM NEW.body
    OR OLD.place IS DISTINCT FROM NEW.place
    OR OLD.channel IS DISTINCT FROM NEW.channel
    OR OLD.language IS DISTINCT FROM NEW.language
    OR OLD.category_code IS DISTINCT FROM NEW.category_code
    OR OLD.wish IS DISTINCT FROM NEW.wish
    OR OLD.danger IS DISTINCT FROM NEW.danger
    OR OLD.conduct IS DISTINCT FROM NEW.conduct
    OR OLD.named_units IS DISTINCT FROM NEW.named_units
    OR OLD.source IS DISTINCT FROM NEW.source
    OR OLD.source_id IS DISTINCT FROM NEW.source_id
    OR (OLD.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS DISTINCT FROM NEW.withdrawn_at)
  ) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER message_rows BEFORE UPDATE OR DELETE ON intake_message
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER message_whole BEFORE TRUNCATE ON intake_message
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
BACK = """
DROP TRIGGER submission_rows ON intake_submission;
DROP TRIGGER submission_whole ON intake_submission;
DROP TRIGGER submission_fixed ON intake_submission;
DROP TRIGGER message_rows ON intake_message;
DROP TRIGGER message_whole ON intake_message;
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial"), ("record", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
