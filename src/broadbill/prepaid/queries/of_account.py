"""What an account has prepaid: vouchers it redeemed, with what is left of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadbill.core.money import Currency, Money
from broadbill.prepaid.models import Redemption


@dataclass(frozen=True, slots=True)
class RedeemedVoucher:
    """`money` is what a money voucher was worth; of the others, None in what does not limit them."""

    voucher: str
    kind: str
    redeemed_at: datetime
    money: Money | None
    ends_at: datetime | None
    seconds_left: int | None
    octets_left: int | None


def redeemed_by(account_id: int, *, size: int = 50) -> tuple[RedeemedVoucher, ...]:
    """The latest first. One query."""
    rows = Redemption.objects.filter(account_id=account_id).select_related("voucher__batch", "entitlement")
    return tuple(_read(row) for row in rows.order_by("-redeemed_at", "-voucher_id")[:size])


def _read(row: Redemption) -> RedeemedVoucher:
    batch, entitlement = row.voucher.batch, getattr(row, "entitlement", None)
    is_money = batch.kind == "money"
    return RedeemedVoucher(
        voucher=str(row.voucher),
        kind=batch.kind,
        redeemed_at=row.redeemed_at,
        money=Money(batch.worth, Currency.of(batch.currency)) if is_money else None,
        ends_at=entitlement.ends_at if entitlement else None,
        seconds_left=entitlement.seconds_left if entitlement else None,
        octets_left=entitlement.octets_left if entitlement else None,
    )
