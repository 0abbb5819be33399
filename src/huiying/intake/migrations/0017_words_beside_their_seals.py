"""Room for the sealed words beside the clear ones. `huiying migrate` fills it, then applies 0018.

Nothing is read or rewritten here: a column without a default, and columns that may be empty.
"""

from django.db import migrations, models

# Until 0018 the words may change in one way only: into their seal, once.
FORWARD = """
DROP TRIGGER submission_words ON intake_submission;
CREATE TRIGGER submission_words BEFORE UPDATE ON intake_submission
  FOR EACH ROW WHEN (
    (OLD.title, OLD.body, OLD.place, OLD.sealed, OLD.words_erased_at)
      IS DISTINCT FROM (NEW.title, NEW.body, NEW.place, NEW.sealed, NEW.words_erased_at)
    AND NOT (OLD.sealed IS NULL AND NEW.sealed IS NOT NULL
      AND NEW.title IS NULL AND NEW.body IS NULL AND NEW.place IS NULL
      AND OLD.words_erased_at IS NOT DISTINCT FROM NEW.words_erased_at)
  ) EXECUTE FUNCTION huiying_refuse();
DROP TRIGGER message_words ON intake_message;
CREATE TRIGGER message_words BEFORE UPDATE ON intake_message
  FOR EACH ROW WHEN (
    OLD.sealed IS NOT NULL OR NEW.sealed IS NULL OR NEW.text IS NOT NULL
    OR (OLD.id, OLD.submission_id, OLD.at, OLD.sender, OLD.kind, OLD.author, OLD.replay)
      IS DISTINCT FROM
      (NEW.id, NEW.submission_id, NEW.at, NEW.sender, NEW.kind, NEW.author, NEW.replay)
  ) EXECUTE FUNCTION huiying_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0016_helpers"),
        ("casework", "0019_joining"),  # sealing masks the titles of cases, by these columns
    ]
    operations = [
        migrations.AddField("submission", "sealed", models.BinaryField(null=True)),
        migrations.AddField("message", "sealed", models.BinaryField(null=True)),
        migrations.AlterField("submission", "title", models.CharField(max_length=200, null=True)),
        migrations.AlterField("submission", "body", models.TextField(null=True)),
        migrations.AlterField(
            "submission", "place", models.CharField(blank=True, max_length=300, null=True)
        ),
        migrations.AlterField("message", "text", models.TextField(null=True)),
        migrations.RunSQL(FORWARD),
    ]
