"""The clear words go, once all are sealed; refused while any is not (`huiying migrate` seals them first).

The rows are looked at under a lock that lets others read and write; then each change is instant. It may
be stopped anywhere and run again, even between its last change and the note that it was applied.
"""

from django.db import migrations, models

ALL_SEALED = """
ALTER TABLE intake_submission ADD CONSTRAINT submission_sealed CHECK (sealed IS NOT NULL) NOT VALID;
ALTER TABLE intake_message ADD CONSTRAINT message_sealed CHECK (sealed IS NOT NULL) NOT VALID;
"""
LOOK = "ALTER TABLE {table} VALIDATE CONSTRAINT {name}"
CHANGE = """
DROP TRIGGER IF EXISTS submission_words ON intake_submission;
DROP TRIGGER IF EXISTS message_words ON intake_message;
ALTER TABLE intake_submission ALTER COLUMN sealed SET NOT NULL, DROP CONSTRAINT submission_sealed,
  DROP COLUMN IF EXISTS title, DROP COLUMN IF EXISTS body, DROP COLUMN IF EXISTS place;
ALTER TABLE intake_message ALTER COLUMN sealed SET NOT NULL, DROP CONSTRAINT message_sealed,
  DROP COLUMN IF EXISTS text;
CREATE TRIGGER submission_words BEFORE UPDATE ON intake_submission
  FOR EACH ROW WHEN (
    (OLD.sealed IS DISTINCT FROM NEW.sealed OR OLD.words_erased_at IS DISTINCT FROM NEW.words_erased_at)
    AND NOT (OLD.words_erased_at IS NULL AND NEW.words_erased_at IS NOT NULL AND NEW.sealed = '')
  ) EXECUTE FUNCTION huiying_refuse();
CREATE TRIGGER message_words BEFORE UPDATE ON intake_message
  FOR EACH ROW WHEN (
    NEW.sealed <> '' OR NEW.replay IS NOT NULL
    OR (OLD.id, OLD.submission_id, OLD.at, OLD.sender, OLD.kind, OLD.author)
      IS DISTINCT FROM (NEW.id, NEW.submission_id, NEW.at, NEW.sender, NEW.kind, NEW.author)
  ) EXECUTE FUNCTION huiying_refuse();
"""
CLEAR = [("submission", "title"), ("submission", "body"), ("submission", "place"), ("message", "text")]


class Migration(migrations.Migration):
    atomic = False  # so that the long look and the short lock are apart
    dependencies = [("intake", "0017_words_beside_their_seals")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE intake_submission DROP CONSTRAINT IF EXISTS submission_sealed;"
            "ALTER TABLE intake_message DROP CONSTRAINT IF EXISTS message_sealed;" + ALL_SEALED
        ),
        migrations.RunSQL(LOOK.format(table="intake_submission", name="submission_sealed")),
        migrations.RunSQL(LOOK.format(table="intake_message", name="message_sealed")),
        migrations.RunSQL(
            "BEGIN;" + CHANGE + "COMMIT;",
            state_operations=[
                *(migrations.RemoveField(model, name) for model, name in CLEAR),
                migrations.AlterField("submission", "sealed", models.BinaryField()),
                migrations.AlterField("message", "sealed", models.BinaryField()),
            ],
        ),
    ]
