from __future__ import annotations

from django.db import models

from broadbill.kernel.protections import append_only


class Batch(models.Model):
    """Vouchers that were made together: of one worth, one price and one last day."""

    class Kind(models.TextChoices):
        MONEY = "money"
        TIME = "time"
        PERIOD = "period"
        DATA = "data"

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField(choices=Kind)
    # What one voucher is worth: minor units of money, seconds, or octets.
    worth = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # What one costs, minor units; taxes of `tax_category` are inside or come on top as with any price.
    price = models.BigIntegerField()
    # Empty for money: it is taxed by what it is spent on.
    tax_category = models.TextField(blank=True, default="")
    count = models.IntegerField()
    # The last day; null: for ever.
    valid_until = models.DateField(null=True)
    # What the network gives: a plan that is sold otherwise too, or a profile that it knows by name.
    plan = models.ForeignKey("catalog.Plan", models.PROTECT, null=True, related_name="+")
    profile = models.TextField(blank=True, default="")
    # Codes are made from the home's key, this and the serial number (`domain.codes`).
    salt = models.BinaryField()
    generated_by = models.TextField()
    generated_at = models.DateTimeField()
    blocked_at = models.DateTimeField(null=True)
    blocked_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(worth__gt=0), name="prepaid_batch_is_worth_something"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="prepaid_batch_price_not_negative"),
            models.CheckConstraint(
                condition=~models.Q(kind="money") | models.Q(price__lte=models.F("worth")),
                name="prepaid_batch_money_costs_its_worth_at_most",
            ),
        ]

    def __str__(self) -> str:
        return f"B{self.pk}"


class Sale(models.Model):
    """Vouchers handed over for money. Amounts are minor units; `total` is what was taken, tax inside."""

    id = models.BigAutoField(primary_key=True)
    number = models.TextField(unique=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="sales")
    sold_on = models.DateField()
    sold_to = models.TextField()
    method = models.TextField()
    count = models.IntegerField()
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    total = models.BigIntegerField()
    # Null when vouchers of no price and no money are given away.
    entry = models.OneToOneField("ledger.JournalEntry", models.PROTECT, null=True, related_name="+")
    # Made by whoever asks, so that asking twice sells once.
    idempotency_key = models.TextField(unique=True)
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(total=models.F("net") + models.F("tax")), name="prepaid_sale_adds_up"
            ),
            models.CheckConstraint(condition=models.Q(count__gt=0), name="prepaid_sale_sells_something"),
        ]
        triggers = append_only(reason="the books know what was sold; block vouchers that came back")

    def __str__(self) -> str:
        return self.number
