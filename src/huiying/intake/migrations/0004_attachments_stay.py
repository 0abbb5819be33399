from django.db import migrations

FORWARD = """
CREATE TRIGGER attachment_rows BEFORE DELETE ON intake_attachment
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER attachment_whole BEFORE TRUNCATE ON intake_attachment
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER attachment_fixed
  BEFORE UPDATE ON intake_attachment
  FOR EACH ROW WHEN (
    OLD.submission_id IS DISTINCT FROM NEW.submission_id
    OR OLD.message_id IS DISTINCT FROM NEW.message_id
    OR OLD.label IS DISTINCT FROM NEW.label
    OR OLD.position IS DISTINCT FROM NEW.position
    OR OLD.at IS DISTINCT FROM NEW.at
    OR OLD.kind IS DISTINCT FROM NEW.kind
    OR OLD.size IS DISTINCT FROM NEW.size
    OR (NEW.file IS NOT NULL AND OLD.file IS DISTINCT FROM NEW.file)
    OR (OLD.erased_at IS NOT NULL AND OLD.erased_at IS DISTINCT FROM NEW.erased_at)
  ) EXECUTE FUNCTION huiying_refuse();
"""
BACK = """
DROP TRIGGER attachment_rows ON intake_attachment;
DROP TRIGGER attachment_whole ON intake_attachment;
DROP TRIGGER attachment_fixed ON intake_attachment;
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_attachments"), ("record", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
