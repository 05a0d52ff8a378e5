"""Bundles and instalments as they stand in the records: by part, corrected, verified, and due when they should be."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Sum

from broadbill.billing.models import Line
from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.queries.audit import audit_period
from broadbill.billing.queries.verify import verify_documents
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plans import define_plan, set_price
from broadbill.contracts.operations.changes import cancel
from broadbill.core.period import Period
from broadbill.ledger.queries.verify import verify_journal
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, flat, on

pytestmark = pytest.mark.django_db

# 30 : 20 : 10
PARTS = [
    {"code": "internet", "weight": "30.00"},
    {"code": "tv", "weight": "20.00", "tax": "reduced"},
    {"code": "phone", "weight": "10.00"},
]


def by_part(account_id: int, *, issued_on: str) -> dict[Any, int]:
    lines = Line.objects.filter(document__account_id=account_id, document__issued_on=on(issued_on))
    sums = lines.order_by().values_list("charge", "tax_category").annotate(Sum("amount"))
    return {(charge, category): amount for charge, category, amount in sums}


def router_plan() -> Plan:
    charge = {"code": "router", "type": "instalments", "count": 3, "period": "month", "model": flat("100.00")}
    return define_plan(
        code="router", name="Router", currency="EUR", charges=[charge], now=at("2025-12-01"), actor=ACTOR
    )


class TestBundle:
    def test_a_price_typed_wrong_comes_back_by_part(self) -> None:
        account = an_account("Ann")
        a_subscription(account, a_plan("triple", "54.00", parts=PARTS), "2026-02-01")
        bill_through("2026-02-01")

        set_price(
            plan="triple",
            charge="access",
            model=flat("45.00"),
            starts_on=None,
            now=at("2026-02-10"),
            actor=ACTOR,
        )
        february = Period(on("2026-02-01"), on("2026-03-01"))
        rulebook = current_rulebook(now=at("2026-02-10"))
        [[finding]] = audit_period(period=february, rulebook_id=rulebook.id)
        bill_through("2026-02-10")

        assert (str(finding.billed), str(finding.owed)) == ("54.00", "45.00")
        # −9.00 by 30 : 20 : 10
        assert by_part(account, issued_on="2026-02-10") == {
            ("access.internet", "standard"): -450,
            ("access.tv", "reduced"): -300,
            ("access.phone", "standard"): -150,
        }
        assert [*verify_documents(), *verify_journal()] == []


class TestInstalments:
    def test_an_account_is_due_when_its_next_instalment_is(self) -> None:
        a_subscription(an_account(), router_plan(), "2026-01-31")

        due = [
            bill_through(day).accounts_due
            for day in ("2026-01-31", "2026-02-27", "2026-02-28", "2026-03-30", "2026-03-31", "2026-12-31")
        ]

        assert due == [1, 0, 1, 0, 1, 0]

    def test_the_rest_is_billed_when_the_service_ends(self) -> None:
        account = an_account()
        subscription = a_subscription(account, router_plan(), "2026-01-31")
        bill_through("2026-01-31")

        cancel(subscription_id=subscription, on=on("2026-02-10"), now=at("2026-02-10"), actor=ACTOR)
        bill_through("2026-02-10")

        # 100.00 in 3 is 33.34, 33.33 and 33.33.
        assert by_part(account, issued_on="2026-02-10") == {("router", "standard"): 6666}
        assert [*verify_documents(), *verify_journal()] == []
