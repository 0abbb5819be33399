from django.db import migrations

KEPT = ["replies_reply", "replies_standardanswer"]
FORWARD = "\n".join(
    f"""
CREATE TRIGGER {table}_rows BEFORE DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
    for table in KEPT
)
# What was said, when and under which address stays; so do the words of a standard answer.
FORWARD += """
CREATE TRIGGER replyversion_rows BEFORE UPDATE OR DELETE ON replies_replyversion
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER replyversion_whole BEFORE TRUNCATE ON replies_replyversion
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER reply_fixed
  BEFORE UPDATE OF label, case_id, address, corrects_id, drafted_at, issued_at, answered_at, version
  ON replies_reply
  FOR EACH ROW WHEN (
    OLD.label <> NEW.label
    OR OLD.case_id <> NEW.case_id
    OR OLD.address <> NEW.address
    OR OLD.corrects_id IS DISTINCT FROM NEW.corrects_id
    OR OLD.drafted_at <> NEW.drafted_at
    OR (OLD.issued_at IS NOT NULL AND OLD.issued_at IS DISTINCT FROM NEW.issued_at)
    OR (OLD.answered_at IS NOT NULL AND OLD.answered_at IS DISTINCT FROM NEW.answered_at)
    OR (OLD.issued_at IS NOT NULL AND OLD.version <> NEW.version)
  ) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER standard_fixed
  BEFORE UPDATE OF title, question, text, outcome ON replies_standardanswer
  FOR EACH ROW WHEN (
    OLD.title <> NEW.title
    OR OLD.question <> NEW.question
    OR OLD.text <> NEW.text
    OR OLD.outcome <> NEW.outcome
  ) EXECUTE FUNCTION huiying_refuse();
"""
BACK = "\n".join(
    f"DROP TRIGGER {table}_rows ON {table}; DROP TRIGGER {table}_whole ON {table};"
    for table in KEPT
)
BACK += """
DROP TRIGGER replyversion_rows ON replies_replyversion;
DROP TRIGGER replyversion_whole ON replies_replyversion;
DROP TRIGGER reply_fixed ON replies_reply;
DROP TRIGGER standard_fixed ON replies_standardanswer;
"""


class Migration(migrations.Migration):
    dependencies = [("replies", "0001_initial"), ("record", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
