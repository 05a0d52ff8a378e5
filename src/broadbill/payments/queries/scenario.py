"""An account's whole history as a scenario of the contract."""

from __future__ import annotations

from typing import Any

from broadbill.accounts.models import Account
from broadbill.billing.models import Document
from broadbill.contracts.domain.fact import event_of
from broadbill.contracts.models import Fact
from broadbill.core.money import Currency, Money
from broadbill.payments.models import Chargeback, OpenItem, Payment, Refund, WriteOff


def scenario_of(account: Account) -> dict[str, Any]:
    """Facts, payments and the dates of the bills, with the rulebook of the last one. For `broadbill simulate`.

    A fact is told as recorded on the day of the first bill that knew it, so the same bills come out.
    """
    profile = account.profile
    documents = list(Document.objects.filter(account=account).select_related("run__rulebook").order_by("id"))
    rulebook = documents[-1].run.rulebook.content if documents else {"policy": {}, "plans": {}, "taxes": []}
    policy = {**rulebook["policy"], **({"anchor": profile.anchor} if profile.anchor else {})}
    return {
        "currency": profile.currency,
        "timezone": profile.timezone,
        "policy": policy,
        "plans": rulebook["plans"],
        "taxes": rulebook["taxes"],
        "account": _account(account),
        "events": [*_facts(account, documents), *_payments(account)],
        "bill": sorted({document.issued_on.isoformat() for document in documents}),
    }


def _account(account: Account) -> dict[str, Any]:
    profile = account.profile
    told: dict[str, Any] = {
        "country": profile.country,
        "region": profile.region,
        "tax_id": profile.tax_id,
        "exempt": list(profile.tax_exempt),
        "reverse_charge": profile.reverse_charge,
    }
    opening = OpenItem.objects.filter(account=account, kind=OpenItem.Kind.OPENING).first()
    if opening and opening.amount < 0:
        told["credit_balance"] = str(Money(-opening.amount, Currency.of(profile.currency)))
    return {key: value for key, value in told.items() if value}


def _facts(account: Account, documents: list[Document]) -> list[dict[str, Any]]:
    events = []
    for fact in Fact.objects.filter(account=account).order_by("number"):
        event = event_of(fact.kind, fact.effective_on, fact.subscription_id, fact.detail)
        known = next(
            (document.issued_on for document in documents if document.facts_seen >= fact.number), None
        )
        if known and known > fact.effective_on:
            event["recorded"] = known.isoformat()
        event["ref"] = str(fact.number)
        if fact.kind == "void":
            event["event"] = str(fact.detail["event"])
        events.append(event)
    return events


def _payments(account: Account) -> list[dict[str, Any]]:
    """Whatever moved the balance besides documents, by its day: payments that hold and write-offs that stand as
    payments, refunds and chargebacks as payments of less than nothing."""
    payments = Payment.objects.filter(account=account, reversal=None).order_by("received_on", "id")
    refunds = Refund.objects.filter(account=account, state=Refund.State.PAID).order_by("paid_on", "id")
    moved = [(row.received_on, Money(row.amount, Currency.of(row.currency))) for row in payments]
    moved += [(row.paid_on, Money(-row.amount, Currency.of(row.currency))) for row in refunds if row.paid_on]
    written_off = WriteOff.objects.filter(account=account, state=WriteOff.State.BOOKED).order_by("id")
    moved += [
        (row.written_off_on, Money(row.amount, Currency.of(row.currency)))
        for row in written_off
        if row.written_off_on
    ]
    taken_back = Chargeback.objects.filter(charge__account=account).order_by("id")
    moved += [(row.opened_on, Money(-row.amount, Currency.of(row.currency))) for row in taken_back]
    moved.sort(key=lambda each: each[0])
    return [{"do": "payment", "at": day.isoformat(), "amount": str(amount)} for day, amount in moved]
