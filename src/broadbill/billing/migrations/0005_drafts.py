import broadbill.kernel.fields
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_profile_search"),
        ("billing", "0004_lists_by_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="billrun",
            name="left_out",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="billrun",
            name="tally",
            field=models.JSONField(null=True),
        ),
        migrations.CreateModel(
            name="RunDraft",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("through", models.DateField()),
                ("above", broadbill.kernel.fields.NumericField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("drafting", "Drafting"),
                            ("ready", "Ready"),
                            ("posting", "Posting"),
                            ("posted", "Posted"),
                            ("discarded", "Discarded"),
                        ],
                        default="drafting",
                    ),
                ),
                ("job", models.BigIntegerField(null=True)),
                ("accounts_due", models.IntegerField(default=0)),
                ("accounts_done", models.IntegerField(default=0)),
                ("tally", models.JSONField(null=True)),
                ("moved_from", models.JSONField(null=True)),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("drafted_at", models.DateTimeField(null=True)),
                ("posted_by", models.TextField(blank=True, default="")),
                (
                    "run",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="billing.billrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LeftOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField()),
                ("left_out_by", models.TextField()),
                ("left_out_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="left_out",
                        to="billing.rundraft",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DraftException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("currency", models.CharField(max_length=3)),
                ("total", models.BigIntegerField(null=True)),
                ("before", models.BigIntegerField(null=True)),
                ("note", models.TextField(blank=True, default="")),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exceptions",
                        to="billing.rundraft",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="rundraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["ready", "posting", "posted"]), _negated=True),
                    ("tally__isnull", False),
                    _connector="OR",
                ),
                name="billing_draft_ready_is_worked_out",
            ),
        ),
        migrations.AddConstraint(
            model_name="leftout",
            constraint=models.UniqueConstraint(fields=("draft", "account"), name="billing_leftout_once"),
        ),
        migrations.AddConstraint(
            model_name="draftexception",
            constraint=models.UniqueConstraint(
                fields=("draft", "account"), name="billing_draftexception_once"
            ),
        ),
    ]
