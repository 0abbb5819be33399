from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

FAILED = models.Q(result__in=['gave_up', 'bounced'])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [('notices', '0005_log_and_again')]

    operations = [
        AddIndexConcurrently(
            model_name='outgoing',
            index=models.Index(
                condition=~models.Q(kind='received') | FAILED,
                fields=['recipient', 'id'], name='outgoing_logged',
            ),
        ),
        AddIndexConcurrently(
            model_name='outgoing',
            index=models.Index(condition=FAILED, fields=['-ended_at', '-id'], name='outgoing_failed'),
        ),
    ]
