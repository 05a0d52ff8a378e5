"""What is in service may be restricted to the walled garden of its profile."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

KEPT = import_module("broadbill.network.migrations.0010_addresses_kept")
APART = import_module("broadbill.network.migrations.0021_asked_apart")

THROTTLED = "        WHEN own.throttled_to_id IS NOT NULL"
RESTRICTED = """        WHEN own.restricted_to_id IS NOT NULL AND EXISTS (
            SELECT FROM network_restriction AS restriction
            WHERE restriction.subscription_id = subscription.id AND restriction.ends_at IS NULL
        ) THEN 'restricted'
"""
STANDING = APART.STANDING.replace(APART.STATE, APART.STATE_ONCE)


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0003_service_changes"),
        ("network", "0021_asked_apart"),
    ]

    operations = [
        migrations.CreateModel(
            name="Restriction",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("reason", models.TextField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("recorded_by", models.TextField()),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.subscription",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ends_at__isnull", True)),
                        fields=("subscription", "reason"),
                        name="network_restriction_once_for_a_reason",
                    )
                ],
            },
        ),
        KEPT.replaced(STANDING, THROTTLED, RESTRICTED + THROTTLED),
    ]
