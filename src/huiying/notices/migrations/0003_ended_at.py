from django.db import migrations, models

# A notice that was given up was never sent. The trigger follows the column by itself, and so does the
# condition of the index; Django alone has to be told of the latter.


class Migration(migrations.Migration):
    dependencies = [('notices', '0002_nothing_edited')]
    operations = [
        migrations.RenameField('outgoing', 'sent_at', 'ended_at'),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex('outgoing', 'outgoing_due'),
                migrations.AddIndex(
                    'outgoing',
                    models.Index(
                        condition=models.Q(('ended_at', None)), fields=['due_at', 'id'], name='outgoing_due'
                    ),
                ),
            ]
        ),
    ]
