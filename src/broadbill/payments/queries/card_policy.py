"""How charging by itself goes on after a decline."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.payments.models import CardPolicy

USUAL_RETRY_DAYS = (3, 5, 7)


@dataclass(frozen=True, slots=True)
class CardPolicyRead:
    """`retry_days`: so many days after the first decline of a debt it is tried again, the days in order."""

    retry_days: tuple[int, ...] = USUAL_RETRY_DAYS
    passes_fee_on: bool = False


def card_policy() -> CardPolicyRead:
    """The policy in force. One query."""
    row = CardPolicy.objects.order_by("-id").first()
    return CardPolicyRead(tuple(row.retry_days), row.passes_fee_on) if row else CardPolicyRead()
