"""Whether an episode's service was restricted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collections", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="episode",
            name="restricted",
            field=models.BooleanField(default=False),
        ),
    ]
