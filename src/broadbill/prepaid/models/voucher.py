from __future__ import annotations

from django.db import models

from broadbill.kernel.protections import append_only


class Voucher(models.Model):
    """One card. Its code is nowhere: only a keyed hash of it is stored."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey("prepaid.Batch", models.PROTECT, related_name="vouchers", db_index=False)
    serial = models.IntegerField()
    fingerprint = models.BinaryField(unique=True)
    sale = models.ForeignKey("prepaid.Sale", models.PROTECT, null=True, related_name="vouchers")
    # What is owed for it from its sale until it is redeemed or expires, minor units.
    liability = models.BigIntegerField(null=True)
    # What lets it sign in on the network, from its sale on; money has none.
    grant = models.OneToOneField("network.Grant", models.PROTECT, null=True, related_name="+")
    blocked_at = models.DateTimeField(null=True)
    blocked_reason = models.TextField(blank=True, default="")
    expired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "serial"], name="prepaid_voucher_serial_unique"),
            models.CheckConstraint(
                condition=models.Q(sale__isnull=True, liability__isnull=True)
                | models.Q(sale__isnull=False, liability__gte=0),
                name="prepaid_voucher_owes_when_sold",
            ),
        ]

    def __str__(self) -> str:
        return f"B{self.batch_id}/{self.serial}"


class Redemption(models.Model):
    """The one use of a voucher, for an account or a device."""

    voucher = models.OneToOneField(Voucher, models.PROTECT, primary_key=True, related_name="redemption")
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    device = models.TextField(blank=True, default="")
    # The payment that a money voucher became, or the entry that earns any other.
    payment = models.OneToOneField("payments.Payment", models.PROTECT, null=True, related_name="+")
    entry = models.OneToOneField("ledger.JournalEntry", models.PROTECT, null=True, related_name="+")
    redeemed_by = models.TextField()
    redeemed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(account__isnull=False) | ~models.Q(device=""),
                name="prepaid_redemption_is_for_somebody",
            )
        ]
        triggers = append_only(reason="a voucher is redeemed once and for all")

    def __str__(self) -> str:
        return f"redemption of {self.voucher_id}"


class WrongCode(models.Model):
    """A well-formed code that does not exist, and where it was typed."""

    id = models.BigAutoField(primary_key=True)
    source = models.TextField()
    tried_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["source", "tried_at"], name="prepaid_wrongcode_of_source")]

    def __str__(self) -> str:
        return f"{self.source} at {self.tried_at}"
