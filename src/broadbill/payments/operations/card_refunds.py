"""Giving money back to the cards it came from: oldest charge first, each asked of its gateway once."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from broadbill.accounts.operations.lock import lock_accounts
from broadbill.core.money import Currency, Money
from broadbill.kernel.operations.events import record_event
from broadbill.payments.adapters.gateways import gateway_named
from broadbill.payments.domain.errors import IdempotencyKeyReused, RefundRefused
from broadbill.payments.domain.gateway import (
    GatewayRefused,
    Outcome,
    OutcomeUnknown,
    RefundRequest,
    RefundSeen,
)
from broadbill.payments.domain.refunding import back_to_charges
from broadbill.payments.models import Refund
from broadbill.payments.operations.refund import NewRefund, pay_refund, request_refund
from broadbill.payments.queries.card_charges import charges_left

logger = logging.getLogger(__name__)
SILENT_FOR = timedelta(minutes=2)


@transaction.atomic
def refund_to_cards(
    *, account_id: int, amount: Money, reason: str, key: str, on: date, now: datetime, actor: str,
    limit: Money | None = None,
) -> list[Refund]:  # fmt: skip
    """Give an amount back to the cards that were charged, oldest charge first: a refund for each.

    Above `limit` in all they wait for another person.
    Raises: RefundRefused when the charges do not hold so much, IdempotencyKeyReused, AccountUnknown.
    """
    lock_accounts([account_id])
    if earlier := _parts_of(key):
        return _same(earlier, account_id, amount)
    parts = back_to_charges(charges_left(account_id=account_id), amount.minor)
    given = sum(minor for _, minor in parts)
    if given < amount.minor:
        held = Money(given, amount.currency)
        raise RefundRefused(
            reason=f"only {held} {amount.currency.code} can go back to cards; pay the rest otherwise"
        )
    # The limit is of the whole: parts must not slip through under it.
    alone = None if limit is None or amount <= limit else amount.currency.zero
    return [
        request_refund(
            refund=NewRefund(
                account_id=account_id,
                amount=Money(minor, amount.currency),
                method="card",
                reason=reason,
                idempotency_key=f"{key}/{number}",
                charge_id=charge_id,
            ),
            on=on,
            now=now,
            actor=actor,
            limit=alone,
        )
        for number, (charge_id, minor) in enumerate(parts, start=1)
    ]


def _parts_of(key: str) -> list[Refund]:
    """The refunds that were made of what was asked for with that key, and of no key that begins like it."""
    begun = Refund.objects.filter(idempotency_key__startswith=f"{key}/").order_by("id")
    return [row for row in begun if row.idempotency_key[len(key) + 1 :].isdecimal()]


def _same(earlier: list[Refund], account_id: int, amount: Money) -> list[Refund]:
    of_it = {(row.account_id, row.currency) for row in earlier} == {(account_id, amount.currency.code)}
    if not of_it or sum(row.amount for row in earlier) != amount.minor:
        raise IdempotencyKeyReused(number=", ".join(str(row) for row in earlier))
    return earlier


def send_card_refund(*, refund_id: int, now: datetime) -> Refund:
    """Ask the gateway to give it back, and book it when it says so. Not in a transaction: its key was kept before."""
    row = Refund.objects.select_related("charge").get(pk=refund_id)
    if row.state != Refund.State.SENDING or row.charge is None:
        return row
    request = RefundRequest(
        key=row.idempotency_key,
        charge=row.charge.reference,
        amount=Money(row.amount, Currency.of(row.currency)),
    )
    try:
        seen = gateway_named(row.charge.gateway).refund(request)
    except OutcomeUnknown as error:
        logger.warning("refund %s has no answer yet: %s", row.id, error)
        return row
    except GatewayRefused as error:
        return _fail(refund_id, str(error), now)
    return settle_refund(refund_id=refund_id, seen=seen, now=now)


@transaction.atomic
def settle_refund(*, refund_id: int, seen: RefundSeen, now: datetime) -> Refund:
    """Write down what the gateway says of a refund. Any number of times: it is booked once."""
    row = _locked(refund_id)
    if row.state != Refund.State.SENDING:
        return row
    row.reference = seen.reference
    row.save(update_fields=["reference"])
    if seen.outcome is Outcome.SUCCEEDED:
        return pay_refund(row, timezone.localdate(now), now, row.decided_by)
    if seen.outcome is Outcome.DECLINED:
        return _failed(row, "the gateway could not give it back", now)
    return row


def settle_refunds_under_way(*, now: datetime) -> int:
    """Find out what became of refunds without a known outcome; return how many are known now.

    One that the gateway never saw is asked for again with its key.
    """
    known = 0
    waiting = Refund.objects.filter(state=Refund.State.SENDING, decided_at__lte=now - SILENT_FOR)
    for row in waiting.select_related("charge").order_by("id"):
        assert row.charge is not None
        try:
            seen = gateway_named(row.charge.gateway).find_refund(
                key=row.idempotency_key, reference=row.reference, charge=row.charge.reference
            )
            settled = (
                send_card_refund(refund_id=row.id, now=now)
                if seen is None
                else settle_refund(refund_id=row.id, seen=seen, now=now)
            )
            known += settled.state != Refund.State.SENDING
        except OutcomeUnknown as error:
            logger.warning("refund %s is still without an answer: %s", row.id, error)
    return known


@transaction.atomic
def _fail(refund_id: int, why: str, now: datetime) -> Refund:
    row = _locked(refund_id)
    return _failed(row, why, now) if row.state == Refund.State.SENDING else row


def _failed(row: Refund, why: str, now: datetime) -> Refund:
    """The money stays in credit; staff see why and pay it otherwise. The caller holds the account's lock."""
    row.state, row.note, row.decided_at = Refund.State.REFUSED, why, now
    row.save(update_fields=["state", "note", "decided_at"])
    record_event(
        actor=row.decided_by,
        verb="refund.failed",
        object_type="refund",
        object_id=row.id,
        occurred_at=now,
        account_id=row.account_id,
        data={"amount": {"minor": row.amount, "currency": row.currency}, "note": why},
    )
    return row


def _locked(refund_id: int) -> Refund:
    """The refund under its account's lock."""
    account_id = Refund.objects.values_list("account_id", flat=True).get(pk=refund_id)
    lock_accounts([account_id])
    return Refund.objects.get(pk=refund_id)
