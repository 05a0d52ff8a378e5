from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from broadbill.core.money import Currency, Money
from broadbill.prepaid.models import Sale


@dataclass(frozen=True, slots=True)
class SaleRead:
    """What a receipt says. Amounts are decimal texts; `total` has the tax inside."""

    number: str
    batch: str
    sold_on: date
    sold_to: str
    method: str
    count: int
    net: str
    tax: str
    total: str
    currency: str


def sale_numbered(number: str) -> SaleRead:
    """One query. Raises: Sale.DoesNotExist for a number nobody got (a caller's bug)."""
    sale = Sale.objects.select_related("batch").get(number=number)
    currency = Currency.of(sale.batch.currency)
    return SaleRead(
        number=sale.number,
        batch=str(sale.batch),
        sold_on=sale.sold_on,
        sold_to=sale.sold_to,
        method=sale.method,
        count=sale.count,
        net=str(Money(sale.net, currency)),
        tax=str(Money(sale.tax, currency)),
        total=str(Money(sale.total, currency)),
        currency=currency.code,
    )
