import django.db.models.deletion
from django.db import migrations, models

# Whoever has a part in a case can find its letters: its lead unit, and those that support it. What was
# there once stays; a search asks the policy of each letter anyway.
FORWARD = """
CREATE FUNCTION casework_unit_letters(the_case bigint, the_unit bigint) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO casework_unitletter (unit_id, at, submission_id)
  SELECT the_unit, letter.received_at, letter.id
  FROM casework_report report JOIN intake_submission letter ON letter.id = report.submission_id
  WHERE report.case_id = the_case
  ON CONFLICT DO NOTHING
$$;
CREATE FUNCTION casework_lead_letters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casework_unit_letters(NEW.id, NEW.lead_unit_id);
  RETURN NULL;
END $$;
CREATE FUNCTION casework_support_letters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casework_unit_letters(NEW.case_id, NEW.unit_id);
  RETURN NULL;
END $$;
CREATE FUNCTION casework_report_letters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO casework_unitletter (unit_id, at, submission_id)
  SELECT parts.unit, letter.received_at, letter.id
  FROM intake_submission letter, (
    SELECT lead_unit_id AS unit FROM casework_casefile
    WHERE id = NEW.case_id AND lead_unit_id IS NOT NULL
    UNION
    SELECT unit_id FROM casework_assignment WHERE case_id = NEW.case_id AND ended_at IS NULL
  ) AS parts
  WHERE letter.id = NEW.submission_id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER unit_letters_lead AFTER UPDATE OF lead_unit_id ON casework_casefile
  FOR EACH ROW WHEN (NEW.lead_unit_id IS NOT NULL AND NEW.lead_unit_id IS DISTINCT FROM OLD.lead_unit_id)
  EXECUTE FUNCTION casework_lead_letters();
CREATE TRIGGER unit_letters_support AFTER INSERT ON casework_assignment
  FOR EACH ROW WHEN (NEW.part = 'support') EXECUTE FUNCTION casework_support_letters();
CREATE TRIGGER unit_letters_part AFTER UPDATE OF part ON casework_assignment
  FOR EACH ROW WHEN (NEW.part = 'support') EXECUTE FUNCTION casework_support_letters();
CREATE TRIGGER unit_letters_report AFTER INSERT ON casework_report
  FOR EACH ROW EXECUTE FUNCTION casework_report_letters();
CREATE TRIGGER unit_letters_joined AFTER UPDATE OF case_id ON casework_report
  FOR EACH ROW WHEN (NEW.case_id <> OLD.case_id) EXECUTE FUNCTION casework_report_letters();
"""
BACK = """
DROP TRIGGER unit_letters_joined ON casework_report;
DROP TRIGGER unit_letters_report ON casework_report;
DROP TRIGGER unit_letters_part ON casework_assignment;
DROP TRIGGER unit_letters_support ON casework_assignment;
DROP TRIGGER unit_letters_lead ON casework_casefile;
DROP FUNCTION casework_report_letters();
DROP FUNCTION casework_support_letters();
DROP FUNCTION casework_lead_letters();
DROP FUNCTION casework_unit_letters(bigint, bigint);
"""


class Migration(migrations.Migration):

    dependencies = [
        ("agencies", "0004_unit_calendar"),
        ("casework", "0023_likened"),
        ("intake", "0012_parts"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnitLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("submission", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.submission")),
                ("unit", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.unit")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("unit", "at", "submission"), name="unit_letter_newest")],
            },
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
