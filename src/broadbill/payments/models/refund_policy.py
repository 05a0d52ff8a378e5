from __future__ import annotations

from django.db import models

from broadbill.kernel.fields import NumericField
from broadbill.kernel.protections import append_only


class RefundPolicy(models.Model):
    """What becomes of the money when a customer was billed too much. Append-only; the latest is in force.

    Up to `automatic_up_to`, in the account's currency, it goes back by itself to the cards it came from; without one
    nothing does. What does not go by itself stays the customer's `credit`, or waits for a person's `approval`.
    """

    class Otherwise(models.TextChoices):
        CREDIT = "credit"
        APPROVAL = "approval"

    id = models.BigAutoField(primary_key=True)
    automatic_up_to = NumericField(null=True)
    otherwise = models.TextField(choices=Otherwise, default=Otherwise.CREDIT)
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(automatic_up_to=None) | models.Q(automatic_up_to__gte=0),
                name="payments_refundpolicy_not_negative",
            )
        ]
        triggers = append_only(reason="a change of the policy is a new version")

    def __str__(self) -> str:
        return f"refund policy {self.id}"
