"""The note that each piece of an exchange is sealed for its row, which `huiying migrate` does with the key ring."""

from django.db import migrations

BOUND = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM intake_message WHERE sealed <> '') AND NOT EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = 'intake_message'::regclass AND a.attname = 'sealed'
    AND col_description(a.attrelid, a.attnum) = 'bound to its row'
  ) THEN
    RAISE EXCEPTION 'Pieces of exchanges are not bound to their rows. Run: huiying migrate. It binds them.';
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [('intake', '0018_words_sealed_alone')]
    operations = [migrations.RunSQL(BOUND, migrations.RunSQL.noop)]
