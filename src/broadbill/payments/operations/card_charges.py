"""Charging a card: asked for once, whatever crashes.

A charge and its key are committed before the gateway is asked; what it answers is written in one transaction with the
payment. Where no answer came, `settle_under_way` asks the gateway what became of the key.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from broadbill.accounts.operations.lock import lock_accounts
from broadbill.core.money import Currency, Money
from broadbill.kernel.operations.events import record_event
from broadbill.payments.adapters.gateways import gateway_in_use, gateway_named
from broadbill.payments.domain.card_errors import ChargeRefused, ChargeUnderWay
from broadbill.payments.domain.gateway import (
    DECLINES,
    ChargeRequest,
    ChargeSeen,
    Gateway,
    GatewayRefused,
    Outcome,
    OutcomeUnknown,
)
from broadbill.payments.models import CardCharge, SavedMethod
from broadbill.payments.operations.record import NewPayment, record_payment
from broadbill.payments.queries.owing import owing_of

logger = logging.getLogger(__name__)

# A call lasts seconds; what stands so long has lost its process or its answer.
SILENT_FOR = timedelta(minutes=2)
# A customer who has not answered a challenge by then does not come back to it.
CHALLENGE_LASTS = timedelta(hours=1)
# Gateways keep keys for a day: older ones are asked about, never sent again.
KEYS_LAST = timedelta(hours=23)
# Declines after which the method is not charged again.
METHOD_IS_OVER = frozenset({"expired_card", "stolen_card", "account_closed", "no_mandate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCharge:
    """Money to be charged to a saved method, or on the gateway's page when `method_id` is None.

    `key` is made by whoever asks; asking again with it charges nothing new.
    """

    account_id: int
    method_id: int | None
    amount: Money
    key: str
    description: str
    off_session: bool = False
    return_url: str = ""


def charge_card(*, charge: NewCharge, now: datetime, actor: str) -> CardCharge:
    """Ask the gateway for the money and book what it answers. Not inside a transaction: the key must be kept first.

    A charge that comes back ASKED has an unknown outcome, which is found out later.
    Raises: ChargeRefused, ChargeUnderWay, GatewayUnknown, AccountUnknown.
    """
    row, is_new = _keep(charge, now, actor)
    return send_charge(row, now=now) if is_new else row


@transaction.atomic(durable=True)
def _keep(charge: NewCharge, now: datetime, actor: str) -> tuple[CardCharge, bool]:
    account = lock_accounts([charge.account_id])[charge.account_id]
    if earlier := CardCharge.objects.filter(key=charge.key).first():
        return earlier, False
    method = None
    if charge.method_id is not None:
        method = SavedMethod.objects.filter(
            pk=charge.method_id, account=account, state=SavedMethod.State.ACTIVE
        ).first()
        if method is None:
            raise ChargeRefused(reason=f"account {account.number} has no such saved method")
    if charge.amount.minor <= 0:
        raise ChargeRefused(reason="the amount must be more than nothing")
    if charge.amount.currency.code != account.profile.currency:
        raise ChargeRefused(reason=f"account {account.number} is billed in {account.profile.currency}")
    other = CardCharge.objects.filter(account=account, state__in=CardCharge.UNDER_WAY).first()
    if other is not None:
        raise ChargeUnderWay(
            account=account.number,
            amount=f"{Money(other.amount, Currency.of(other.currency))} {other.currency}",
        )
    row = CardCharge.objects.create(
        account=account,
        gateway=method.gateway if method else gateway_in_use().name,
        method=method,
        key=charge.key,
        amount=charge.amount.minor,
        currency=charge.amount.currency.code,
        off_session=charge.off_session,
        return_url=charge.return_url,
        asked_by=actor,
        asked_at=now,
    )
    return row, True


def send_charge(row: CardCharge, *, now: datetime) -> CardCharge:
    """Make the request of a charge that was kept, and settle it by the answer."""
    gateway = gateway_named(row.gateway)
    request = ChargeRequest(
        key=row.key,
        amount=Money(row.amount, Currency.of(row.currency)),
        customer=row.method.customer if row.method else "",
        method=row.method.reference if row.method else "",
        description=f"Account {row.account.number}",
        off_session=row.off_session,
        return_url=row.return_url,
    )
    try:
        seen = gateway.charge(request)
    except OutcomeUnknown as error:
        logger.warning("charge %s has no answer yet: %s", row.key, error)
        return row
    except GatewayRefused as error:
        return _decline(row.id, "not_taken_up", str(error), now)
    return settle_charge(charge_id=row.id, seen=seen, now=now)


@transaction.atomic
def settle_charge(*, charge_id: int, seen: ChargeSeen, now: datetime) -> CardCharge:
    """Write down what the gateway says of a charge; money that came is a payment in the same transaction.

    Any number of times, in any order: what succeeded stays so, and money is booked once.
    """
    row = _locked(charge_id)
    if row.state == CardCharge.State.SUCCEEDED:
        return row
    row.reference = seen.reference
    if seen.outcome is Outcome.SUCCEEDED:
        row.payment = record_payment(
            payment=NewPayment(
                account_id=row.account_id,
                # What really came, should a gateway ever take another amount than it was asked for.
                amount=seen.amount,
                method="card",
                received_on=timezone.localdate(now),
                idempotency_key=f"charge:{row.key}",
                reference=seen.reference,
            ),
            now=now,
            actor=row.asked_by,
        )
        row.state, row.decline, row.next_url, row.settled_at = CardCharge.State.SUCCEEDED, "", "", now
        row.save()
        return row
    if seen.outcome is Outcome.DECLINED:
        return _declined(row, seen.decline if seen.decline in DECLINES else "refused", "", now)
    if row.state != CardCharge.State.DECLINED:
        row.state, row.next_url = CardCharge.State(seen.outcome.value), seen.next_url
        row.save()
    return row


def settle_under_way(*, now: datetime) -> int:
    """Find out what became of charges without a known outcome; return how many are known now.

    A key that the gateway never saw is sent again while it lasts and the debt is still there, else given up.
    """
    waiting = CardCharge.objects.filter(state__in=CardCharge.UNDER_WAY, asked_at__lte=now - SILENT_FOR)
    known = 0
    for row in waiting.select_related("account", "method").order_by("id"):
        try:
            known += _find_out(row, gateway_named(row.gateway), now)
        except OutcomeUnknown as error:
            logger.warning("charge %s is still without an answer: %s", row.key, error)
    return known


def _find_out(row: CardCharge, gateway: Gateway, now: datetime) -> bool:
    customer = row.method.customer if row.method else ""
    seen = gateway.find_charge(key=row.key, reference=row.reference, customer=customer)
    age = now - row.asked_at
    if seen is None and row.off_session and age < KEYS_LAST and _is_still_owed(row, now):
        return send_charge(row, now=now).state not in CardCharge.UNDER_WAY
    if seen is None:
        return _decline(row.id, "never_reached", "", now).state not in CardCharge.UNDER_WAY
    if seen.outcome is Outcome.CHALLENGE and age > CHALLENGE_LASTS:
        seen = gateway.cancel_charge(seen.reference)
    return settle_charge(charge_id=row.id, seen=seen, now=now).state not in CardCharge.UNDER_WAY


def _is_still_owed(row: CardCharge, now: datetime) -> bool:
    owing = owing_of(
        account_id=row.account_id, currency=Currency.of(row.currency), as_of=timezone.localdate(now)
    )
    return owing.balance.minor >= row.amount


@transaction.atomic
def _decline(charge_id: int, decline: str, note: str, now: datetime) -> CardCharge:
    row = _locked(charge_id)
    return row if row.state == CardCharge.State.SUCCEEDED else _declined(row, decline, note, now)


def _declined(row: CardCharge, decline: str, note: str, now: datetime) -> CardCharge:
    """The caller holds the charge. A method that is declined for good is not charged again."""
    if row.state == CardCharge.State.DECLINED:
        return row
    row.state, row.decline, row.next_url, row.settled_at = CardCharge.State.DECLINED, decline, "", now
    row.save()
    if row.method is not None and decline in METHOD_IS_OVER:
        row.method.state = SavedMethod.State.FAILED
        row.method.save(update_fields=["state"])
    record_event(
        actor=row.asked_by,
        verb="charge.declined",
        object_type="card_charge",
        object_id=row.id,
        occurred_at=now,
        account_id=row.account_id,
        data={"amount": {"minor": row.amount, "currency": row.currency}, "decline": decline, "note": note},
    )
    return row


def _locked(charge_id: int) -> CardCharge:
    """The charge under its account's lock, which everybody takes first."""
    charges = CardCharge.objects.filter(pk=charge_id)
    lock_accounts(charges.values_list("account_id", flat=True))
    return charges.select_related("method", "account").get()
