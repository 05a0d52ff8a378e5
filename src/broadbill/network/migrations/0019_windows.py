"""Subscriptions that are let in between two instants, as passes by the hour are."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

VIEWS = import_module("broadbill.network.migrations.0002_views")
ADDRESSES = import_module("broadbill.network.migrations.0010_addresses_kept")
GRANTS = import_module("broadbill.network.migrations.0016_grants")

STANDING = VIEWS.STANDING.replace(ADDRESSES.BEFORE, ADDRESSES.NOW)
OUT = "WHEN term.id IS NULL THEN 'out_of_service'"
OUT_BY_THE_CLOCK = """WHEN term.id IS NULL OR EXISTS (
            SELECT FROM network_window AS own_time WHERE own_time.subscription_id = subscription.id
              AND (own_time.starts_at > statement_timestamp() OR own_time.ends_at <= statement_timestamp())
        ) THEN 'out_of_service'"""

LAST = f"(2, 'Framed-IPv6-Prefix', ':=',\n        {ADDRESSES.LINK})"
# What is left at this instant, or less by the profile; 0 would be for ever.
LEFT = """,
    (3, 'Session-Timeout', ':=', (
        SELECT least(greatest(floor(extract(epoch FROM own_time.ends_at - statement_timestamp())), 1),
                     profile.session_seconds)::bigint::text
        FROM network_window AS own_time JOIN network_profile AS profile ON profile.id = standing.profile_id
        WHERE own_time.subscription_id = standing.subscription_id))"""


def reply(subscribers: str) -> str:
    columns = "false AS granted, '' AS vendor"
    return str(GRANTS.with_granted(subscribers, GRANTS.GRANTED_REPLY, columns).sql)


class Migration(migrations.Migration):
    dependencies = [("contracts", "0003_service_changes"), ("network", "0018_monitoring")]

    operations = [
        migrations.CreateModel(
            name="Window",
            fields=[
                (
                    "subscription",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="contracts.subscription",
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="network_window_ends_after_its_start",
                    )
                ],
            },
        ),
        ADDRESSES.replaced(STANDING, OUT, OUT_BY_THE_CLOCK),
        migrations.RunSQL(reply(GRANTS.OLD_REPLY.replace(LAST, LAST + LEFT)), reply(GRANTS.OLD_REPLY)),
    ]
