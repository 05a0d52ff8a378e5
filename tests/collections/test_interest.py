"""Late interest: for each day what was owed on it, at that day's rate, once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import given
from hypothesis import strategies as st

from broadbill.billing.models import Line
from broadbill.collections.domain.interest import LateItem, Rates, accrued, less_credit
from broadbill.collections.domain.policy import PolicyRefused, parse_policy
from broadbill.collections.models import InterestCharge
from broadbill.collections.operations.interest import set_reference_rate
from broadbill.collections.operations.policies import set_policy
from broadbill.collections.operations.run import run_collections
from broadbill.payments.operations.line_disputes import open_dispute
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

DUE = date(2026, 6, 1)
EVERY_DAY = {"letters_on": list(range(7)), "hard_on": list(range(7))}
DAYS = st.integers(-30, 400).map(lambda number: DUE + timedelta(days=number))
# Half a year each: 2 % and 8 points, then 2.5 % and 8.
LEGAL = Rates(((date(2026, 1, 1), Fraction(10)), (date(2026, 7, 1), Fraction("10.5"))))
RATES = st.dictionaries(DAYS, st.decimals(0, 20, places=2).map(Fraction), max_size=4).map(
    lambda found: Rates(tuple(sorted(found.items())))
)
ITEMS = st.builds(
    LateItem,
    item_id=st.just(1),
    due_on=st.just(DUE),
    principal=st.integers(0, 10**7),
    settled=st.lists(st.tuples(DAYS, st.integers(1, 10**6)), max_size=4).map(
        lambda found: tuple(sorted(found))
    ),
)


def item(principal: int, *settled: tuple[str, int]) -> LateItem:
    return LateItem(
        item_id=1, due_on=DUE, principal=principal, settled=tuple((on(day), sum_) for day, sum_ in settled)
    )


class TestAccrued:
    def test_begins_on_the_day_after_it_was_due(self) -> None:
        assert accrued(item(365_000), LEGAL, until=DUE + timedelta(days=1)) == 0
        # 3,650.00 × 10 % ÷ 365 = 1.00 a day.
        assert accrued(item(365_000), LEGAL, until=DUE + timedelta(days=2)) == 100

    def test_goes_by_the_rate_of_each_half_year(self) -> None:
        # 2 to 30 June are 29 days of 1.00, 1 to 10 July are 10 of 1.05.
        assert accrued(item(365_000), LEGAL, until=date(2026, 7, 11)) == 2900 + 1050

    def test_goes_by_what_is_left_after_a_payment(self) -> None:
        # 10 days of 1.00 up to 11 June, and of 12 to 30 June, 19 days, a half.
        paid = item(365_000, ("2026-06-12", 182_500))
        assert accrued(paid, LEGAL, until=date(2026, 7, 1)) == 1000 + 950

    def test_counts_actual_days_over_365_in_leap_years_too(self) -> None:
        late = LateItem(item_id=1, due_on=date(2027, 12, 31), principal=365_000)
        # 366 days of 1.00.
        assert accrued(late, Rates(((date.min, Fraction(10)),)), until=date(2029, 1, 1)) == 36_600

    @given(ITEMS, RATES, DAYS)
    def test_is_the_sum_of_its_days(self, late: LateItem, rates: Rates, until: date) -> None:
        each = (
            late.starts_on + timedelta(days=number) for number in range(max(0, (until - late.starts_on).days))
        )
        by_day = sum((late.owed_on(day) * rates.on(day) / 36_500 for day in each), Fraction(0))

        assert accrued(late, rates, until=until) == by_day

    @given(ITEMS, RATES, DAYS, DAYS)
    def test_in_two_parts_is_the_whole(self, late: LateItem, rates: Rates, one: date, other: date) -> None:
        first, last = sorted([one, other])
        rest = LateItem(
            item_id=1, due_on=DUE, principal=late.principal, settled=late.settled, charged_to=first
        )

        whole = accrued(late, rates, until=last)
        assert accrued(late, rates, until=first) + accrued(rest, rates, until=last) == whole

    @given(st.lists(st.integers(0, 10**6), max_size=5), st.integers(0, 10**7))
    def test_credit_lowers_the_oldest_debts_and_never_more_than_there_is(
        self, principals: list[int], credit: int
    ) -> None:
        items = [
            LateItem(item_id=place, due_on=DUE + timedelta(days=place), principal=principal)
            for place, principal in enumerate(principals)
        ]
        left = less_credit(items, credit)

        assert sum(one.principal for one in left) == max(0, sum(principals) - credit)
        assert all(0 <= one.principal <= items[one.item_id].principal for one in left)


class TestPolicy:
    @pytest.mark.parametrize(
        ("step", "words"),
        [
            ({"do": "interest"}, "or a reference rate in its place"),
            ({"do": "interest", "percent": "5", "reference": "ecb"}, "give one of them"),
            ({"do": "interest", "percent": "5", "points": "8"}, "which is missing"),
            ({"do": "reminder", "recovery": "40"}, "steps[0].recovery belongs to interest"),
        ],
    )
    def test_refuses_what_cannot_be_worked_out(self, step: dict[str, str], words: str) -> None:
        with pytest.raises(PolicyRefused) as refused:
            parse_policy({"steps": [{"day": 1, **step}]})

        assert words in str(refused.value)

    @pytest.mark.django_db
    def test_refuses_a_reference_rate_that_nobody_recorded(self) -> None:
        with pytest.raises(PolicyRefused, match="ecb has no rate: record it first"):
            the_policy([{"day": 30, "do": "interest", "reference": "ecb", "points": "8"}])


def the_policy(steps: list[dict[str, Any]]) -> None:
    set_policy(
        code="usual",
        detail={"minimum": "5.00", "steps": steps, **EVERY_DAY},
        now=at("2025-12-01"),
        actor=ACTOR,
    )


def run_days(first: str, last: str) -> None:
    day = on(first)
    while day <= on(last):
        run_collections(on=day, now=at(day.isoformat()))
        day += timedelta(days=1)


def charged(account: int) -> list[tuple[int, str]]:
    lines = Line.objects.filter(document__account_id=account, kind="charge").order_by("document", "position")
    return [(line.amount, line.description) for line in lines]


@pytest.mark.django_db
class TestCharging:
    """3,650.00 due on 1 January 2026, at 2 % and 8 points: 1.00 a day."""

    BY_LAW: dict[str, Any] = {"do": "interest", "reference": "ecb", "points": "8"}

    @pytest.fixture
    def debtor(self) -> int:
        for day, percent in (("2025-07-01", "1.00"), ("2026-01-01", "2.00"), ("2026-02-01", "3.00")):
            set_reference_rate(
                code="ecb", starts_on=on(day), percent=Decimal(percent), now=at("2025-12-01"), actor=ACTOR
            )
        account = an_account(terms_days=0)
        a_subscription(account, a_plan(amount="3650.00"), "2026-01-01")
        bill_through("2026-01-01")
        return account

    def test_goes_by_the_reference_rate_and_compensates_once(self, debtor: int) -> None:
        the_policy(
            [{"day": 20, **self.BY_LAW, "recovery": "40.00"}, {"day": 30, **self.BY_LAW, "recovery": "40.00"}]
        )

        run_days("2026-01-02", "2026-01-31")
        bill_through("2026-02-01")

        assert charged(debtor) == [
            (2000, "Interest of 10 % a year on 3650.00 since 2026-01-01"),
            (4000, "Compensation for recovery costs, overdue on 2026-01-21"),
            (1000, "Interest of 10 % a year on 3650.00 since 2026-01-21"),
        ]

    def test_bears_no_interest_itself(self, debtor: int) -> None:
        """January's interest stands on February's bill of 3,650.00 + 30.00; at 11 % both debts bear 1.10 a day."""
        the_policy([{"day": 30, **self.BY_LAW}, {"day": 41, **self.BY_LAW}])

        run_days("2026-01-02", "2026-01-31")
        bill_through("2026-02-01")
        run_days("2026-02-01", "2026-02-11")
        bill_through("2026-03-01")

        # 11 days of January's bill, 1 to 11 February, and 10 of February's: 21 × 1.10.
        assert charged(debtor)[1] == (2310, "Interest of 11 % a year on 7300.00 since 2026-01-31")

    def test_goes_down_with_a_payment_on_the_day_it_came(self, debtor: int) -> None:
        the_policy([{"day": 30, **self.BY_LAW}])
        pay(debtor, "1825.00", "2026-01-12")

        run_days("2026-01-13", "2026-01-31")
        bill_through("2026-02-01")

        # 2 to 11 January at 1.00, 12 to 31 January at 0.50.
        assert charged(debtor) == [(2000, "Interest of 10 % a year on 1825.00 since 2026-01-01")]

    def test_is_never_for_what_is_disputed(self, debtor: int) -> None:
        the_policy([{"day": 30, **self.BY_LAW}])
        open_dispute(
            account_id=debtor, invoice="2026-000001", position=1, amount=euro("1825.00"), reason="It was off",
            now=at("2026-01-02"), actor=ACTOR,
        )  # fmt: skip

        run_days("2026-01-02", "2026-01-31")
        bill_through("2026-02-01")

        # 30 days of the other half: 0.50 a day.
        assert charged(debtor)[0] == (1500, "Interest of 10 % a year on 1825.00 since 2026-01-01")

    def test_is_charged_for_a_day_once_whoever_asks(self, debtor: int) -> None:
        the_policy([{"day": 30, **self.BY_LAW}])
        run_days("2026-01-30", "2026-01-31")
        known = InterestCharge.objects.get()

        with pytest.raises(IntegrityError, match="each_day_once"), transaction.atomic():
            InterestCharge.objects.create(
                account_id=debtor,
                item_id=known.item_id,
                days=DateRange(on("2026-01-31"), on("2026-02-02")),
                fact=99,
                recorded_at=at("2026-01-31"),
            )
