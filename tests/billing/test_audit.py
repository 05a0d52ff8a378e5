from __future__ import annotations

import pytest

from broadbill.billing.models import Document
from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.queries.audit import audit_period, latest_billed_day
from broadbill.catalog.operations.plans import set_price
from broadbill.contracts.operations.changes import cancel
from broadbill.core.period import Period
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, flat, on

pytestmark = pytest.mark.django_db

FEBRUARY = Period(on("2026-02-01"), on("2026-03-01"))


def audited() -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    findings = audit_period(period=FEBRUARY, rulebook=current_rulebook(now=at("2026-03-20")))
    return [(f.name, str(f.billed), str(f.owed), str(f.difference), f.causes) for f in findings]


@pytest.fixture
def billed_too_much() -> list[int]:
    """Three customers billed 39.00 a month from January to March; the price should have been 30.00."""
    plan = a_plan("fiber", "39.00")
    accounts = [an_account(name) for name in ("Ann", "Ben", "Cleo")]
    for account in accounts:
        a_subscription(account, plan, "2026-01-01")
    for month in ("2026-01-01", "2026-02-01", "2026-03-01"):
        bill_through(month)
    return accounts


class TestAudit:
    def test_finds_nothing_when_everybody_was_billed_right(self, billed_too_much: list[int]) -> None:
        assert audited() == []

    def test_finds_a_price_typed_wrong_and_says_so(self, billed_too_much: list[int]) -> None:
        right = flat("30.00")
        set_price(
            plan="fiber", charge="access", model=right, starts_on=None, now=at("2026-03-10"), actor=ACTOR
        )

        cause = ("the price of plan fiber was changed",)
        assert audited() == [(name, "39.00", "30.00", "-9.00", cause) for name in ("Ann", "Ben", "Cleo")]

    def test_finds_a_fact_recorded_late(self, billed_too_much: list[int]) -> None:
        subscription = a_subscription(
            billed_too_much[1], a_plan("tv", "28.00"), "2026-01-01", recorded="2026-03-02"
        )
        bill_through("2026-03-02")

        cancel(subscription_id=subscription, on=on("2026-02-15"), now=at("2026-03-10"), actor=ACTOR)

        # 14 of 28 days of 28.00 too much in February.
        cause = ("cancel on 2026-02-15, recorded 2026-03-10 by test",)
        assert audited() == [("Ben", "67.00", "53.00", "-14.00", cause)]

    def test_is_satisfied_after_the_correction(self, billed_too_much: list[int]) -> None:
        right = flat("30.00")
        set_price(
            plan="fiber", charge="access", model=right, starts_on=None, now=at("2026-03-10"), actor=ACTOR
        )

        day = latest_billed_day()
        assert day is not None
        bill_through(day.isoformat())

        assert audited() == []
        notes = Document.objects.filter(kind="credit_note")
        assert [note.total for note in notes] == [-2700, -2700, -2700]
        assert all(len(note.corrects) == 3 for note in notes)
