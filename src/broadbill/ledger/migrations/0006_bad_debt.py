"""What written-off debts are booked to. A home made with the chart of today has it already."""

from django.db import migrations

BAD_DEBT = 5100


def add_account(apps, schema_editor):
    LedgerAccount = apps.get_model("ledger", "LedgerAccount")
    LedgerAccount.objects.bulk_create(
        [LedgerAccount(code=BAD_DEBT, name="Bad debt", kind="expense")], ignore_conflicts=True
    )


def remove_account(apps, schema_editor):
    apps.get_model("ledger", "LedgerAccount").objects.filter(code=BAD_DEBT).delete()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_gateway_chart")]
    operations = [migrations.RunPython(add_account, remove_account)]
