from django.db import migrations

# Words that lie there in clear are sealed first, with the key ring, which no migration has.
EMPTY = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM casework_unfinishedwords) THEN
    RAISE EXCEPTION 'Words that somebody began lie in clear. Run: huiying migrate. It seals them first.';
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [('accounts', '0009_unsent_about_labels'), ('casework', '0029_model_trials')]
    operations = [
        migrations.RunSQL(EMPTY, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name='unfinishedwords', name='unfinished_words_at'),
        migrations.RemoveConstraint(model_name='unfinishedwords', name='unfinished_words_once'),
        migrations.DeleteModel(name='UnfinishedWords'),
    ]
