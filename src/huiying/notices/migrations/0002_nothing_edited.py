from django.db import migrations

# What was to be said to whom, and when it was sent, stays; tries go on.
FORWARD = """
CREATE TRIGGER outgoing_fixed BEFORE UPDATE ON notices_outgoing
  FOR EACH ROW WHEN (
    OLD.made_at <> NEW.made_at
    OR OLD.kind <> NEW.kind
    OR OLD.recipient <> NEW.recipient
    OR OLD.message_id <> NEW.message_id
    OR (OLD.sent_at IS NOT NULL AND OLD.sent_at IS DISTINCT FROM NEW.sent_at)
  ) EXECUTE FUNCTION huiying_refuse();
"""
BACK = "DROP TRIGGER outgoing_fixed ON notices_outgoing"


class Migration(migrations.Migration):
    dependencies = [('notices', '0001_initial'), ('record', '0002_append_only')]
    operations = [migrations.RunSQL(FORWARD, BACK)]
