"""Chargebacks: the customer's bank takes a charge back, and sometimes gives it again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from broadbill.accounts.operations.lock import lock_accounts
from broadbill.contracts.operations.account_facts import add_charge
from broadbill.core.money import Currency, Money
from broadbill.core.posting import Entry, Posting
from broadbill.kernel.news import tell
from broadbill.kernel.operations.events import record_event
from broadbill.ledger.domain.chart import GATEWAY_FEES, GATEWAYS, RECEIVABLES
from broadbill.ledger.operations.journal import post_entry
from broadbill.ledger.queries.closing import open_day
from broadbill.payments.domain.gateway import DisputeSeen
from broadbill.payments.models import Allocation, CardCharge, Chargeback, OpenItem
from broadbill.payments.operations.record import NewPayment, record_payment
from broadbill.payments.operations.settle import allocate, settle_accounts, undo
from broadbill.payments.queries.card_policy import card_policy


@transaction.atomic
def settle_chargeback(*, gateway: str, seen: DisputeSeen, now: datetime) -> str:
    """Write down how a dispute stands: opened, won or lost. Returns what a person has to look at, or nothing.

    Opening takes the money off what the charge had paid, so that its invoices are open again, and books the fee. Won,
    the money is received again; lost, its fee is charged to the customer where the policy says so. Each once, in any
    order.
    """
    charge = CardCharge.objects.filter(gateway=gateway, reference=seen.charge).first()
    if charge is None or charge.payment_id is None:
        return f"a dispute of {seen.amount} {seen.amount.currency.code} over a charge that is not known here"
    lock_accounts([charge.account_id])
    case = Chargeback.objects.filter(reference=seen.reference).first()
    if case is None:
        case = _open(charge, seen, now)
    if case.state == Chargeback.State.OPEN and seen.state == Chargeback.State.WON:
        _win(case, charge, now)
    if case.state == Chargeback.State.OPEN and seen.state == Chargeback.State.LOST:
        _lose(case, charge, now)
    return ""


def _open(charge: CardCharge, seen: DisputeSeen, now: datetime) -> Chargeback:
    day = open_day(timezone.localdate(now))
    fee = [Posting(GATEWAY_FEES, seen.fee)] if seen.fee else []
    entry_id = post_entry(
        entry=Entry(
            (
                Posting(RECEIVABLES, seen.amount, charge.account_id),
                *fee,
                Posting(GATEWAYS, -(seen.amount + seen.fee)),
            )
        ),
        kind="chargeback",
        posted_on=day,
        now=now,
        reference=seen.reference,
        account_id=charge.account_id,
    )
    case = Chargeback.objects.create(
        charge=charge,
        reference=seen.reference,
        amount=seen.amount.minor,
        fee=seen.fee.minor,
        currency=seen.amount.currency.code,
        reason=seen.reason,
        entry_id=entry_id,
        opened_on=day,
        recorded_at=now,
    )
    item = OpenItem.objects.create(
        account_id=charge.account_id,
        kind=OpenItem.Kind.CHARGEBACK,
        chargeback=case,
        dated_on=day,
        due_on=day,
        amount=seen.amount.minor,
        open=seen.amount.minor,
    )
    _take_off(charge, item, now)
    _tell("chargeback.opened", case, charge, now)
    tell("payments.reversed", account_id=charge.account_id, reversed_on=day, now=now, actor=_actor(charge))
    return case


def _take_off(charge: CardCharge, item: OpenItem, now: datetime) -> None:
    """Let the charge's own payment settle the chargeback: so much of what it had paid is open again, newest first."""
    paid = OpenItem.objects.get(payment=charge.payment)
    wanted = min(item.open, -paid.amount)
    newest_first = Allocation.objects.filter(credit=paid, undone_at=None).order_by("-id")
    for allocation in newest_first:
        if -paid.open >= wanted:
            break
        undo([allocation], now)
        paid.refresh_from_db()
    if paid.open:
        amount = min(wanted, -paid.open)
        allocate(credit_id=paid.id, debit_id=item.id, amount=amount, actor=_actor(charge), now=now)
    settle_accounts(account_ids=[charge.account_id], actor=_actor(charge), now=now)


def _win(case: Chargeback, charge: CardCharge, now: datetime) -> None:
    case.won = record_payment(
        payment=NewPayment(
            account_id=charge.account_id,
            amount=Money(case.amount, Currency.of(case.currency)),
            method="card",
            received_on=timezone.localdate(now),
            idempotency_key=f"chargeback-won:{case.reference}",
            reference=case.reference,
        ),
        now=now,
        actor=_actor(charge),
    )
    case.state = Chargeback.State.WON
    case.save(update_fields=["won", "state"])
    _tell("chargeback.won", case, charge, now)


def _lose(case: Chargeback, charge: CardCharge, now: datetime) -> None:
    case.state = Chargeback.State.LOST
    case.save(update_fields=["state"])
    _tell("chargeback.lost", case, charge, now)
    if case.fee and card_policy().passes_fee_on:
        add_charge(
            account_id=charge.account_id,
            amount=Money(case.fee, Currency.of(case.currency)),
            name=f"Fee for the disputed card payment {case.reference}",
            on=timezone.localdate(now),
            now=now,
            actor=_actor(charge),
        )


def _actor(charge: CardCharge) -> str:
    return f"gateway:{charge.gateway}"


def _tell(verb: str, case: Chargeback, charge: CardCharge, now: datetime) -> None:
    record_event(
        actor=_actor(charge),
        verb=verb,
        object_type="chargeback",
        object_id=case.id,
        occurred_at=now,
        account_id=charge.account_id,
        data={
            "amount": {"minor": case.amount, "currency": case.currency},
            "fee": {"minor": case.fee, "currency": case.currency},
            "reason": case.reason,
        },
    )
