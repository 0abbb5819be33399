from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

# Few numbers for the first texts, many for those after them: see `finding/grams.py`.
NUMBERS = """
CREATE FUNCTION finding_pairs(words text, place bigint) RETURNS integer[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
  SELECT coalesce(array_agg(
    (((ascii(one) & 65535) * 769 + (ascii(following) & 65535) * 24593) & numbers) + above), '{}')
  FROM (
      SELECT string_to_array(words, NULL) AS characters,
        CASE WHEN place <= 65536 THEN 65535 ELSE 4194303 END AS numbers,
        CASE WHEN place <= 65536 THEN 0 ELSE 4194304 END AS above
    ) AS split,
    unnest(characters, characters[2:]) AS pairs (one, following)
  WHERE following IS NOT NULL
$$;
"""
FEW_FOR_ALL = """
CREATE FUNCTION finding_pairs(words text) RETURNS integer[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
  SELECT coalesce(array_agg(
    ((ascii(one) & 65535) * 769 + (ascii(following) & 65535) * 24593) & 65535), '{}')
  FROM (SELECT string_to_array(words, NULL) AS characters) AS split,
    unnest(characters, characters[2:]) AS pairs (one, following)
  WHERE following IS NOT NULL
$$;
"""


class Migration(migrations.Migration):
    """The index is made anew in one transaction: stopped in the middle, it begins again."""

    dependencies = [("finding", "0002_fewer_numbers")]

    operations = [
        migrations.RemoveIndex("text", "finding_text_pairs"),
        migrations.RunSQL("DROP FUNCTION finding_pairs(text);", FEW_FOR_ALL),
        migrations.RunSQL(NUMBERS, "DROP FUNCTION finding_pairs(text, bigint);"),
        migrations.AddIndex(
            "text",
            GinIndex(
                models.Func(models.F("text"), models.F("id"), function="finding_pairs"),
                fastupdate=False,
                name="finding_text_pairs",
            ),
        ),
    ]
