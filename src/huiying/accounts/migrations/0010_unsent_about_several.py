import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('accounts', '0009_unsent_about_labels')]
    operations = [
        migrations.AddField(
            'unsentwords',
            'also_about',
            django.contrib.postgres.fields.ArrayField(models.CharField(max_length=40), null=True),
        ),
        migrations.AddIndex(
            'unsentwords',
            django.contrib.postgres.indexes.GinIndex(
                fields=['also_about'], name='unsent_words_also'
            ),
        ),
    ]
