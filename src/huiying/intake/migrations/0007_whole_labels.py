"""A label or code is asked for whole: no second index for its beginnings, which each new row would pay."""

from django.db import migrations

DROP = """
DO $$
DECLARE found regclass;
BEGIN
    FOR found IN
        SELECT i.indexrelid::regclass FROM pg_index i
        JOIN pg_opclass o ON o.oid = ANY (i.indclass::oid[])
        WHERE i.indrelid = ANY (ARRAY['intake_submission']::regclass[])
            AND o.opcname IN ('varchar_pattern_ops', 'text_pattern_ops') AND NOT i.indisunique
    LOOP
        EXECUTE format('DROP INDEX %s', found);
    END LOOP;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0006_caller_pin")]
    operations = [migrations.RunSQL(DROP, migrations.RunSQL.noop)]
