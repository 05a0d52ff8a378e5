from __future__ import annotations

from django.db import models
from django.db.models import Q

from broadbill.kernel.protections import only_changing


class Redemption(models.Model):
    """A promotion that an account took by a coupon, and the fact that gives its discount.

    It is taken back while that fact is voided; its use may then have been given back, for somebody else.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="redemptions")
    # Null: for the whole account.
    subscription = models.ForeignKey(
        "contracts.Subscription", models.PROTECT, null=True, blank=True, related_name="redemptions"
    )
    promotion = models.ForeignKey("catalog.Promotion", models.PROTECT, related_name="redemptions")
    coupon = models.ForeignKey("catalog.Coupon", models.PROTECT, related_name="redemptions")
    # The number of the discount among the account's facts.
    fact = models.IntegerField()
    is_taken_back = models.BooleanField(default=False)
    is_given_back = models.BooleanField(default=False)
    taken_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "fact"], name="contracts_redemption_fact_unique"),
            models.CheckConstraint(
                condition=Q(is_given_back=False) | Q(is_taken_back=True),
                name="contracts_redemption_given_back_is_taken_back",
            ),
        ]
        triggers = only_changing("is_taken_back", "is_given_back", reason="it was taken; take it back")

    def __str__(self) -> str:
        return f"{self.account_id} #{self.fact} {self.promotion_id}"
