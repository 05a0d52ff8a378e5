"""Redeeming a voucher: once, whoever asks how often and from how many places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.accounts.queries.provider import current_provider
from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.kernel.operations.events import record_event
from broadbill.ledger.operations.journal import post_entry
from broadbill.network.operations.grants import start_grant
from broadbill.payments.operations.record import NewPayment, record_payment
from broadbill.prepaid.domain.codes import fingerprint, read_code
from broadbill.prepaid.domain.errors import (
    VoucherAlreadyRedeemed,
    VoucherBlocked,
    VoucherExpired,
    VoucherNotForThis,
    VoucherNotSold,
    VoucherUnknown,
)
from broadbill.prepaid.domain.sale_booking import redemption_entry
from broadbill.prepaid.models import Batch, Redemption, Voucher
from broadbill.prepaid.operations.generate import voucher_key
from broadbill.prepaid.operations.network_names import grant_sold
from broadbill.prepaid.operations.wrong_codes import note_wrong_code, refuse_guessing

SECONDS_A_DAY = 86_400
# Who redeems what signs in on the network by itself.
SIGN_IN = "system:sign-in"
UNKNOWN_DEVICE = "unknown device"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a voucher became: a payment with its receipt number, or the right to sign in, by its grant's id."""

    voucher: str
    kind: str
    payment: str | None
    grant_id: int | None


def redeem(
    *, code: str, source: str, now: datetime, actor: str, account_id: int | None = None, device: str = ""
) -> Redeemed:
    """Redeem a code for an account's wallet, or for an account's or a device's use of the network.

    `source` is where the code was typed (an address, a desk): too many codes that do not exist are refused there.
    They are counted outside the transaction of the redemption, so call this outside of one.
    Raises: CodeMistyped, TooManyWrongCodes, VoucherUnknown, VoucherNotSold, VoucherBlocked, VoucherExpired,
    VoucherAlreadyRedeemed, VoucherNotForThis, AccountUnknown.
    """
    typed = read_code(code)
    refuse_guessing(source=source, now=now)
    try:
        return _redeem(typed, account_id, device.strip(), now, actor)
    except VoucherUnknown:
        note_wrong_code(source=source, now=now)
        raise


@transaction.atomic
def _redeem(code: str, account_id: int | None, device: str, now: datetime, actor: str) -> Redeemed:
    zone = ZoneInfo(current_provider().timezone)
    today = now.astimezone(zone).date()
    voucher = _locked(code)
    _refuse(voucher, today, zone)
    if voucher.batch.kind == Batch.Kind.MONEY:
        redeemed = _top_up(voucher, account_id, today, now, actor)
    else:
        redeemed = _entitle(voucher, account_id, device, today, now, actor)
    _record(voucher, account_id, device, now, actor)
    return redeemed


def _record(voucher: Voucher, account_id: int | None, device: str, now: datetime, actor: str) -> None:
    record_event(
        actor=actor,
        verb="voucher.redeemed",
        object_type="voucher",
        object_id=voucher.id,
        occurred_at=now,
        account_id=account_id,
        data={"voucher": str(voucher), "kind": voucher.batch.kind, "device": device},
    )


def _locked(code: str) -> Voucher:
    """The voucher, locked until the transaction ends: whoever asks second waits and finds it redeemed."""
    rows = Voucher.objects.select_for_update(of=("self",)).select_related("batch")
    voucher = rows.filter(fingerprint=fingerprint(key=voucher_key(), code=code)).first()
    if voucher is None:
        raise VoucherUnknown
    return voucher


def _refuse(voucher: Voucher, today: date, zone: ZoneInfo) -> None:
    batch = voucher.batch
    if earlier := Redemption.objects.filter(voucher=voucher).first():
        raise VoucherAlreadyRedeemed(redeemed_on=earlier.redeemed_at.astimezone(zone).date().isoformat())
    if voucher.blocked_at is not None or batch.blocked_at is not None:
        raise VoucherBlocked
    if batch.valid_until is not None and batch.valid_until < today:
        raise VoucherExpired(valid_until=batch.valid_until.isoformat())
    if voucher.sale_id is None:
        raise VoucherNotSold


