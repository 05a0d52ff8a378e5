"""A voucher signs in by its grant of the network, which counts what is used; nothing was ever counted here."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0016_grants"), ("prepaid", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="voucher",
            name="grant",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.grant"
            ),
        ),
        migrations.DeleteModel(name="Use"),
        migrations.DeleteModel(name="Entitlement"),
    ]
