"""Charging late interest, for each day of a debt once, and keeping the rates that the law refers to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from broadbill.collections.domain.interest import ONE_DAY, LateItem, Rates, accrued, rounded
from broadbill.collections.domain.policy import Step
from broadbill.collections.models import InterestCharge, ReferenceRate
from broadbill.collections.queries.interest import late_items, rates_of, reference_rates
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.operations.facts import record_facts
from broadbill.core.money import Money
from broadbill.kernel.operations.events import record_event


@dataclass(frozen=True, slots=True)
class Claim:
    """Interest that a step charges an account; `overdue` is in its currency. The account is locked."""

    account_id: int
    overdue: Money
    step: Step


@dataclass(frozen=True, slots=True)
class _Charged:
    """What is charged of a claim, and for which debts."""

    claim: Claim
    interest: Money
    recovery: Money
    items: tuple[LateItem, ...]
    name: str


def charge_interest(*, claims: Sequence[Claim], on: date, now: datetime, actor: str) -> None:
    """Charge what accrued up to and including the day and was not charged before, with the compensation for debts
    that bear interest for the first time. Both are lines of their own on the next bill. A fixed number of queries.
    """
    if not claims:
        return
    late = late_items(account_ids=[claim.account_id for claim in claims], on=on)
    references = reference_rates()
    found = [
        charged
        for claim in claims
        if (
            charged := _worked_out(
                claim, late.get(claim.account_id, []), rates_of(claim.step, references), on
            )
        )
    ]
    numbers = iter(record_facts(facts=[f for one in found for f in _facts(one, on)], now=now, actor=actor))
    rows = []
    for one in found:
        fact = next(numbers)
        recovery = next(numbers) if one.recovery else None
        rows += [
            InterestCharge(
                account_id=one.claim.account_id,
                item_id=item.item_id,
                days=DateRange(item.starts_on, on + ONE_DAY),
                fact=fact,
                recovery_fact=recovery,
                recorded_at=now,
            )
            for item in one.items
        ]
    InterestCharge.objects.bulk_create(rows)


@transaction.atomic
def set_reference_rate(*, code: str, starts_on: date, percent: Decimal, now: datetime, actor: str) -> None:
    """Record what a reference rate is from a day on. What was charged before stays charged."""
    row = ReferenceRate.objects.create(
        code=code, starts_on=starts_on, percent=percent, recorded_by=actor, recorded_at=now
    )
    record_event(
        actor=actor,
        verb="reference_rate.set",
        object_type="reference_rate",
        object_id=row.id,
        occurred_at=now,
        data={"code": code, "starts_on": starts_on.isoformat(), "percent": str(percent)},
    )


def _worked_out(claim: Claim, items: Sequence[LateItem], rates: Rates, on: date) -> _Charged | None:
    """None where it rounds to nothing: those days are charged with the next step."""
    until = on + ONE_DAY
    each = [(item, accrued(item, rates, until=until)) for item in items]
    bearing = tuple(item for item, interest in each if interest > 0)
    interest = rounded(sum((interest for _, interest in each), Fraction(0)), claim.overdue)
    if interest.minor <= 0:
        return None
    fresh = sum(item.charged_to is None for item in bearing)
    currency = claim.overdue.currency
    recovery = currency.round((claim.step.recovery or Decimal(0)) * fresh)
    since = min(item.starts_on for item in bearing) - ONE_DAY
    return _Charged(claim, interest, recovery, bearing, _name(claim, bearing, rates, since, on))


def _name(claim: Claim, items: Sequence[LateItem], rates: Rates, since: date, on: date) -> str:
    if claim.step.name:
        return claim.step.name
    first = since + ONE_DAY
    told = [rates.on(first), *(percent for day, percent in rates.steps if first < day <= on)]
    percents = " and ".join(_plain(percent) for percent in dict.fromkeys(told) if percent)
    # What is owed at the end, or was at the beginning where all of it came meanwhile.
    owed = sum(item.owed_on(on) for item in items) or sum(item.owed_on(item.starts_on) for item in items)
    return f"Interest of {percents} % a year on {Money(owed, claim.overdue.currency)} since {since}"


def _plain(percent: Fraction) -> str:
    return f"{(Decimal(percent.numerator) / Decimal(percent.denominator)).normalize():f}"


def _facts(one: _Charged, on: date) -> list[NewFact]:
    lines = [(one.interest, one.name)]
    if one.recovery:
        lines.append((one.recovery, f"Compensation for recovery costs, overdue on {on}"))
    return [
        NewFact(
            account_id=one.claim.account_id,
            kind="charge",
            effective_on=on,
            detail={"amount": str(amount), "name": name},
        )
        for amount, name in lines
    ]
