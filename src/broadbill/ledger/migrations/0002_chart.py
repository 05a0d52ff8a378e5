"""The chart of accounts every Broadbill starts with."""

from django.db import migrations

from broadbill.ledger.domain.chart import CHART


def write_chart(apps, schema_editor):
    LedgerAccount = apps.get_model("ledger", "LedgerAccount")
    LedgerAccount.objects.bulk_create(
        LedgerAccount(code=code, name=name, kind=kind) for code, name, kind in CHART
    )


def remove_chart(apps, schema_editor):
    apps.get_model("ledger", "LedgerAccount").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(write_chart, remove_chart)]
