"""From one bill to the next: one row a cause, and they sum to the difference whatever the documents are."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadbill.billing.domain.bridge import BridgeLine, BridgeSide, BridgeTax, Kind, bridge
from broadbill.billing.models import Document
from broadbill.billing.queries.bridge import Bridge, bridge_to
from broadbill.billing.queries.explain import explain_document
from broadbill.contracts.operations.account_facts import add_charge
from broadbill.contracts.operations.changes import change_plan
from broadbill.core.money import Currency, Money
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on

EUR = Currency.of("EUR")
amounts = st.integers(-(10**9), 10**9).map(lambda minor: Money(minor, EUR))
days = st.one_of(st.none(), st.sampled_from([date(2026, month, 1) for month in (9, 10, 11)]))
sides = st.builds(
    BridgeSide,
    lines=st.lists(
        st.builds(
            BridgeLine,
            position=st.integers(1, 99),
            subscription=st.sampled_from([None, "S1", "S2"]),
            charge=st.sampled_from([None, "access", "phone"]),
            kind=st.sampled_from(["recurring", "discount", "one_off"]),
            description=st.sampled_from(["Fibre 300", "Fibre 500"]),
            source=st.sampled_from([None, "event:1", "event:2"]),
            period_starts=days,
            amount=amounts,
        ),
        max_size=8,
    ).map(tuple),
    taxes=st.lists(
        st.builds(BridgeTax, name=st.sampled_from(["VAT", "levy"]), amount=amounts), max_size=3
    ).map(tuple),
)


def total(side: BridgeSide) -> int:
    return sum(line.amount.minor for line in side.lines) + sum(tax.amount.minor for tax in side.taxes)


@given(earlier=sides, later=sides)
def test_causes_sum_to_the_difference_of_any_two_documents(earlier: BridgeSide, later: BridgeSide) -> None:
    causes = bridge(earlier, later, zero=EUR.zero)

    assert sum(cause.amount.minor for cause in causes) == total(later) - total(earlier)
    assert all(cause.amount.minor for cause in causes)


@given(side=sides)
def test_nothing_caused_a_difference_between_the_same_and_the_same(side: BridgeSide) -> None:
    assert bridge(side, side, zero=EUR.zero) == ()


def test_a_plan_that_changed_within_the_period_is_less_of_one_and_some_of_another() -> None:
    november = date(2026, 11, 1)

    def line(position: int, name: str, starts: date, amount: str) -> BridgeLine:
        return BridgeLine(position, "S1", "access", "recurring", name, None, starts, euro(amount))

    earlier = BridgeSide((line(1, "Fibre 300", date(2026, 10, 1), "44.90"),), ())
    later = BridgeSide((line(1, "Fibre 300", november, "17.96"), line(2, "Fibre 500", november, "32.94")), ())

    assert [
        (cause.kind, cause.name, str(cause.amount)) for cause in bridge(earlier, later, zero=EUR.zero)
    ] == [
        (Kind.CHANGED, "Fibre 300", "-26.94"),
        (Kind.NEW, "Fibre 500", "32.94"),
    ]


def latest_bridge(account: int) -> Bridge | None:
    number = Document.objects.filter(account_id=account, kind="invoice").order_by("-id")[0].number
    return bridge_to(explain_document(number))


@pytest.mark.django_db
class TestBridgeOfBills:
    def test_tells_a_plan_change_known_after_the_bill_and_a_charge(self) -> None:
        account = an_account()
        subscription = a_subscription(account, a_plan("fibre-300", "30.00"), "2026-10-01")
        a_plan("fibre-500", "60.00")
        bill_through("2026-10-01")
        bill_through("2026-11-01")
        change_plan(
            subscription_id=subscription, plan="fibre-500", on=on("2026-11-16"), when="now", now=at("2026-11-16"),
            actor=ACTOR,
        )  # fmt: skip
        add_charge(
            account_id=account, amount=euro("9.00"), on=on("2026-11-20"), name="Router", now=at("2026-11-20"),
            actor=ACTOR,
        )  # fmt: skip
        bill_through("2026-12-01")

        found = latest_bridge(account)

        assert found is not None
        assert found.sums
        assert (str(found.before), str(found.after)) == ("30.00", "84.00")
        # 15 of 30 days of each plan in November, then December.
        assert sorted(str(row.amount) for row in found.rows) == ["-15.00", "-30.00", "30.00", "60.00", "9.00"]
        assert "Fibre-500" in found.mostly

    def test_is_empty_for_the_same_bill_again(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(), "2026-10-01")
        bill_through("2026-10-01")
        bill_through("2026-11-01")

        found = latest_bridge(account)

        assert found is not None
        assert (found.rows, found.mostly) == ((), "")

    def test_there_is_none_to_a_first_bill(self) -> None:
        account = an_account()
        a_subscription(account, a_plan(), "2026-10-01")
        bill_through("2026-10-01")

        assert latest_bridge(account) is None
