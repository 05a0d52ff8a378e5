"""Addresses are assigned from an instant on and kept on record; FreeRADIUS's views read those of the moment."""

from importlib import import_module

import django.contrib.postgres.constraints
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import broadbill.kernel.fields
import broadbill.network.models.address

VIEWS = import_module("broadbill.network.migrations.0002_views")

# What an access holds at this moment; not worked out where nobody asks for it.
HELD = """(SELECT {value} FROM network_assignment AS held
        WHERE held.access_id = {access} AND held.kind = '{kind}' AND held.starts_at <= statement_timestamp()
          AND (held.ends_at IS NULL OR held.ends_at > statement_timestamp()))"""
ADDRESS = HELD.format(value="host(held.network)::inet", access="access.id", kind="ipv4")
PREFIX = HELD.format(value="held.network::text", access="access.id", kind="delegated_prefix")
LINK = HELD.format(value="held.network::text", access="standing.access_id", kind="link_prefix")

BEFORE = "access.address, access.ipv6_prefix"
NOW = f"{ADDRESS} AS address,\n       coalesce({PREFIX}, '') AS ipv6_prefix"
LAST_REPLY = "nullif(standing.ipv6_prefix, ''))"
MOVE = """
INSERT INTO network_assignment (access_id, kind, network, starts_at, recorded_at, recorded_by)
SELECT id, 'ipv4', address::cidr, recorded_at, recorded_at, 'system:upgrade' FROM network_access WHERE address IS NOT NULL
UNION ALL
SELECT id, 'delegated_prefix', ipv6_prefix::cidr, recorded_at, recorded_at, 'system:upgrade'
FROM network_access WHERE ipv6_prefix <> ''
"""
MOVE_BACK = f"""
UPDATE network_access AS access SET address = {ADDRESS}, ipv6_prefix = coalesce({PREFIX}, '')
"""


def replaced(view: str, before: str, now: str) -> migrations.RunSQL:
    """The view with one part of it written anew."""
    if before not in view:
        raise AssertionError(f"the view has no {before}")
    old = view.replace("CREATE VIEW", "CREATE OR REPLACE VIEW")
    return migrations.RunSQL(old.replace(before, now), old)


class Migration(migrations.Migration):
    dependencies = [("network", "0009_packets_in_order")]

    operations = [
        migrations.CreateModel(
            name="Pool",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.TextField(unique=True)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("ipv4", "Ipv4"),
                            ("link_prefix", "Link Prefix"),
                            ("delegated_prefix", "Delegated Prefix"),
                        ]
                    ),
                ),
                ("network", broadbill.kernel.fields.NetworkField()),
                ("piece_length", models.PositiveSmallIntegerField()),
                ("kept_back", models.PositiveIntegerField(default=0)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (django.contrib.postgres.indexes.OpClass("network", name="inet_ops"), "&&")
                        ],
                        name="network_pool_never_overlap",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("ipv4", "Ipv4"),
                            ("link_prefix", "Link Prefix"),
                            ("delegated_prefix", "Delegated Prefix"),
                        ]
                    ),
                ),
                ("network", broadbill.kernel.fields.NetworkField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.TextField()),
                (
                    "access",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="network.access",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="network.pool",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True),
                            ("ends_at__gte", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="network_assignment_ends_no_earlier",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (django.contrib.postgres.indexes.OpClass("network", name="inet_ops"), "&&"),
                            (broadbill.network.models.address.Held("starts_at", "ends_at"), "&&"),
                        ],
                        name="network_assignment_never_twice",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("access", "="),
                            ("kind", "="),
                            (broadbill.network.models.address.Held("starts_at", "ends_at"), "&&"),
                        ],
                        name="network_assignment_one_of_a_kind",
                    ),
                ],
            },
        ),
        migrations.RunSQL(MOVE, MOVE_BACK),
        # Checks that wait for the end, of the rows just moved, would stand in the way of altering the table.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        replaced(VIEWS.STANDING, BEFORE, NOW),
        replaced(
            VIEWS.RADREPLY, LAST_REPLY, f"{LAST_REPLY},\n    (2, 'Framed-IPv6-Prefix', ':=',\n        {LINK})"
        ),
        migrations.RemoveField(
            model_name="access",
            name="address",
        ),
        migrations.RemoveField(
            model_name="access",
            name="ipv6_prefix",
        ),
    ]
