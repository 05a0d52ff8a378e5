"""Making vouchers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from broadbill.catalog.models import Plan
from broadbill.core.money import Money
from broadbill.kernel.copying import copy_rows
from broadbill.kernel.operations.events import record_event
from broadbill.prepaid.domain.codes import code_of, fingerprint
from broadbill.prepaid.domain.errors import BatchRefused
from broadbill.prepaid.domain.worth import Kind
from broadbill.prepaid.models import Batch

SALT_OCTETS = 16
MOST_AT_ONCE = 100_000
VOUCHER = ("batch_id", "serial", "fingerprint", "blocked_reason")
# Two of a million codes are the same once in twenty thousand batches; then all are drawn again.
TRIES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class NewBatch:
    """`worth` is minor units, seconds or octets, by kind; `price` is of one voucher; `valid_until` its last day."""

    kind: Kind
    worth: int
    price: Money
    count: int
    valid_until: date | None = None
    plan: Plan | None = None
    profile: str = ""
    tax_category: str = "standard"


def generate(*, batch: NewBatch, now: datetime, actor: str) -> Batch:
    """Make a batch of vouchers that nobody has paid for yet. Raises: BatchRefused."""
    _refuse(batch)
    for _ in range(TRIES - 1):
        try:
            return _generate(batch, now, actor)
        except IntegrityError as error:
            if "fingerprint" not in str(error):
                raise
    return _generate(batch, now, actor)


def voucher_key() -> bytes:
    """The home's key for codes."""
    return str(settings.VOUCHER_KEY).encode()


@transaction.atomic
def _generate(batch: NewBatch, now: datetime, actor: str) -> Batch:
    row = Batch.objects.create(
        kind=batch.kind.value,
        worth=batch.worth,
        currency=batch.price.currency.code,
        price=batch.price.minor,
        tax_category="" if batch.kind is Kind.MONEY else batch.tax_category,
        count=batch.count,
        valid_until=batch.valid_until,
        plan=batch.plan,
        profile=batch.profile,
        salt=secrets.token_bytes(SALT_OCTETS),
        generated_by=actor,
        generated_at=now,
    )
    copy_rows("prepaid_voucher", VOUCHER, _rows(row))
    record_event(
        actor=actor,
        verb="voucher_batch.generated",
        object_type="voucher_batch",
        object_id=row.id,
        occurred_at=now,
        data={"kind": row.kind, "count": row.count, "price": {"minor": row.price, "currency": row.currency}},
    )
    return row


def _rows(batch: Batch) -> Iterator[tuple[object, ...]]:
    key, salt = voucher_key(), bytes(batch.salt)
    for serial in range(1, batch.count + 1):
        code = code_of(key=key, salt=salt, serial=serial)
        yield batch.id, serial, fingerprint(key=key, code=code), ""


def _refuse(batch: NewBatch) -> None:
    if not 0 < batch.count <= MOST_AT_ONCE:
        raise BatchRefused(reason=f"a batch has between 1 and {MOST_AT_ONCE:,} vouchers")
    if batch.price.minor < 0:
        raise BatchRefused(reason="a price is not negative")
    if batch.kind is Kind.MONEY and batch.price.minor > batch.worth:
        raise BatchRefused(reason="a money voucher costs what it is worth at most")
    if batch.plan and batch.plan.currency != batch.price.currency.code:
        raise BatchRefused(reason=f"plan {batch.plan.code} is priced in {batch.plan.currency}")
