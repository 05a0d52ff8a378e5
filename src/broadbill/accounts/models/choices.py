from __future__ import annotations

from django.db import models

from broadbill.accounts.domain.choices import OPTIONAL_LETTERS, ConsentKind
from broadbill.kernel.protections import only_changing


class Consent(models.Model):
    """That a customer said yes to something, by what words and when, and when they took it back."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="consents")
    kind = models.TextField(choices=[(one.value, one.value) for one in ConsentKind])
    # What they read when they said yes.
    wording = models.TextField()
    given_at = models.DateTimeField()
    given_by = models.TextField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="accounts_consent_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by="")
                | (models.Q(withdrawn_at__gte=models.F("given_at")) & ~models.Q(withdrawn_by="")),
                name="accounts_consent_withdrawn_later",
            ),
        ]
        triggers = only_changing(
            "withdrawn_at", "withdrawn_by", reason="a consent that was given stays on record"
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"


class UnwantedLetter(models.Model):
    """A kind of letter that the customer does not want."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="unwanted_letters")
    letter = models.TextField(choices=[(one, one) for one in OPTIONAL_LETTERS])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "letter"], name="accounts_unwantedletter_said_once"),
            models.CheckConstraint(
                condition=models.Q(letter__in=list(OPTIONAL_LETTERS)),
                name="accounts_unwantedletter_is_optional",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.letter}"
