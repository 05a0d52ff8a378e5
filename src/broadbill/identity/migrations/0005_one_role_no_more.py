"""The one role of before goes: who has which roles is rows of its own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_roles")]

    operations = [
        migrations.RemoveConstraint(model_name="user", name="user_role_is_known"),
        migrations.RemoveField(model_name="user", name="role"),
        migrations.AlterField(
            model_name="rolelimit",
            name="role",
            field=models.ForeignKey(
                db_column="role",
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="limits",
                to="identity.staffrole",
            ),
        ),
    ]
