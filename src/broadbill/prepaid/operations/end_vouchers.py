"""Vouchers that are used no more: blocked because they were lost, expired because nobody came."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from broadbill.core.money import Currency, Money
from broadbill.kernel.operations.events import record_event
from broadbill.ledger.operations.journal import post_entry
from broadbill.network.operations.grants import block_grants
from broadbill.prepaid.domain.codes import fingerprint, read_code
from broadbill.prepaid.domain.errors import BatchUnknown, VoucherUnknown
from broadbill.prepaid.domain.sale_booking import breakage_entry
from broadbill.prepaid.models import Batch, Voucher
from broadbill.prepaid.operations.generate import voucher_key


@transaction.atomic
def block_batch(*, batch_id: int, reason: str, now: datetime, actor: str) -> None:
    """Refuse every voucher of the batch from now on: a lost sheet. What is owed for them stays until they expire.

    Raises: BatchUnknown.
    """
    batch = Batch.objects.select_for_update(no_key=True).filter(pk=batch_id).first()
    if batch is None:
        raise BatchUnknown(batch=f"B{batch_id}")
    if batch.blocked_at is None:
        batch.blocked_at, batch.blocked_reason = now, reason
        batch.save(update_fields=["blocked_at", "blocked_reason"])
        with_grant = Voucher.objects.filter(batch=batch, grant__isnull=False)
        block_grants(grant_ids=list(with_grant.values_list("grant_id", flat=True)), now=now)
        _event("voucher_batch.blocked", "voucher_batch", batch.id, reason, now, actor)


@transaction.atomic
def block_voucher(*, code: str, reason: str, now: datetime, actor: str) -> Voucher:
    """Refuse one voucher from now on. Raises: CodeMistyped, VoucherUnknown."""
    found = fingerprint(key=voucher_key(), code=read_code(code))
    voucher = Voucher.objects.select_for_update().filter(fingerprint=found).first()
    if voucher is None:
        raise VoucherUnknown
    if voucher.blocked_at is None:
        voucher.blocked_at, voucher.blocked_reason = now, reason
        voucher.save(update_fields=["blocked_at", "blocked_reason"])
        if voucher.grant_id is not None:
            block_grants(grant_ids=[voucher.grant_id], now=now)
        _event("voucher.blocked", "voucher", voucher.id, reason, now, actor)
    return voucher


def expire_vouchers(*, on: date, now: datetime, actor: str) -> int:
    """Turn what is owed for vouchers whose last day is before `on` into revenue; return how many expired.

    One entry a batch; doing it again expires nothing twice.
    """
    over = Batch.objects.filter(valid_until__lt=on, vouchers__in=_lapsing()).distinct().order_by("id")
    return sum(_expire(batch, on, now, actor) for batch in over)


def _lapsing() -> QuerySet[Voucher]:
    """What signed in is redeemed, though nobody may have booked it yet."""
    unused = Q(grant=None) | Q(grant__started_at=None)
    return Voucher.objects.filter(unused, sale__isnull=False, expired_at=None, redemption=None)


@transaction.atomic
def _expire(batch: Batch, on: date, now: datetime, actor: str) -> int:
    locked = Voucher.objects.select_for_update().filter(batch=batch, sale__isnull=False, expired_at=None)
    ids = list(locked.order_by("id").values_list("id", flat=True))
    # Asked once the locks are held: what was redeemed meanwhile does not expire.
    vouchers = list(_lapsing().filter(id__in=ids).order_by("id"))
    currency = Currency.of(batch.currency)
    entry = breakage_entry(
        [Money(voucher.liability or 0, currency) for voucher in vouchers] or [currency.zero]
    )
    if entry:
        post_entry(entry=entry, kind="breakage", posted_on=on, now=now, reference=str(batch))
    Voucher.objects.filter(id__in=[voucher.id for voucher in vouchers]).update(expired_at=now)
    if vouchers:
        _event("voucher_batch.expired", "voucher_batch", batch.id, f"{len(vouchers)} unused", now, actor)
    return len(vouchers)


def _event(verb: str, kind: str, object_id: int, reason: str, now: datetime, actor: str) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type=kind,
        object_id=object_id,
        occurred_at=now,
        data={"reason": reason},
    )
