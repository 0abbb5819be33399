from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# Without a sort: the index puts away what comes twice. Sixteen bits, so that rare pairs share a number.
PAIRS = """
CREATE FUNCTION finding_pairs(words text) RETURNS integer[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
  SELECT coalesce(array_agg(
    ((ascii(one) & 65535) * 769 + (ascii(following) & 65535) * 24593) & 65535), '{}')
  FROM (SELECT string_to_array(words, NULL) AS characters) AS split,
    unnest(characters, characters[2:]) AS pairs (one, following)
  WHERE following IS NOT NULL
$$;
"""
GRAMS = """
CREATE FUNCTION finding_grams(words text) RETURNS integer[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
  SELECT coalesce(array_agg(DISTINCT ((ascii(one) & 65535) << 16) | (ascii(following) & 65535)), '{}')
  FROM (
    SELECT one, lead(one) OVER (ORDER BY place) AS following
    FROM unnest(string_to_array(words, NULL)) WITH ORDINALITY AS characters (one, place)
  ) AS pairs
  WHERE following IS NOT NULL
$$;
"""


class Migration(migrations.Migration):
    atomic = False  # indexes are made beside what is written meanwhile

    dependencies = [("finding", "0001_initial")]

    operations = [
        migrations.AddField("text", "hidden", ArrayField(models.IntegerField(), null=True)),
        migrations.AddField("followed", "anew_below", models.BigIntegerField(default=0, db_default=0)),
        migrations.RunSQL(PAIRS, "DROP FUNCTION finding_pairs(text);"),
        AddIndexConcurrently(
            "text",
            GinIndex(
                models.Func(models.F("text"), function="finding_pairs"),
                fastupdate=False,
                name="finding_text_pairs",
            ),
        ),
        RemoveIndexConcurrently("text", "finding_text_grams"),
        migrations.RunSQL("DROP FUNCTION finding_grams(text);", GRAMS),
    ]
