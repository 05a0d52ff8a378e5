"""What card payments are booked to. A home made with the chart of today has it already."""

from django.db import migrations

ADDED = ((1030, "Payment gateways", "asset"), (5000, "Gateway fees", "expense"))


def add_accounts(apps, schema_editor):
    LedgerAccount = apps.get_model("ledger", "LedgerAccount")
    LedgerAccount.objects.bulk_create(
        [LedgerAccount(code=code, name=name, kind=kind) for code, name, kind in ADDED], ignore_conflicts=True
    )


def remove_accounts(apps, schema_editor):
    codes = [code for code, _, _ in ADDED]
    apps.get_model("ledger", "LedgerAccount").objects.filter(code__in=codes).delete()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_prepaid_chart")]
    operations = [migrations.RunPython(add_accounts, remove_accounts)]
