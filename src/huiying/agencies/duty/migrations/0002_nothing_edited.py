from django.db import migrations

# What was planned, by which pattern, and what the log said stays. Of a line only the words can go, which is
# what an erasure does; of a shift only who has it and that another plan took its place.
FORWARD = """
CREATE TRIGGER duty_pattern_rows BEFORE UPDATE OR DELETE ON duty_patternversion
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER duty_pattern_whole BEFORE TRUNCATE ON duty_patternversion
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER duty_log_kept BEFORE UPDATE ON duty_logline
  FOR EACH ROW WHEN (
    NEW.words <> '' OR NEW.erased_at IS NULL OR OLD.erased_at IS NOT NULL
    OR (OLD.id, OLD.label, OLD.roster_id, OLD.author_id, OLD.at, OLD.kind)
      <> (NEW.id, NEW.label, NEW.roster_id, NEW.author_id, NEW.at, NEW.kind)
    OR OLD.answers_id IS DISTINCT FROM NEW.answers_id
  ) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER duty_log_stays BEFORE DELETE ON duty_logline
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER duty_log_whole BEFORE TRUNCATE ON duty_logline
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER duty_shift_kept BEFORE UPDATE ON duty_shift
  FOR EACH ROW WHEN (
    (OLD.id, OLD.label, OLD.roster_id, OLD.version, OLD.day, OLD.starts_at, OLD.ends_at, OLD.planned_id)
      <> (NEW.id, NEW.label, NEW.roster_id, NEW.version, NEW.day, NEW.starts_at, NEW.ends_at, NEW.planned_id)
    OR (OLD.replaced_at IS NOT NULL AND OLD.replaced_at IS DISTINCT FROM NEW.replaced_at)
  ) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER duty_shift_stays BEFORE DELETE ON duty_shift
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER duty_shift_whole BEFORE TRUNCATE ON duty_shift
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
BACK = """
DROP TRIGGER duty_pattern_rows ON duty_patternversion;
DROP TRIGGER duty_pattern_whole ON duty_patternversion;
DROP TRIGGER duty_log_kept ON duty_logline;
DROP TRIGGER duty_log_stays ON duty_logline;
DROP TRIGGER duty_log_whole ON duty_logline;
DROP TRIGGER duty_shift_kept ON duty_shift;
DROP TRIGGER duty_shift_stays ON duty_shift;
DROP TRIGGER duty_shift_whole ON duty_shift;
"""


class Migration(migrations.Migration):
    dependencies = [('duty', '0001_roster'), ('record', '0002_append_only')]
    operations = [migrations.RunSQL(FORWARD, BACK)]
