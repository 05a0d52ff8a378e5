"""Everyone who has a plan moves to its successor, once, and is told what they paid and will pay."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadbill.billing.models import Line
from broadbill.billing.queries.verify import verify_documents
from broadbill.catalog.domain.errors import SuccessorUnfit
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plans import set_price
from broadbill.contracts.domain.errors import PlanRetired
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.domain.replacing import NoticeTooShort, Replacement
from broadbill.contracts.models import Fact, SubscriptionTerm
from broadbill.contracts.operations import replace_plan as module
from broadbill.contracts.operations.changes import cancel, change_plan, change_price, suspend
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.operations.replace_plan import ReplaceRequest, preview_replacement, replace_plan
from broadbill.contracts.queries.subscriptions import subscription_by_id
from broadbill.contracts.queries.verify import verify_terms
from broadbill.messaging.models import Message
from broadbill.tax.operations.rates import set_rate
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, flat, on

pytestmark = pytest.mark.django_db

TODAY = "2026-01-20"


def _request(starts: str = "2026-03-01", **options: Any) -> ReplaceRequest:
    return ReplaceRequest(plan="old", successor="new", starts=on(starts), actor=ACTOR, **options)


def _replace(starts: str = "2026-03-01", *, today: str = TODAY, **options: Any) -> Replacement:
    return replace_plan(request=_request(starts, **options), today=on(today), now=at(today))


def _preview(starts: str = "2026-03-01", *, today: str = TODAY) -> Replacement:
    return preview_replacement(request=_request(starts), today=on(today))


def _terms(subscription: int) -> list[tuple[str, str]]:
    """The plans of a subscription and the days from which it has them."""
    rows = SubscriptionTerm.objects.filter(subscription=subscription, superseded_at=None)
    return [
        (row.plan.code, row.holds.lower.isoformat()) for row in rows.select_related("plan").order_by("holds")
    ]


def _discount(account: int, subscription: int) -> None:
    """10 % off a subscription, for good."""
    detail = {"percent": "10", "name": "Loyalty"}
    fact = NewFact(
        account_id=account,
        kind="discount",
        effective_on=on("2026-01-01"),
        subscription_id=subscription,
        detail=detail,
    )
    record_facts(facts=[fact], now=at("2026-01-01"), actor=ACTOR)


def _twenty_percent_tax() -> None:
    set_rate(
        name="VAT",
        category="standard",
        percent=Decimal(20),
        valid_from=on("2020-01-01"),
        valid_to=None,
        now=at("2026-01-01"),
        actor=ACTOR,
    )


@pytest.fixture
def old() -> Plan:
    a_plan("new", "40.00")
    return a_plan("old", "30.00")


class TestReplacePlan:
    def test_moves_each_subscription_with_its_own_next_period(self, old: Plan) -> None:
        first = a_subscription(an_account(), old, "2026-01-01")
        tenth = a_subscription(an_account(anchor={"day": 10}), old, "2026-01-01")

        found = _replace()

        assert (found.customers, found.subscriptions) == (2, 2)
        assert _terms(first) == [("old", "2026-01-01"), ("new", "2026-03-01")]
        assert _terms(tenth) == [("old", "2026-01-01"), ("new", "2026-03-10")]
        assert list(verify_terms()) == []

    def test_bills_the_old_price_up_to_that_day_and_the_new_one_from_then_on(self, old: Plan) -> None:
        a_subscription(an_account(), old, "2026-02-01")
        bill_through("2026-02-01")

        _replace("2026-03-01", today="2026-02-01", without_notice=True)
        bill_through("2026-03-01")

        lines = Line.objects.order_by("document", "position").values_list("starts_on", "amount")
        assert [(day.isoformat(), amount) for day, amount in lines] == [
            ("2026-02-01", 3000),
            ("2026-03-01", 4000),
        ]
        assert list(verify_documents()) == []

    def test_moves_nobody_twice(self, old: Plan) -> None:
        account = an_account(email="amina@example.com")
        a_subscription(account, old, "2026-01-01")

        _replace()
        again = _replace()

        assert (again.customers, again.subscriptions, again.letters) == (0, 0, 0)
        assert Fact.objects.filter(account_id=account, kind="change_plan").count() == 1
        assert Message.objects.count() == 1

    def test_moves_who_came_since_when_it_is_done_again(self, old: Plan) -> None:
        a_subscription(an_account(), old, "2026-01-01")
        _replace()
        late = a_subscription(an_account(), old, "2026-01-10", recorded="2026-01-25")

        assert _replace(today="2026-01-25").subscriptions == 1
        assert _terms(late) == [("old", "2026-01-10"), ("new", "2026-03-01")]

    def test_goes_on_where_it_was_interrupted(self, old: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
        accounts = [an_account() for _ in range(3)]
        for account in accounts:
            a_subscription(account, old, "2026-01-01")
        monkeypatch.setattr(module, "ACCOUNTS_PER_BATCH", 1)

        def dies_after_the_first(moved: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            replace_plan(request=_request(), today=on(TODAY), now=at(TODAY), progress=dies_after_the_first)
        rest = _replace()

        assert rest.subscriptions == 2
        assert Fact.objects.filter(kind="change_plan").count() == 3

    def test_leaves_those_who_go_before_it_or_never_had_it(self, old: Plan) -> None:
        leaver, mover, other = (an_account() for _ in range(3))
        leaving = a_subscription(leaver, old, "2026-01-01")
        cancel(subscription_id=leaving, on=on("2026-02-10"), when="period_end", now=at(TODAY), actor=ACTOR)
        moving = a_subscription(mover, old, "2026-01-01")
        a_plan("best", "90.00")
        change_plan(subscription_id=moving, plan="best", on=on("2026-02-20"), now=at(TODAY), actor=ACTOR)
        a_subscription(other, Plan.objects.get(code="best"), "2026-01-01")

        assert _replace().subscriptions == 0
        assert not Fact.objects.filter(kind="change_plan", detail__plan="new").exists()

    def test_moves_who_comes_to_it_later_on_the_day_they_come(self, old: Plan) -> None:
        best = a_plan("best", "90.00")
        sold_ahead = a_subscription(an_account(), old, "2026-04-15", recorded=TODAY)
        coming = a_subscription(an_account(), best, "2026-01-01")
        change_plan(subscription_id=coming, plan="old", on=on("2026-04-07"), now=at(TODAY), actor=ACTOR)

        _replace()

        assert _terms(sold_ahead) == [("new", "2026-04-15")]
        assert _terms(coming) == [("best", "2026-01-01"), ("new", "2026-04-07")]

    def test_keeps_agreed_prices_of_charges_with_the_same_code_and_says_how_many(self, old: Plan) -> None:
        agreed = a_subscription(an_account(), old, "2026-01-01")
        change_price(
            subscription_id=agreed,
            charge="access",
            model=flat("25.00"),
            on=on("2026-01-01"),
            now=at(TODAY),
            actor=ACTOR,
        )
        a_subscription(an_account(), old, "2026-01-01")

        found = _replace()

        assert found.keep_agreed == 1
        # 25.00 stays, 30.00 becomes 40.00
        assert (str(found.revenue_before), str(found.revenue_after)) == ("55.00", "65.00")

    def test_retires_the_plan_from_today(self, old: Plan) -> None:
        _replace()

        with pytest.raises(PlanRetired):
            a_subscription(an_account(), Plan.objects.get(code="old"), TODAY)
        assert Plan.objects.get(code="old").replaced_by == Plan.objects.get(code="new")

    def test_refuses_a_day_too_soon_to_give_notice(self, old: Plan) -> None:
        a_subscription(an_account(), old, "2026-01-01")

        # 20 January and 30 days is 19 February.
        with pytest.raises(NoticeTooShort, match="2026-02-19 or later"):
            _replace("2026-02-18")
        assert Plan.objects.get(code="old").retired_on is None
        assert _replace("2026-02-18", without_notice=True).subscriptions == 1

    def test_refuses_a_successor_of_another_currency(self) -> None:
        a_plan("old", "30.00")
        a_plan("new", "40.00", currency="USD")

        with pytest.raises(SuccessorUnfit, match="priced in USD"):
            _preview()

    def test_needs_a_fixed_number_of_queries_for_a_batch(self, old: Plan) -> None:
        def queries(accounts: int) -> int:
            for _ in range(accounts):
                a_subscription(an_account(email="a@example.com"), old, "2026-01-01")
            with CaptureQueriesContext(connection) as captured:
                _replace()
            Plan.objects.filter(code="old").update(retired_on=None, replaced_by=None)
            old.refresh_from_db()
            return len(captured)

        assert queries(2) == queries(9)


class TestPreviewReplacement:
    def test_tells_how_many_move_and_what_it_does_to_recurring_revenue(self, old: Plan) -> None:
        for quantity in ("1", "3"):
            a_subscription(an_account(), old, "2026-01-01", quantity=Decimal(quantity))

        found = _preview()

        # 4 × 30.00 and 4 × 40.00
        assert (found.customers, found.subscriptions) == (2, 2)
        assert (str(found.revenue_before), str(found.revenue_after)) == ("120.00", "160.00")

    def test_tells_yearly_and_weekly_prices_by_the_month(self) -> None:
        a_plan("new", "7.00", period="week")
        old = a_plan("old", "300.00", period="year")
        a_subscription(an_account(), old, "2025-03-01")

        found = _preview()

        # 300.00 ÷ 12 = 25.00; 7.00 × 365 ÷ (7 × 12) = 30.4167
        assert (str(found.revenue_before), str(found.revenue_after)) == ("25.00", "30.42")

    def test_is_net_of_tax_and_of_discounts(self, old: Plan) -> None:
        _twenty_percent_tax()
        account = an_account()
        subscription = a_subscription(account, old, "2026-01-01")
        _discount(account, subscription)

        found = _preview()

        # 30.00 and 40.00 less 10 %
        assert (str(found.revenue_before), str(found.revenue_after)) == ("27.00", "36.00")

    def test_writes_nothing(self, old: Plan) -> None:
        a_subscription(an_account(email="a@example.com"), old, "2026-01-01")

        with CaptureQueriesContext(connection) as captured:
            _preview()

        written = [query["sql"] for query in captured if not query["sql"].strip().startswith("SELECT")]
        assert written == []
        assert Plan.objects.get(code="old").retired_on is None

    def test_quotes_a_suspended_subscription_as_if_it_ran(self, old: Plan) -> None:
        subscription = a_subscription(an_account(), old, "2026-01-01")
        suspend(subscription_id=subscription, on=on("2026-01-15"), now=at(TODAY), actor=ACTOR)

        assert str(_preview().revenue_after) == "40.00"


class TestLetters:
    def test_tells_what_was_paid_what_will_be_paid_and_from_when(self, old: Plan) -> None:
        _twenty_percent_tax()
        account = an_account(email="amina@example.com", language="de")
        a_subscription(account, old, "2026-01-01")
        a_subscription(account, old, "2026-01-15", quantity=Decimal(2))

        found = _replace()

        [letter] = Message.objects.all()
        assert found.letters == 1
        assert (letter.recipient, letter.account_id, letter.language) == ("amina@example.com", account, "de")
        assert letter.subject == "Ihr Tarif ändert sich am 1. März 2026"
        # with 20 %: 36.00 and 48.00; two of them 72.00 and 96.00
        assert (
            "Anschluss: S1\nBis dahin: Old, 36,00 € pro Monat\nAb 1. März 2026: New, 48,00 € pro Monat\n\n"
            "Anschluss: S2\nBis dahin: Old, 72,00 € pro Monat\nAb 1. März 2026: New, 96,00 € pro Monat\n\n"
        ) in letter.body_text.replace("\xa0", " ")

    def test_names_customers_without_an_address(self, old: Plan) -> None:
        a_subscription(an_account(number="P1"), old, "2026-01-01")

        found = _replace()

        assert (found.letters, found.not_told) == (0, ["P1"])

    def test_tells_a_second_change_too(self, old: Plan) -> None:
        a_subscription(an_account(email="amina@example.com"), old, "2026-01-01")
        _replace()
        a_plan("newest", "50.00")

        request = ReplaceRequest(plan="new", successor="newest", starts=on("2026-09-01"), actor=ACTOR)
        replace_plan(request=request, today=on("2026-05-01"), now=at("2026-05-01"))

        assert Message.objects.count() == 2


class TestListPriceForNew:
    def test_shows_each_subscription_at_its_own_list_price(self, old: Plan) -> None:
        before = a_subscription(an_account(), old, "2026-01-01")
        after = a_subscription(an_account(), old, "2026-02-01")
        changed = a_subscription(an_account(), a_plan("other"), "2026-01-01")
        change_plan(subscription_id=changed, plan="old", on=on("2026-02-15"), now=at(TODAY), actor=ACTOR)
        set_price(
            plan="old",
            charge="access",
            model=flat("36.00"),
            starts_on=on("2026-02-01"),
            for_new=True,
            now=at(TODAY),
            actor=ACTOR,
        )

        shown = [
            subscription_by_id(subscription_id=each, as_of=on("2026-03-01"))
            for each in (before, after, changed)
        ]

        assert [read.charges[0].model["amount"] for read in shown if read] == ["30.00", "36.00", "36.00"]
