"""Roles become rows that an owner can change: the seven of before and others, held by any number of people.

Clerks become billing, agents become support: the same duties under the words of docs/reference/permissions.md.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BUILT_IN = {
    "owner": "Owner",
    "billing": "Billing",
    "cashier": "Cashier",
    "support": "Support",
    "technician": "Technician",
    "auditor": "Auditor",
    "read-only": "Read-only",
}
OF_BEFORE = {"clerk": "billing", "agent": "support"}


def write_roles(apps, schema_editor):
    roles = apps.get_model("identity", "StaffRole").objects
    roles.bulk_create(roles.model(code=code, title=title) for code, title in BUILT_IN.items())


def carry_over(apps, schema_editor):
    users = apps.get_model("identity", "User").objects
    users.filter(role="customer").update(is_customer=True)
    held = apps.get_model("identity", "HeldRole").objects
    held.bulk_create(
        held.model(user_id=pk, role_id=OF_BEFORE.get(role, role))
        for pk, role in users.exclude(role="customer").values_list("pk", "role")
    )
    for before, after in OF_BEFORE.items():
        apps.get_model("identity", "RoleLimit").objects.filter(role=before).update(role=after)


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_customers")]

    operations = [
        migrations.CreateModel(
            name="StaffRole",
            fields=[
                ("code", models.TextField(primary_key=True, serialize=False)),
                ("title", models.TextField()),
                (
                    "granted",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "withdrawn",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
            ],
            options={
                "db_table": "identity_role",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True), name="identity_role_has_a_code"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="identity_role_has_a_title"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldRole",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.staffrole"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="held_roles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "identity_heldrole",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "role"), name="identity_heldrole_once")
                ],
            },
        ),
        migrations.AddField(model_name="user", name="is_customer", field=models.BooleanField(default=False)),
        migrations.RunPython(write_roles, migrations.RunPython.noop),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
