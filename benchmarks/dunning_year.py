"""A year of collections with customers who pay as people do: `python -m benchmarks.dunning_year [CUSTOMERS] [DAYS]`.

Bills every month, payments by habit (in time, late, in parts, never, returned), bank lines in the queue, promises kept
and broken; a pass every morning. Every step is held against what is true at that moment. In a home of its own. Prints
the tallies; exit code 1 when anything was wrong.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.home import own_home

START = date(2026, 1, 1)
SEED = 20261125
FLAT = {"model": "flat", "amount": "30.00"}
STEPS = [
    {"day": 3, "do": "reminder"},
    {"day": 10, "do": "notice"},
    {"day": 15, "do": "restrict"},
    {"day": 21, "do": "suspend"},
    {"day": 70, "do": "agency"},
]
POLICY: dict[str, Any] = {"minimum": "5.00", "steps": STEPS, "country": "AT"}
# How many of a hundred customers pay in which way.
HABITS = (("in_time", 62), ("a_week_late", 15), ("a_month_late", 8), ("in_parts", 6), ("returned", 3), ("promises", 3),
          ("in_flight", 2), ("never", 1))  # fmt: skip


@dataclass
class Year:
    """What was found, by name; `wrong` must stay empty."""

    tally: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def main(customers: int = 10_000, days: int = 365) -> int:
    with own_home("dunning-year"):
        began = time.monotonic()
        year = simulate(customers, days)
        seconds = time.monotonic() - began
    for name, count in sorted(year.tally.items()):
        print(f"{count:>12,}  {name}")
    for sentence in year.wrong[:20]:
        print(f"WRONG: {sentence}")
    print(f"{customers:,} customers, {days} days, {len(year.wrong)} wrong, in {seconds:.0f} s.")
    return 1 if year.wrong else 0


def simulate(customers: int, days: int) -> Year:
    """Live through the days and judge each pass. Deterministic."""
    from broadbill.collections.operations.policies import set_policy

    chance = random.Random(SEED)  # noqa: S311  # the same year every time, and no secret
    set_policy(code="usual", detail=POLICY, now=_noon(START), actor="year")
    accounts = _open(customers)
    habits = dict(zip(accounts, chance.choices(*zip(*HABITS, strict=True), k=customers), strict=True))
    year, calendar = Year(), _Calendar(habits, chance)
    for number in range(days):
        today = START + timedelta(days=number)
        if today.day == 1:
            _bill(today, year)
            calendar.plan_month(today)
        calendar.pay(today, year)
        _judged_pass(today, year)
    return year


def _open(customers: int) -> list[int]:
    from broadbill.accounts.domain.new_account import NewAccount
    from broadbill.accounts.operations.open_accounts import open_accounts
    from broadbill.catalog.operations.plans import define_plan
    from broadbill.contracts.operations.subscribe import NewSubscription, subscribe_many
    from broadbill.network.operations.profiles import NewProfile, set_profile

    now = _noon(START)
    plan = define_plan(
        code="access", name="Access", currency="EUR", now=now, actor="year",
        charges=[{"code": "access", "type": "recurring", "period": "month", "model": FLAT}],
    )  # fmt: skip
    set_profile(
        profile=NewProfile(code="walled", down_kbps=512, up_kbps=512), plans=(), now=now, actor="year"
    )
    full = NewProfile(code="full", down_kbps=100_000, up_kbps=20_000, restricted_to="walled")
    set_profile(profile=full, plans=("access",), now=now, actor="year")
    ids = []
    for first in range(0, customers, 5000):
        new = [
            NewAccount(
                number=f"Y{n:06}", name=f"Customer {n}", opened_on=START, currency="EUR", timezone="Europe/Vienna",
                terms_days=10, email=f"c{n}@home.example",
            )
            for n in range(first, min(first + 5000, customers))
        ]  # fmt: skip
        opened = open_accounts(accounts=new, now=now, actor="year")
        sold = [NewSubscription(account_id=account, plan=plan, starts_on=START) for account in opened]
        subscribe_many(subscriptions=sold, now=now, actor="year")
        ids += opened
    return ids


def _bill(today: date, year: Year) -> None:
    from broadbill.billing.operations.run import RunRequest, bill

    run = bill(request=RunRequest(through=today, actor="year"), now=_noon(today), workers=2)
    year.tally["documents"] += run.documents.count()


class _Calendar:
    """Who pays what on which day, by habit."""

    def __init__(self, habits: dict[int, str], chance: random.Random) -> None:
        self.habits, self.chance = habits, chance
        self.planned: dict[date, list[tuple[int, str, Decimal]]] = {}

    def plan_month(self, first: date) -> None:
        """The bills of the first are due on the 11th."""
        for account, habit in self.habits.items():
            for after, kind, share in self._plan(habit):
                self.planned.setdefault(first + timedelta(days=after), []).append((account, kind, share))

    def _plan(self, habit: str) -> list[tuple[int, str, Decimal]]:
        roll = self.chance.randrange
        whole, half = Decimal(1), Decimal("0.5")
        return {
            "in_time": [(roll(1, 10), "pay", whole)],
            "a_week_late": [(roll(13, 22), "pay", whole)],
            "a_month_late": [(roll(34, 48), "pay", whole)],
            "in_parts": [(roll(2, 10), "pay", half), (roll(14, 30), "pay", half)],
            "returned": [(roll(2, 10), "bounce", whole), (roll(25, 40), "pay", whole)],
            "promises": [(roll(12, 14), "promise", whole), (roll(16, 40), "pay", whole)],
            "in_flight": [(roll(8, 10), "queue", whole), (roll(40, 50), "unqueue", whole)],
            "never": [],
        }[habit]

    def pay(self, today: date, year: Year) -> None:
        from broadbill.payments.models import BankLine
        from broadbill.payments.operations.record import record_payments, reverse_payment

        acts = self.planned.pop(today, [])
        balances = _balances([account for account, _, _ in acts])
        due = [(account, kind, _cents(balances.get(account, 0), share)) for account, kind, share in acts]
        paying = [_payment(account, cents, today, number) for number, (account, kind, cents) in enumerate(due)
                  if kind in ("pay", "bounce", "unqueue") and cents > 0]  # fmt: skip
        recorded = record_payments(payments=paying, now=_noon(today), actor="year")
        year.tally["payments"] += len(recorded)
        bouncing = {account for account, kind, _ in due if kind == "bounce"}
        for row in recorded:
            if row.account_id in bouncing:
                reverse_payment(
                    number=row.number, reason="returned", reversed_on=today, now=_noon(today), actor="year"
                )
                year.tally["returned"] += 1
        for account, kind, cents in due:
            if kind == "promise" and cents > 0:
                _promise(account, cents, today, self.chance.randrange(5, 20))
                year.tally["promises"] += 1
            if kind == "queue" and cents > 0:
                _queue(account, cents, today)
        over = [account for account, kind, _ in due if kind == "unqueue"]
        BankLine.objects.filter(state="queued", suggested__0__in=over).update(state="ignored")


def _judged_pass(today: date, year: Year) -> None:
    """Run collections, and hold every step against what the books say that moment."""
    from broadbill.collections.models import Episode, StepTaken
    from broadbill.collections.operations.run import run_collections
    from broadbill.contracts.models import SubscriptionTerm
    from broadbill.network.models import Restriction
    from broadbill.payments.queries.in_flight import in_flight_of

    done = run_collections(on=today, now=_noon(today))
    year.tally.update({f"step {act}": count for act, count in done.taken.items()})
    year.tally.update({f"left alone, days: {why}": count for why, count in done.left.items()})
    steps = list(StepTaken.objects.filter(on=today).select_related("episode"))
    flying = in_flight_of([step.episode.account_id for step in steps])
    balances = _balances([step.episode.account_id for step in steps])
    for step in steps:
        account = step.episode.account_id
        if balances.get(account, 0) < 500:
            year.wrong.append(f"{today}: {step.act} of {account}, who owes {balances.get(account, 0)} cents")
        if account in flying:
            year.wrong.append(f"{today}: {step.act} of {account} with {flying[account]} cents in flight")
        if (today - step.episode.since).days < _day_of(step.act):
            year.wrong.append(
                f"{today}: {step.act} of {account} after {(today - step.episode.since).days} days"
            )
    stopped = set(
        SubscriptionTerm.objects.filter(
            superseded_at=None, state="suspended", holds__contains=today
        ).values_list("subscription__account_id", flat=True)
    )
    walled = set(Restriction.objects.filter(ends_at=None).values_list("subscription__account_id", flat=True))
    owing = _overdue(stopped | walled, today)
    open_now = Episode.objects.filter(state="open")
    for what, cut, by in (("stopped", stopped, "stopped"), ("restricted", walled, "restricted")):
        chased = set(open_now.filter(**{by: True}).values_list("account_id", flat=True))
        for account in cut:
            if owing.get(account, 0) < 500:
                year.wrong.append(
                    f"{today}: {account} is {what} and owes {owing.get(account, 0)} cents overdue"
                )
            if account not in chased:
                year.wrong.append(f"{today}: {account} is {what} by nobody")
        year.tally[f"days of {what} service"] += len(cut)


def _day_of(act: str) -> int:
    return next(int(str(step["day"])) for step in STEPS if step["do"] == act)


def _balances(accounts: list[int]) -> dict[int, int]:
    from broadbill.ledger.queries.balances import receivable_balances

    return receivable_balances(accounts)


def _overdue(accounts: set[int], today: date) -> dict[int, int]:
    from broadbill.collections.queries.debts import overdue_debts

    return {
        debt.account_id: debt.overdue.minor
        for debt, _ in overdue_debts(on=today, account_ids=sorted(accounts))
    }


def _cents(balance: int, share: Decimal) -> int:
    return int(balance * share) if balance > 0 else 0


def _payment(account: int, cents: int, today: date, number: int) -> Any:
    from broadbill.core.money import Currency, Money
    from broadbill.payments.operations.record import NewPayment

    return NewPayment(
        account_id=account, amount=Money(cents, Currency.of("EUR")), method="transfer", received_on=today,
        idempotency_key=f"year-{today}-{number}-{account}",
    )  # fmt: skip


def _promise(account: int, cents: int, today: date, days: int) -> None:
    from broadbill.collections.operations.promises import promise_to_pay
    from broadbill.core.money import Currency, Money

    part = (Money(cents, Currency.of("EUR")), today + timedelta(days=days))
    promise_to_pay(account_id=account, parts=[part], on=today, now=_noon(today), actor="year")


def _queue(account: int, cents: int, today: date) -> None:
    from broadbill.payments.models import BankLine, BankStatement

    statement, _ = BankStatement.objects.get_or_create(
        number=str(today), defaults={"file": "year", "imported_by": "year", "imported_at": _noon(today)}
    )
    BankLine.objects.create(
        statement=statement, identity=f"{today} {account}".encode(), booked_on=today, amount=cents, currency="EUR",
        state="queued", reason="several", suggested=[account],
    )  # fmt: skip


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
