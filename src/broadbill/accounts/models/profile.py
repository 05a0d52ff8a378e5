from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper

from broadbill.kernel.protections import append_only


class Profile(models.Model):
    """What a bill needs to know of an account, one immutable version a change.

    An issued document points at the version it was made from, so it prints the same for ever.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="profiles")
    legal_name = models.TextField()
    street = models.TextField(blank=True, default="")
    postcode = models.TextField(blank=True, default="")
    city = models.TextField(blank=True, default="")
    region = models.TextField(blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    tax_id = models.TextField(blank=True, default="")
    # Names or categories of taxes the account is exempt from.
    tax_exempt = ArrayField(models.TextField(), default=list, blank=True)
    reverse_charge = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    timezone = models.TextField()
    language = models.TextField(default="en")
    # The scenario contract's `policy.anchor`, e.g. {"day": 15}; null follows the operator's policy.
    anchor = models.JSONField(null=True, blank=True)
    terms_days = models.PositiveSmallIntegerField(default=14)
    # Where bills go; empty means on paper.
    email = models.TextField(blank=True, default="")
    recorded_at = models.DateTimeField()

    class Meta:
        # The second is for the office's search; its expressions stand again in payments/queries/customers.py.
        indexes = [
            models.Index(fields=["account", "-id"], name="accounts_profile_latest"),
            GinIndex(
                OpClass(Upper("street"), name="gin_trgm_ops"),
                OpClass(Upper("legal_name"), name="gin_trgm_ops"),
                name="accounts_profile_search",
            ),
        ]
        triggers = append_only(reason="a change of an account's profile is a new version")

    def __str__(self) -> str:
        return f"{self.legal_name} ({self.currency})"
