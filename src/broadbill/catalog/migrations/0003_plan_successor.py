import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_promotions"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="replaced_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaces",
                to="catalog.plan",
            ),
        ),
        migrations.AddField(
            model_name="price",
            name="for_new",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("replaced_by", None), ("retired_on__isnull", False), _connector="OR"),
                name="catalog_plan_replaced_is_retired",
            ),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(("for_new", False), ("starts_on__isnull", False), _connector="OR"),
                name="catalog_price_for_new_has_a_day",
            ),
        ),
    ]
