"""Batches of vouchers and how far they are sold and used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from broadbill.core.money import Currency, Money
from broadbill.prepaid.domain.errors import BatchUnknown
from broadbill.prepaid.domain.worth import in_words
from broadbill.prepaid.models import Batch

BATCHES = """
SELECT batch.id, batch.kind, batch.worth, batch.currency, batch.price, batch.valid_until, batch.blocked_at IS NOT NULL,
       batch.count, count(voucher.sale_id), count(redemption.voucher_id),
       count(*) FILTER (WHERE voucher.blocked_at IS NOT NULL), count(voucher.expired_at),
       coalesce(sum(voucher.liability) FILTER (WHERE voucher.expired_at IS NULL AND redemption.voucher_id IS NULL),
                0)::bigint
FROM (
    SELECT * FROM prepaid_batch
    WHERE (%(batch)s::bigint IS NULL OR id = %(batch)s) AND (%(before)s::bigint IS NULL OR id < %(before)s)
    ORDER BY id DESC LIMIT %(limit)s
) AS batch
JOIN prepaid_voucher AS voucher ON voucher.batch_id = batch.id
LEFT JOIN prepaid_redemption AS redemption ON redemption.voucher_id = voucher.id
GROUP BY batch.id, batch.kind, batch.worth, batch.currency, batch.price, batch.valid_until, batch.blocked_at,
         batch.count
ORDER BY batch.id DESC
"""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """`worth` in words; amounts are decimal texts. Counts are of vouchers; `outstanding` is what is owed for them."""

    batch: str
    kind: str
    worth: str
    price: str
    currency: str
    valid_until: date | None
    is_blocked: bool
    count: int
    sold: int
    redeemed: int
    blocked: int
    expired: int
    outstanding: str

    @property
    def id(self) -> int:
        return int(self.batch.removeprefix("B"))


@dataclass(frozen=True, slots=True)
class BatchPage:
    rows: tuple[BatchRow, ...]
    first: bool
    next_key: int | None


def batch_list(*, batch_id: int | None = None) -> list[BatchRow]:
    """All batches, or one, latest first. One query."""
    return _rows(batch=batch_id)


def batch_page(*, before: int | None = None, size: int = 25) -> BatchPage:
    """Some batches, latest first. One query."""
    rows = _rows(before=before, limit=size + 1)
    shown = tuple(rows[:size])
    return BatchPage(shown, before is None, shown[-1].id if len(rows) > size else None)


def _rows(*, batch: int | None = None, before: int | None = None, limit: int | None = None) -> list[BatchRow]:
    with connection.cursor() as cursor:
        cursor.execute(BATCHES, {"batch": batch, "before": before, "limit": limit})
        return [_row(row) for row in cursor.fetchall()]


def batch_named(name: str) -> Batch:
    """`B12`, or `12`. Raises: BatchUnknown."""
    digits = name.strip().upper().removeprefix("B")
    batch = Batch.objects.filter(pk=int(digits)).first() if digits.isdecimal() else None
    if batch is None:
        raise BatchUnknown(batch=name)
    return batch


def _row(row: tuple[object, ...]) -> BatchRow:
    batch_id, kind, worth, code, price, until, is_blocked, *counts, outstanding = row
    currency = Currency.of(str(code))
    count, sold, redeemed, blocked, expired = (int(str(number)) for number in counts)
    return BatchRow(
        batch=f"B{batch_id}",
        kind=str(kind),
        worth=in_words(str(kind), int(str(worth)), currency),
        price=str(Money(int(str(price)), currency)),
        currency=currency.code,
        valid_until=until if isinstance(until, date) else None,
        is_blocked=bool(is_blocked),
        count=count,
        sold=sold,
        redeemed=redeemed,
        blocked=blocked,
        expired=expired,
        outstanding=str(Money(int(str(outstanding)), currency)),
    )
