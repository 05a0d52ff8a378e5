"""What an account has prepaid: vouchers it redeemed, with what is left of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from broadbill.core.money import Currency, Money
from broadbill.network.queries.granted import Granted, granted
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
    """The latest first. Two queries."""
    found = Redemption.objects.filter(account_id=account_id).select_related("voucher__batch")
    rows = list(found.order_by("-redeemed_at", "-voucher_id")[:size])
    left = granted([row.voucher.grant_id for row in rows if row.voucher.grant_id is not None])
    return tuple(_read(row, left) for row in rows)


def _read(row: Redemption, left: Mapping[int, Granted]) -> RedeemedVoucher:
    batch, own = row.voucher.batch, left.get(row.voucher.grant_id or 0)
    is_money = batch.kind == "money"
    return RedeemedVoucher(
        voucher=str(row.voucher),
        kind=batch.kind,
        redeemed_at=row.redeemed_at,
        money=Money(batch.worth, Currency.of(batch.currency)) if is_money else None,
        ends_at=own.ends_at if own else None,
        seconds_left=own.seconds_left if own else None,
        octets_left=own.octets_left if own else None,
    )
