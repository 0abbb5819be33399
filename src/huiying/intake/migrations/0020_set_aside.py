import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0019_exchange_bound")]

    operations = [
        migrations.CreateModel(
            name="Unopened",
            fields=[
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="unopened",
                        serialize=False,
                        to="intake.submission",
                    ),
                ),
                ("problem", models.CharField(max_length=40)),
                ("since", models.DateTimeField()),
                ("again_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["again_at"], name="unopened_due")]},
        ),
    ]
