import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_corrections"),
    ]

    operations = [
        migrations.AddField(
            model_name="billrun",
            name="scope",
            field=models.TextField(
                choices=[("all", "All"), ("prepaid", "Prepaid"), ("chosen", "Chosen")], default="all"
            ),
        ),
        migrations.AddField(
            model_name="billrun",
            name="timezones",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), null=True, size=None
            ),
        ),
    ]
