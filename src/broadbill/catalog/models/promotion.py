from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Replace

from broadbill.kernel.protections import only_changing


class Promotion(models.Model):
    """A discount that coupons give, or credits for a referral. What was taken is counted here, row by row."""

    class Kind(models.TextChoices):
        DISCOUNT = "discount"
        REFERRAL = "referral"

    id = models.BigAutoField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    kind = models.TextField(choices=Kind, default=Kind.DISCOUNT)
    # As `catalog.domain.promotion.Promotion` describes it.
    benefit = models.JSONField()
    currency = models.CharField(max_length=3, blank=True, default="")
    # The days on which it may be taken: [starts_on, ends_on).
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    # None: for all plans.
    plans = models.ManyToManyField("catalog.Plan", related_name="promotions", blank=True)
    new_customers_only = models.BooleanField(default=False)
    limit = models.PositiveIntegerField(null=True, blank=True)
    limit_per_account = models.PositiveIntegerField(null=True, blank=True)
    # It stands beside no other promotion.
    is_exclusive = models.BooleanField(default=False)
    # Nobody takes it for now.
    is_paused = models.BooleanField(default=False)
    # How often it was taken and not given back.
    redeemed = models.PositiveIntegerField(default=0)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="catalog_promotion_has_a_code"),
            models.CheckConstraint(
                condition=Q(limit__isnull=True) | Q(redeemed__lte=F("limit")),
                name="catalog_promotion_within_its_limit",
            ),
        ]
        triggers = only_changing(
            "redeemed",
            "ends_on",
            "is_paused",
            reason="customers took it as it is; make another promotion",
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Coupon(models.Model):
    """A code by which a promotion is taken. It is kept as it is printed; dashes tell no two codes apart."""

    id = models.BigAutoField(primary_key=True)
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="coupons")
    code = models.TextField()
    # None: as often as the promotion allows.
    limit = models.PositiveIntegerField(null=True, blank=True)
    # The first day on which it cannot be redeemed any more.
    ends_on = models.DateField(null=True, blank=True)
    redeemed = models.PositiveIntegerField(default=0)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Replace("code", Value("-"), Value("")), name="catalog_coupon_code_unique_without_dashes"
            ),
            models.CheckConstraint(
                condition=Q(limit__isnull=True) | Q(redeemed__lte=F("limit")),
                name="catalog_coupon_within_its_limit",
            ),
        ]
        triggers = only_changing(
            "redeemed", "ends_on", reason="it was handed out as it is; add another coupon"
        )

    def __str__(self) -> str:
        return self.code
