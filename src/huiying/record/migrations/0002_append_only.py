from django.db import migrations

# Three triggers, since a row trigger does not see TRUNCATE. They bind the owner's role too; the
# application's role lacks the rights in the first place.
FORWARD = """
CREATE FUNCTION huiying_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'huiying: % on % is refused, the table is append-only', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION huiying_refuse_all_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.entry_id = OLD.entry_id AND NEW.salt IS NULL AND NEW.data IS NULL THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'huiying: a payload can be erased, not changed'
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER entry_rows BEFORE UPDATE OR DELETE ON record_entry
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER entry_whole BEFORE TRUNCATE ON record_entry
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER payload_change BEFORE UPDATE ON record_payload
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse_all_but_erasure();
CREATE TRIGGER payload_rows BEFORE DELETE ON record_payload
  FOR EACH ROW EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER payload_whole BEFORE TRUNCATE ON record_payload
  FOR EACH STATEMENT EXECUTE FUNCTION huiying_refuse();
"""
BACK = """
DROP TRIGGER entry_rows ON record_entry;
DROP TRIGGER entry_whole ON record_entry;
DROP TRIGGER payload_change ON record_payload;
DROP TRIGGER payload_rows ON record_payload;
DROP TRIGGER payload_whole ON record_payload;
DROP FUNCTION huiying_refuse_all_but_erasure();
DROP FUNCTION huiying_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
