import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('notices', '0004_ways')]

    operations = [
        migrations.AddField(
            model_name='outgoing',
            name='again_of',
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='again',
                to='notices.outgoing',
            ),
        ),
        migrations.AddConstraint(
            model_name='outgoing',
            constraint=models.UniqueConstraint(
                condition=models.Q(('again_of__isnull', False)), fields=('again_of',), name='outgoing_again_once',
            ),
        ),
    ]
