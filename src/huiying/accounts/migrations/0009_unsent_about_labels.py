from django.db import migrations

# Words on a page that is addressed by a label are found by it when what the page shows is erased.
ABOUT = """
UPDATE accounts_unsentwords SET about = 'label:' || split_part(place, ':', 2)
WHERE about = '' AND place ~ '^[a-z_]+:[0-9a-z]{10,32}$'
"""


class Migration(migrations.Migration):
    dependencies = [('accounts', '0008_unsent_words')]
    operations = [migrations.RunSQL(ABOUT, migrations.RunSQL.noop)]
