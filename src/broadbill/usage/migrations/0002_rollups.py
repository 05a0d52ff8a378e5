from django.db import migrations, models
from django.db.models import deletion

import broadbill.kernel.fields

# Records of before get their account's zone of now. Only the tables' owner may do this, and only here.
FILL_ZONES = """
ALTER TABLE usage_usagerecord DISABLE TRIGGER USER;
UPDATE usage_usagerecord AS record
SET timezone = profile.timezone,
    used_on = (record.at AT TIME ZONE profile.timezone)::date,
    recorded_on = (record.recorded_at AT TIME ZONE profile.timezone)::date
FROM accounts_account AS account JOIN accounts_profile AS profile ON profile.id = account.profile_id
WHERE account.id = record.account_id;
ALTER TABLE usage_usagerecord ENABLE TRIGGER USER;
"""

ROLL_UP = """
INSERT INTO usage_dailyrollup (account_id, used_on, subscription_id, meter, recorded_on, records, first_number,
                               last_number, quantity)
SELECT account_id, used_on, subscription_id, meter, recorded_on, count(*), min(number), max(number),
       sum(coalesce(quantity, duration_seconds, 0))
FROM usage_usagerecord GROUP BY account_id, used_on, subscription_id, meter, recorded_on
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_contact_search"),
        ("contracts", "0001_initial"),
        ("usage", "0001_initial"),
    ]

    operations = [
        migrations.AddField(model_name="usagerecord", name="timezone", field=models.TextField(null=True)),
        migrations.AddField(model_name="usagerecord", name="used_on", field=models.DateField(null=True)),
        migrations.AddField(model_name="usagerecord", name="recorded_on", field=models.DateField(null=True)),
        migrations.RunSQL(FILL_ZONES, migrations.RunSQL.noop),
        migrations.AlterField(model_name="usagerecord", name="timezone", field=models.TextField()),
        migrations.AlterField(model_name="usagerecord", name="used_on", field=models.DateField()),
        migrations.AlterField(model_name="usagerecord", name="recorded_on", field=models.DateField()),
        migrations.AddIndex(
            model_name="usagerecord",
            index=models.Index(fields=["account", "meter", "used_on"], name="usage_usagerecord_by_day"),
        ),
        migrations.CreateModel(
            name="DailyRollUp",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "used_on",
                        "subscription_id",
                        "meter",
                        "recorded_on",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("used_on", models.DateField()),
                ("meter", models.TextField()),
                ("recorded_on", models.DateField()),
                ("records", models.IntegerField()),
                ("first_number", models.IntegerField()),
                ("last_number", models.IntegerField()),
                ("quantity", broadbill.kernel.fields.NumericField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=deletion.PROTECT,
                        related_name="+",
                        to="contracts.subscription",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "last_number"], name="usage_dailyrollup_as_known")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(records__gte=1, last_number__gte=models.F("first_number")),
                        name="usage_dailyrollup_holds_records",
                    )
                ],
            },
        ),
        migrations.RunSQL(ROLL_UP, migrations.RunSQL.noop),
    ]
