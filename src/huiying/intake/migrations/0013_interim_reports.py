from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0012_parts")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[
                    ("words", "Words"),
                    ("question", "Question"),
                    ("answer", "Answer"),
                    ("reopening", "Reopening"),
                    ("news", "News"),
                    ("interim", "Interim"),
                ],
                max_length=10,
            ),
        ),
    ]
