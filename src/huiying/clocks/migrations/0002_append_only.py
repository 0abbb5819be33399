from django.db import migrations

# What a calendar said when something was reckoned by it stays.
FORWARD = """
CREATE TRIGGER calendar_version_rows BEFORE UPDATE OR DELETE ON clocks_calendarversion
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER calendar_version_whole BEFORE TRUNCATE ON clocks_calendarversion
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
BACK = """
DROP TRIGGER calendar_version_rows ON clocks_calendarversion;
DROP TRIGGER calendar_version_whole ON clocks_calendarversion;
"""


class Migration(migrations.Migration):
    dependencies = [('clocks', '0001_calendars'), ('record', '0002_append_only')]
    operations = [migrations.RunSQL(FORWARD, BACK)]
