from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("replies", "0005_own_words")]

    operations = [
        AddIndexConcurrently(
            "reply",
            models.Index(
                fields=["withdrawn_at"],
                condition=models.Q(withdrawn_at__isnull=False),
                name="reply_withdrawn",
            ),
        ),
    ]
