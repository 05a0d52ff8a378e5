"""What becomes true of a whole account: goodwill, manual charges, and taking back what was recorded in error."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.contracts.domain.errors import FactUnknown
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.domain.promotion_errors import UseGivenBack
from broadbill.contracts.models import Fact, Redemption
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.operations.terms import rebuild_terms
from broadbill.contracts.queries.histories import read_events
from broadbill.core.money import Money
from broadbill.core.rating.events import living


def give_credit(
    *, account_id: int, amount: Money, name: str, on: date, now: datetime, actor: str, tax: str | None = None
) -> int:
    """Give goodwill, consumed by the next documents. With `tax` it lowers that category's net. Raises: FactRefused."""
    return _record(account_id, "credit", on, _money_detail(amount, name, tax), now, actor)


def add_charge(
    *, account_id: int, amount: Money, name: str, on: date, now: datetime, actor: str, tax: str | None = None
) -> int:
    """Charge once by hand; the amount may be negative. Raises: FactRefused."""
    return _record(account_id, "charge", on, _money_detail(amount, name, tax), now, actor)


def credit_line(
    *, account_id: int, subscription_id: int, charge: str, period: date, amount: Money, name: str, on: date,
    now: datetime, actor: str,
) -> int:  # fmt: skip
    """Correct one line: that of a subscription's charge that holds the day `period`. Never more comes off than is left
    of it. Raises: FactRefused.
    """
    detail = {**_money_detail(amount, name, None), "charge": charge, "period": period.isoformat()}
    fact = NewFact(
        account_id=account_id, kind="credit", effective_on=on, subscription_id=subscription_id, detail=detail
    )
    return record_facts(facts=[fact], now=now, actor=actor)[0]


@transaction.atomic
def void_fact(*, account_id: int, number: int, on: date, now: datetime, actor: str) -> int:
    """Take back a fact that should never have been recorded; voiding a void restores.

    Raises: FactUnknown, UseGivenBack.
    """
    account = lock_account(account_id)
    if not Fact.objects.filter(account_id=account_id, number=number).exists():
        raise FactUnknown(account=account.number, number=number)
    voided = _record(account_id, "void", on, {"event": number}, now, actor)
    _follow_with_redemptions(account_id)
    rebuild_terms(account_id=account_id, now=now)
    return voided


def _follow_with_redemptions(account_id: int) -> None:
    """A coupon is taken back while its discount is voided."""
    redemptions = Redemption.objects.filter(account_id=account_id)
    if not redemptions:
        return
    standing = {event.key for event in living(read_events([account_id])[account_id])}
    if redemptions.filter(is_given_back=True, fact__in=standing).exists():
        raise UseGivenBack
    redemptions.exclude(fact__in=standing).update(is_taken_back=True)
    redemptions.filter(fact__in=standing).update(is_taken_back=False)


def _money_detail(amount: Money, name: str, tax: str | None) -> dict[str, Any]:
    detail = {"amount": str(amount), "name": name}
    return {**detail, "tax": tax} if tax else detail


def _record(account_id: int, kind: str, on: date, detail: dict[str, Any], now: datetime, actor: str) -> int:
    fact = NewFact(account_id=account_id, kind=kind, effective_on=on, detail=detail)
    return record_facts(facts=[fact], now=now, actor=actor)[0]
