"""A deposit is sold as part of a plan, billed outside tax, held, and returned when the subscription ends."""

from __future__ import annotations

from typing import Any

import pytest

from broadbill.billing.models import Document, DocumentTax
from broadbill.billing.queries.explain import explain_document
from broadbill.billing.queries.verify import verify_documents
from broadbill.catalog.operations.plans import define_plan
from broadbill.contracts.operations.changes import cancel
from broadbill.ledger.queries.verify import verify_journal
from broadbill.tax.operations.rates import set_rate
from tests.world import ACTOR, a_subscription, an_account, at, bill_through, flat, on

pytestmark = pytest.mark.django_db


def a_plan_with_a_deposit(**terms: Any) -> Any:
    charges = [
        {"code": "access", "type": "recurring", "period": "month", "model": flat("30.00")},
        {"code": "router", "type": "deposit", "name": "Router deposit", "model": flat("50.00"), **terms},
    ]
    return define_plan(
        code="rented", name="Rented", currency="EUR", charges=charges, now=at("2025-12-01"), actor=ACTOR
    )


class TestADeposit:
    def test_is_billed_once_outside_tax_and_returned_on_cancelling(self) -> None:
        set_rate(
            name="VAT", category="standard", percent=20, valid_from=None, valid_to=None, region="",
            inclusive=False, now=at("2025-12-01"), actor=ACTOR,
        )  # fmt: skip
        subscription = a_subscription(an_account(), a_plan_with_a_deposit(), "2026-01-01")
        bill_through("2026-01-01")
        bill_through("2026-02-01")

        cancel(subscription_id=subscription, on=on("2026-03-01"), now=at("2026-02-20"), actor=ACTOR)
        bill_through("2026-03-01")

        # 30.00 + 20 % + 50.00 = 86.00, then 36.00, then the 50.00 come back.
        assert list(Document.objects.order_by("id").values_list("total", flat=True)) == [8600, 3600, -5000]
        assert list(DocumentTax.objects.order_by("document").values_list("base", "amount")) == [
            (3000, 600),
            (3000, 600),
        ]
        assert list(verify_documents()) == []
        assert list(verify_journal()) == []

    def test_is_explained_when_it_comes_back(self) -> None:
        subscription = a_subscription(an_account(), a_plan_with_a_deposit(), "2026-01-01")
        bill_through("2026-01-01")
        cancel(subscription_id=subscription, on=on("2026-02-01"), now=at("2026-01-20"), actor=ACTOR)
        bill_through("2026-02-01")

        [line] = explain_document(Document.objects.latest("id").number).lines

        assert (line.kind, line.charge, line.amount.minor) == ("deposit", "router", -5000)
        assert "cancel" in [fact.kind for fact in line.facts]
        assert line.because

    def test_is_kept_where_the_plan_says_so(self) -> None:
        subscription = a_subscription(an_account(), a_plan_with_a_deposit(keep=True), "2026-01-01")
        bill_through("2026-01-01")

        cancel(subscription_id=subscription, on=on("2026-02-01"), now=at("2026-01-20"), actor=ACTOR)
        bill_through("2026-02-01")

        assert list(Document.objects.values_list("total", flat=True)) == [8000]
