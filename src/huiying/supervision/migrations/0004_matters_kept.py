from django.db import migrations

# What was asked and reported stays, but for its words, which can be emptied; what is off the list stays off.
FORWARD = """
CREATE TRIGGER matter_kept BEFORE UPDATE ON supervision_matter
  FOR EACH ROW WHEN (
    (NEW.asked <> OLD.asked AND NEW.asked <> '')
    OR (OLD.id, OLD.label, OLD.case_id, OLD.kind, OLD.due_on, OLD.opened_by_id, OLD.opened_at)
      <> (NEW.id, NEW.label, NEW.case_id, NEW.kind, NEW.due_on, NEW.opened_by_id, NEW.opened_at)
    OR OLD.leader_id IS DISTINCT FROM NEW.leader_id
    OR (OLD.closed_at IS NOT NULL AND (OLD.closed_at, OLD.closed_by_id)
      IS DISTINCT FROM (NEW.closed_at, NEW.closed_by_id))
  ) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER matter_stays BEFORE DELETE ON supervision_matter
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER matter_whole BEFORE TRUNCATE ON supervision_matter
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER progress_kept BEFORE UPDATE ON supervision_progress
  FOR EACH ROW WHEN (
    NEW.text <> ''
    OR (OLD.id, OLD.matter_id, OLD.author_id, OLD.at) <> (NEW.id, NEW.matter_id, NEW.author_id, NEW.at)
  ) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER progress_stays BEFORE DELETE ON supervision_progress
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER progress_whole BEFORE TRUNCATE ON supervision_progress
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
BACK = """
DROP TRIGGER matter_kept ON supervision_matter;
DROP TRIGGER matter_stays ON supervision_matter;
DROP TRIGGER matter_whole ON supervision_matter;
DROP TRIGGER progress_kept ON supervision_progress;
DROP TRIGGER progress_stays ON supervision_progress;
DROP TRIGGER progress_whole ON supervision_progress;
"""


class Migration(migrations.Migration):
    dependencies = [('supervision', '0003_matters'), ('record', '0002_append_only')]
    operations = [migrations.RunSQL(FORWARD, BACK)]
