"""What banks charge for returned debits is booked to. A home made with the chart of today has it already."""

from django.db import migrations

BANK_FEES = 5010


def add_account(apps, schema_editor):
    LedgerAccount = apps.get_model("ledger", "LedgerAccount")
    LedgerAccount.objects.bulk_create(
        [LedgerAccount(code=BANK_FEES, name="Bank fees", kind="expense")], ignore_conflicts=True
    )


def remove_account(apps, schema_editor):
    apps.get_model("ledger", "LedgerAccount").objects.filter(code=BANK_FEES).delete()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_turnover")]
    operations = [migrations.RunPython(add_account, remove_account)]
