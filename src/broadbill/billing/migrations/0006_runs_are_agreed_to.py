from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0005_drafts"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="rundraft",
            name="billing_draft_ready_is_worked_out",
        ),
        migrations.AlterField(
            model_name="rundraft",
            name="state",
            field=models.TextField(
                choices=[
                    ("drafting", "Drafting"),
                    ("ready", "Ready"),
                    ("asked", "Asked"),
                    ("posting", "Posting"),
                    ("posted", "Posted"),
                    ("discarded", "Discarded"),
                ],
                default="drafting",
            ),
        ),
        migrations.AddConstraint(
            model_name="rundraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["ready", "asked", "posting", "posted"]), _negated=True),
                    ("tally__isnull", False),
                    _connector="OR",
                ),
                name="billing_draft_ready_is_worked_out",
            ),
        ),
    ]