def _top_up(voucher: Voucher, account_id: int | None, today: date, now: datetime, actor: str) -> Redeemed:
    """Move what is owed for the voucher to the customer's credit, as a payment like any other."""
    batch = voucher.batch
    if account_id is None:
        raise VoucherNotForThis(reason="it tops up a customer's wallet, so say whose")
    account = lock_account(account_id)
    if account.profile.currency != batch.currency:
        reason = f"it is worth {batch.currency}, and account {account.number} is billed in {account.profile.currency}"
        raise VoucherNotForThis(reason=reason)
    payment = record_payment(
        payment=NewPayment(
            account_id=account_id,
            amount=Money(batch.worth, Currency.of(batch.currency)),
            method="voucher",
            received_on=today,
            idempotency_key=f"voucher:{voucher.id}",
            reference=str(voucher),
        ),
        now=now,
        actor=actor,
    )
    Redemption.objects.create(
        voucher=voucher, account_id=account_id, payment=payment, redeemed_by=actor, redeemed_at=now
    )
    return Redeemed(str(voucher), batch.kind, payment.number, None)


def _entitle(
    voucher: Voucher, account_id: int | None, device: str, today: date, now: datetime, actor: str
) -> Redeemed:
    """Start the right to use the network, and earn what was owed for it."""
    batch = voucher.batch
    if account_id is None and not device:
        raise VoucherNotForThis(reason="say which account or which device is to use it")
    if account_id is not None:
        lock_account(account_id)
    if voucher.grant_id is None:
        grant_sold([voucher], batch)
        voucher.refresh_from_db(fields=["grant"])
    assert voucher.grant_id is not None
    Redemption.objects.create(
        voucher=voucher,
        account_id=account_id,
        device=device,
        entry_id=_earn(voucher, today, today, now),
        redeemed_by=actor,
        redeemed_at=now,
    )
    start_grant(grant_id=voucher.grant_id, now=now)
    return Redeemed(str(voucher), batch.kind, None, voucher.grant_id)


def redeem_started(*, now: datetime, limit: int = 1000) -> int:
    """Book vouchers that signed in on the network by themselves, each once; return how many.

    They are redeemed at the instant they started, by the device that did, and posted today.
    """
    started = Voucher.objects.filter(grant__started_at__isnull=False, redemption=None)
    ids = list(started.order_by("id").values_list("id", flat=True)[:limit])
    return sum(_redeem_started(voucher_id, now) for voucher_id in ids)


@transaction.atomic
def _redeem_started(voucher_id: int, now: datetime) -> bool:
    rows = Voucher.objects.select_for_update(of=("self",)).select_related("batch", "grant")
    voucher = rows.get(pk=voucher_id)
    # Asked once the lock is held: whoever waited for it finds what the other did.
    if Redemption.objects.filter(voucher=voucher).exists():
        return False
    assert voucher.grant is not None
    assert voucher.grant.started_at is not None
    zone = ZoneInfo(current_provider().timezone)
    started_at, device = voucher.grant.started_at, voucher.grant.station or UNKNOWN_DEVICE
    Redemption.objects.create(
        voucher=voucher,
        device=device,
        entry_id=_earn(voucher, started_at.astimezone(zone).date(), now.astimezone(zone).date(), now),
        redeemed_by=SIGN_IN,
        redeemed_at=started_at,
    )
    _record(voucher, None, device, started_at, SIGN_IN)
    return True


def _earn(voucher: Voucher, starts_on: date, posted_on: date, now: datetime) -> int | None:
    """The entry's id: revenue at once, or over a period's days, begun ones whole. None when nothing is owed for it."""
    batch = voucher.batch
    days = -(-batch.worth // SECONDS_A_DAY)
    earned_over = (
        Period(starts_on, starts_on + timedelta(days=days)) if batch.kind == Batch.Kind.PERIOD else None
    )
    entry = redemption_entry(Money(voucher.liability or 0, Currency.of(batch.currency)), earned_over)
    if entry is None:
        return None
    return post_entry(entry=entry, kind="voucher", posted_on=posted_on, now=now, reference=str(voucher))
