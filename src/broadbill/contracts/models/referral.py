from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from broadbill.kernel.protections import only_changing


class Referral(models.Model):
    """An account that another one brought. Once the new one has paid an invoice, both get their credits."""

    id = models.BigAutoField(primary_key=True)
    promotion = models.ForeignKey("catalog.Promotion", models.PROTECT, related_name="referrals")
    referrer = models.ForeignKey("accounts.Account", models.PROTECT, related_name="referrals_made")
    # An account is referred once.
    referred = models.OneToOneField("accounts.Account", models.PROTECT, related_name="referral")
    referred_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()
    rewarded_at = models.DateTimeField(null=True, blank=True)
    # Numbers of the credits among each account's facts; null where that side gets none.
    referrer_fact = models.IntegerField(null=True, blank=True)
    referred_fact = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(referrer=F("referred")), name="contracts_referral_is_of_another"
            ),
            models.CheckConstraint(
                condition=Q(rewarded_at__isnull=False)
                | Q(referrer_fact__isnull=True, referred_fact__isnull=True),
                name="contracts_referral_credits_when_rewarded",
            ),
        ]
        indexes = [
            models.Index(
                fields=["referred"],
                condition=Q(rewarded_at__isnull=True),
                name="contracts_referral_waiting",
            )
        ]
        triggers = only_changing(
            "rewarded_at", "referrer_fact", "referred_fact", reason="it was promised; void its credits"
        )

    def __str__(self) -> str:
        return f"{self.referrer_id} brought {self.referred_id}"
