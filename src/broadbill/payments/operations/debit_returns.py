"""What follows a return: the mandate may end, the bank's fee is booked and perhaps passed on, the customer is told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db.models import Q

from broadbill.accounts.models import Account
from broadbill.accounts.operations.lock import lock_account
from broadbill.accounts.queries.provider import current_provider
from broadbill.accounts.queries.readers import readers_of
from broadbill.contracts.operations.account_facts import add_charge
from broadbill.core.money import Currency, Money
from broadbill.core.posting import Entry, Posting
from broadbill.documents.domain.wording import Wording
from broadbill.kernel.operations.events import record_event
from broadbill.ledger.domain.chart import BANK, BANK_FEES
from broadbill.ledger.operations.journal import post_entry
from broadbill.ledger.queries.closing import open_day
from broadbill.messaging.operations.enqueue import enqueue_many
from broadbill.messaging.operations.write import write
from broadbill.payments.domain.debit_policy import DebitPolicyRead
from broadbill.payments.domain.debits import returns_in_a_row
from broadbill.payments.domain.returns import plain_reason, returned_as
from broadbill.payments.domain.schemes import SEPA, scheme_of
from broadbill.payments.models import Debit
from broadbill.payments.operations.mandates import end_mandate
from broadbill.payments.queries.debit_policy import debit_policy

LETTER: Final = "debit_returned"


def follow_return(debit: Debit, *, tells: bool, now: datetime, actor: str) -> None:
    """End the mandate where the reason or the policy says so, and record the return. With `tells` the customer gets a
    letter, and the fee that the policy fixes.
    """
    policy = debit_policy()
    lock_account(debit.account_id)
    debit.mandate.refresh_from_db()
    meaning = returned_as(debit.return_code)
    if policy.stops(debit.return_code) and debit.mandate.cancelled_at is None:
        end_mandate(debit.mandate, because=f"{debit.return_code}: {meaning.says}", now=now, actor=actor)
    record_event(
        actor=actor,
        verb="debit.returned",
        object_type="debit",
        object_id=debit.id,
        occurred_at=now,
        account_id=debit.account_id,
        data={
            "code": debit.return_code,
            "says": meaning.says,
            "payment": debit.payment.number if debit.payment else "",
            "amount": {"minor": debit.amount, "currency": debit.currency},
        },
    )
    if tells:
        _pass_on(debit, policy, None, now, actor)
        _tell(debit, policy, now)


def book_fee(debit: Debit, *, fee: Money, on: date, now: datetime, actor: str) -> None:
    """What the bank took for a return, as its statement says: a cost, and the customer's where the policy says so."""
    post_entry(
        entry=Entry((Posting(BANK_FEES, fee), Posting(BANK, -fee))),
        kind="bank_fee",
        posted_on=open_day(on),
        now=now,
        reference=debit.end_to_end,
        account_id=debit.account_id,
    )
    debit.return_fee = fee.minor
    debit.save(update_fields=["return_fee"])
    record_event(
        actor=actor,
        verb="debit.return_fee",
        object_type="debit",
        object_id=debit.id,
        occurred_at=now,
        account_id=debit.account_id,
        data={"amount": {"minor": fee.minor, "currency": fee.currency.code}},
    )
    lock_account(debit.account_id)
    _pass_on(debit, debit_policy(), fee, now, actor)


def _pass_on(debit: Debit, policy: DebitPolicyRead, taken: Money | None, now: datetime, actor: str) -> None:
    """Charge the customer once for a return. The caller holds the account's lock."""
    fee = policy.passed_on(debit.return_code, Currency.of(debit.currency), taken)
    if fee is None or debit.fee_passed_on:
        return
    add_charge(
        account_id=debit.account_id,
        amount=fee,
        name=f"Fee for the returned direct debit {debit.end_to_end}",
        on=debit.returned_on or debit.due_on,
        now=now,
        actor=actor,
        tax=policy.fee_tax or None,
    )
    debit.fee_passed_on = fee.minor
    debit.save(update_fields=["fee_passed_on"])


def _in_a_row(mandate_id: int) -> list[tuple[str, date]]:
    """One query."""
    latest = list(
        Debit.objects.filter(mandate=mandate_id)
        .filter(Q(state__in=[Debit.State.COLLECTED, Debit.State.RETURNED]) | ~Q(return_code=""))
        .order_by("-id")[:3]
    )
    return returns_in_a_row([row.return_code for row in latest], [row.returned_on for row in latest])


def _tell(debit: Debit, policy: DebitPolicyRead, now: datetime) -> None:
    currency = Currency.of(debit.currency)
    reason = plain_reason(debit.return_code)
    account = Account.objects.select_related("profile").get(pk=debit.account_id)
    readers = readers_of([account])[account.id]
    if not reason or not readers:
        return
    scheme = scheme_of(debit.mandate.instrument) or SEPA
    again_on = policy.asks_again_from(scheme, _in_a_row(debit.mandate_id))
    provider = current_provider()
    wording = Wording.of(account.profile.language)
    written = write(
        kind=LETTER,
        language=account.profile.language,
        facts={
            "seller": provider.name,
            "name": account.profile.legal_name,
            "amount": wording.money(Money(debit.amount, currency)),
            "due_on": wording.long_date(debit.due_on),
            "account_ends": debit.mandate.bank_account[-4:],
            "mandate": debit.mandate.reference,
            "reason": reason,
            "has_ended": debit.mandate.cancelled_at is not None,
            "again_on": wording.long_date(again_on) if again_on else "",
            "fee": wording.money(Money(debit.fee_passed_on, currency)) if debit.fee_passed_on else "",
            "contact": provider.phone or provider.email,
        },
    )
    enqueue_many(
        drafts=[
            written.to(address, object_type="debit", object_id=str(debit.id), account_id=account.id)
            for address in readers
        ],
        now=now,
    )
