"""A label or code is asked for whole: no second index for its beginnings, which each new row would pay."""

from django.db import migrations

DROP = """
DO $$
DECLARE found regclass;
BEGIN
    FOR found IN
        SELECT i.indexrelid::regclass FROM pg_index i
        JOIN pg_opclass o ON o.oid = ANY (i.indclass::oid[])
        WHERE i.indrelid = ANY (ARRAY['casework_casefile']::regclass[])
            AND o.opcname IN ('varchar_pattern_ops', 'text_pattern_ops') AND NOT i.indisunique
    LOOP
        EXECUTE format('DROP INDEX %s', found);
    END LOOP;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0006_opening")]
    operations = [migrations.RunSQL(DROP, migrations.RunSQL.noop)]
