"""Selling vouchers, to a customer or to a reseller."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from broadbill.accounts.queries.provider import current_provider
from broadbill.billing.operations.series import take_numbers
from broadbill.catalog.queries.policy import current_policy
from broadbill.core.money import Currency, Money
from broadbill.core.rating import AccountTerms, Rulebook
from broadbill.kernel.operations.events import record_event
from broadbill.ledger.operations.journal import post_entry
from broadbill.payments.models import Payment
from broadbill.payments.operations.record import INTO
from broadbill.prepaid.domain.codes import fingerprint, read_code
from broadbill.prepaid.domain.errors import BatchRefused
from broadbill.prepaid.domain.sale_booking import (
    Priced,
    priced_multi_purpose,
    priced_single_purpose,
    sale_entry,
)
from broadbill.prepaid.models import Batch, Sale, Voucher
from broadbill.prepaid.operations.generate import voucher_key
from broadbill.prepaid.operations.network_names import grant_sold
from broadbill.tax.queries.rules import tax_rules

SOLD = """
UPDATE prepaid_voucher SET sale_id = %s, liability = fresh.liability
FROM unnest(%s::bigint[], %s::bigint[]) AS fresh(voucher, liability) WHERE id = fresh.voucher
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSale:
    """`codes` are sold, or else the next `count` that nobody has. Asking again with the key sells nothing new."""

    batch_id: int
    method: str
    sold_to: str
    sold_on: date
    idempotency_key: str
    count: int = 0
    codes: tuple[str, ...] = ()


@transaction.atomic
def sell_vouchers(*, sale: NewSale, now: datetime, actor: str) -> Sale:
    """Take money for vouchers: from now on they can be redeemed, and sign in. Raises: BatchRefused, CodeMistyped."""
    batch = Batch.objects.select_for_update(no_key=True).get(pk=sale.batch_id)
    if earlier := Sale.objects.filter(idempotency_key=sale.idempotency_key).first():
        return earlier
    _refuse(batch, sale)
    vouchers = _chosen(batch, sale)
    priced = _priced(batch, len(vouchers), sale.sold_on)
    row = _record(batch, sale, priced, len(vouchers), now, actor)
    with connection.cursor() as cursor:
        ids = [voucher.id for voucher in vouchers]
        cursor.execute(SOLD, [row.id, ids, [liability.minor for liability in priced.liabilities]])
    grant_sold(vouchers, batch)
    return row


def _refuse(batch: Batch, sale: NewSale) -> None:
    if sale.method not in Payment.HANDED_OVER:
        raise BatchRefused(reason=f"{sale.method!r} is not one of {', '.join(Payment.HANDED_OVER)}")
    if batch.blocked_at is not None:
        raise BatchRefused(reason=f"batch {batch} is blocked")
    if batch.valid_until and batch.valid_until < sale.sold_on:
        raise BatchRefused(reason=f"batch {batch} was valid until {batch.valid_until}")


def _chosen(batch: Batch, sale: NewSale) -> list[Voucher]:
    """The vouchers to be sold, in the order of their serial numbers; all of them can be."""
    unsold = (
        Voucher.objects.select_for_update().filter(batch=batch, sale=None, blocked_at=None).order_by("serial")
    )
    if sale.codes:
        key = voucher_key()
        prints = {fingerprint(key=key, code=read_code(code)) for code in sale.codes}
        found = list(unsold.filter(fingerprint__in=prints))
        wanted = len(prints)
    else:
        wanted = sale.count
        found = list(unsold[: max(wanted, 0)])
    if not found or len(found) < wanted:
        reason = f"only {len(found)} of the {wanted} vouchers asked for are in batch {batch} and unsold"
        raise BatchRefused(reason=reason)
    return found


def _priced(batch: Batch, count: int, on: date) -> Priced:
    currency = Currency.of(batch.currency)
    price = Money(batch.price, currency)
    if batch.kind == Batch.Kind.MONEY:
        return priced_multi_purpose(price=price, worth=Money(batch.worth, currency), count=count)
    provider = current_provider()
    place = AccountTerms(
        currency=currency,
        timezone=provider.timezone,
        country=provider.country or None,
        region=provider.region or None,
    )
    rulebook = Rulebook.parse({"policy": current_policy(), "plans": {}, "taxes": tax_rules()})
    return priced_single_purpose(
        price=price, count=count, category=batch.tax_category, rulebook=rulebook, place=place, on=on
    )


def _record(batch: Batch, sale: NewSale, priced: Priced, count: int, now: datetime, actor: str) -> Sale:
    """Number the sale, post it and write it down."""
    number = _number(sale, priced, count)
    entry = sale_entry(priced, INTO[Payment.Method(sale.method)])
    entry_id = (
        post_entry(entry=entry, kind="voucher_sale", posted_on=sale.sold_on, now=now, reference=number)
        if entry
        else None
    )
    row = Sale.objects.create(
        number=number,
        batch=batch,
        sold_on=sale.sold_on,
        sold_to=sale.sold_to,
        method=sale.method,
        count=count,
        net=priced.net.minor,
        tax=priced.tax.minor,
        total=priced.total.minor,
        entry_id=entry_id,
        idempotency_key=sale.idempotency_key,
        recorded_by=actor,
        recorded_at=now,
    )
    record_event(
        actor=actor,
        verb="vouchers.sold",
        object_type="voucher_sale",
        object_id=row.id,
        occurred_at=now,
        data={
            "number": number,
            "batch": batch.id,
            "count": count,
            "total": {"minor": row.total, "currency": batch.currency},
        },
    )
    return row


def _number(sale: NewSale, priced: Priced, count: int) -> str:
    told: Sequence[object] = [sale.batch_id, sale.sold_on.isoformat(), sale.sold_to, sale.method, count,
                              str(priced.total), priced.total.currency.code, sale.idempotency_key]  # fmt: skip
    digest = hashlib.sha256(json.dumps(told).encode()).digest()
    [taken] = take_numbers(kind="voucher_sale", day=sale.sold_on, digests=[digest])
    return taken.number
