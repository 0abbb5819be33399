from django.db import migrations

# Who was called to what, and what was said of it, stays, but for the words, which can be emptied; a session
# or a task that has ended stays so.
KEPT = {
    "jointsession": """
    (NEW.topic <> OLD.topic AND NEW.topic <> '') OR (NEW.place <> OLD.place AND NEW.place <> '')
    OR (OLD.id, OLD.label, OLD.key, OLD.starts_at, OLD.called_by_id, OLD.called_at)
      <> (NEW.id, NEW.label, NEW.key, NEW.starts_at, NEW.called_by_id, NEW.called_at)
    OR (OLD.state <> 'called' AND ((NEW.words <> OLD.words AND NEW.words <> '')
      OR (OLD.state, OLD.settled_by_id, OLD.settled_at)
        IS DISTINCT FROM (NEW.state, NEW.settled_by_id, NEW.settled_at)))""",
    "attached": "TRUE",
    "participant": """
    (OLD.id, OLD.session_id, OLD.seat, OLD.unit_id, OLD.account_id)
      IS DISTINCT FROM (NEW.id, NEW.session_id, NEW.seat, NEW.unit_id, NEW.account_id)""",
    "summary": """
    NEW.text <> '' OR (OLD.id, OLD.session_id, OLD.number, OLD.shown_until, OLD.author_id, OLD.at)
      <> (NEW.id, NEW.session_id, NEW.number, NEW.shown_until, NEW.author_id, NEW.at)""",
    "task": """
    (NEW.text <> OLD.text AND NEW.text <> '')
    OR (OLD.id, OLD.label, OLD.session_id, OLD.unit_id, OLD.account_id, OLD.due_on, OLD.given_by_id,
        OLD.given_at)
      <> (NEW.id, NEW.label, NEW.session_id, NEW.unit_id, NEW.account_id, NEW.due_on, NEW.given_by_id,
        NEW.given_at)
    OR (OLD.state <> 'open' AND (OLD.state, OLD.ended_at) IS DISTINCT FROM (NEW.state, NEW.ended_at))""",
    "taskreport": """
    NEW.text <> '' OR (OLD.id, OLD.task_id, OLD.said, OLD.author_id, OLD.at)
      <> (NEW.id, NEW.task_id, NEW.said, NEW.author_id, NEW.at)""",
}
FORWARD = "".join(
    f"""
CREATE TRIGGER joint_{table}_kept BEFORE UPDATE ON joint_sessions_{table}
  FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER joint_{table}_stays BEFORE DELETE ON joint_sessions_{table}
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER joint_{table}_whole BEFORE TRUNCATE ON joint_sessions_{table}
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
    for table, changed in KEPT.items()
)
BACK = "".join(
    f"DROP TRIGGER joint_{table}_{what} ON joint_sessions_{table};\n"
    for table in KEPT
    for what in ("kept", "stays", "whole")
)


class Migration(migrations.Migration):
    dependencies = [('joint_sessions', '0001_joint_sessions'), ('record', '0002_append_only')]
    operations = [migrations.RunSQL(FORWARD, BACK)]
