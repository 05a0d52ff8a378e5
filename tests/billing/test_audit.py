"""An audit finds who was billed something else than they owe, says why, and puts it right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from broadbill.billing.domain.audit import Finding, Unrated
from broadbill.billing.models import BillRun, Document
from broadbill.billing.operations.correct import correct
from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.queries.audit import audit_period, day_of_corrections
from broadbill.billing.queries.verify import verify_documents, verify_series
from broadbill.catalog.operations.plans import define_plan, set_price
from broadbill.catalog.operations.policy import set_policy
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.operations.changes import cancel
from broadbill.contracts.operations.facts import record_facts
from broadbill.core.period import Period
from broadbill.ledger.operations.closing import close_month
from broadbill.ledger.queries.balances import receivable_balances
from broadbill.payments.operations.refund import NewRefund, request_refund
from broadbill.usage.domain.new_record import NewRecord
from broadbill.usage.operations.record import record_usage
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, flat, on, pay

pytestmark = pytest.mark.django_db

FEBRUARY = Period(on("2026-02-01"), on("2026-03-01"))


def found(period: Period = FEBRUARY) -> list[Finding | Unrated]:
    rulebook = current_rulebook(now=at("2026-03-20"))
    return [finding for batch in audit_period(period=period, rulebook_id=rulebook.id) for finding in batch]


def audited(period: Period = FEBRUARY) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Name, billed, owed, and each cause with its amount."""
    return [
        (f.name, str(f.billed), str(f.owed), [(cause.kind, str(cause.amount)) for cause in f.causes])
        for f in found(period)
        if isinstance(f, Finding)
    ]


def put_right(issued_on: str = "2026-03-20") -> list[BillRun]:
    by_day: dict[date, list[int]] = {}
    for finding in found():
        assert isinstance(finding, Finding)
        by_day.setdefault(finding.through, []).append(finding.account_id)
    return correct(found=by_day, issued_on=on(issued_on), actor=ACTOR, now=at(issued_on))


def price_of_fiber(amount: str, recorded: str = "2026-03-10") -> None:
    set_price(
        plan="fiber", charge="access", model=flat(amount), starts_on=None, now=at(recorded), actor=ACTOR
    )


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


class TestFindings:
    def test_are_none_when_everybody_was_billed_right(self, billed_too_much: list[int]) -> None:
        assert found() == []

    def test_tell_a_price_typed_wrong(self, billed_too_much: list[int]) -> None:
        price_of_fiber("30.00")

        cause = [("price", "-9.00")]
        assert audited() == [(name, "39.00", "30.00", cause) for name in ("Ann", "Ben", "Cleo")]

    def test_tell_a_fact_recorded_late(self, billed_too_much: list[int]) -> None:
        television = a_subscription(
            billed_too_much[1], a_plan("tv", "28.00"), "2026-01-01", recorded="2026-03-02"
        )
        bill_through("2026-03-02")

        cancel(subscription_id=television, on=on("2026-02-15"), now=at("2026-03-10"), actor=ACTOR)

        # 14 of 28 days of 28.00 too much in February.
        assert audited() == [("Ben", "67.00", "53.00", [("cancel", "-14.00")])]
        [ben] = found()
        assert isinstance(ben, Finding)
        assert ben.causes[0].words == "cancel on 2026-02-15, recorded 2026-03-10 by test"

    def test_say_of_each_cause_what_it_alone_changes(self, billed_too_much: list[int]) -> None:
        """A discount of 10 % of 39.00 is 3.90; then 9.00 less of the price, of which 0.90 were discounted."""
        discount = NewFact(
            account_id=billed_too_much[0],
            kind="discount",
            effective_on=on("2026-02-01"),
            subscription_id=None,
            detail={"name": "Loyalty", "percent": "10"},
        )
        record_facts(facts=[discount], now=at("2026-03-09"), actor=ACTOR)
        price_of_fiber("30.00")

        ann, *_ = audited()

        assert ann == ("Ann", "39.00", "27.00", [("discount", "-3.90"), ("price", "-8.10")])

    def test_tell_usage_that_came_in_later(self) -> None:
        """4 units at 1.00 were known; 6 more of February are recorded after its bill."""
        account = an_account("Una")
        charge = {"code": "data", "type": "usage", "meter": "gb", "period": "month"}
        model = {"type": "per_unit", "unit_amount": "1.00"}
        plan = define_plan(code="data", name="Data", currency="EUR", charges=[{**charge, "model": model}],
                           now=at("2026-01-01"), actor=ACTOR)  # fmt: skip
        subscription = a_subscription(account, plan, "2026-02-01")
        record = NewRecord(account_id=account, subscription_id=subscription, meter="gb",
                           at=at("2026-02-10"), quantity=Decimal(4))  # fmt: skip
        record_usage(records=[record], now=at("2026-02-10"), actor=ACTOR)
        bill_through("2026-03-01")

        record_usage(records=[replace(record, quantity=Decimal(6))], now=at("2026-03-05"), actor=ACTOR)

        assert audited() == [("Una", "4.00", "10.00", [("usage", "6.00")])]

    def test_tell_a_convention_that_was_changed(self) -> None:
        """31.00 from 20 February: 9 of 28 days = 9.96; by months of 30 days 11 of 30 = 11.37 (day 31 counts as 30)."""
        account = an_account("Pola")
        a_subscription(account, a_plan("fiber", "31.00"), "2026-02-20")
        bill_through("2026-02-20")

        set_policy(content={"proration": "month30"}, now=at("2026-03-10"), actor=ACTOR)

        assert audited() == [("Pola", "9.96", "11.37", [("policy", "1.41")])]

    def test_hold_for_customers_who_are_billed_by_the_year(self) -> None:
        """Billed in January, they are not due before next January; February is inside their line all the same."""
        account = an_account("Yara")
        a_subscription(account, a_plan("fiber", "365.00", period="year"), "2026-01-01")
        for month in ("2026-01-01", "2026-02-01", "2026-03-01"):
            bill_through(month)

        price_of_fiber("300.00")

        assert audited() == [("Yara", "365.00", "300.00", [("price", "-65.00")])]

    def test_count_what_is_due_once_on_its_day(self) -> None:
        account = an_account("Ona")
        setup = {"code": "access", "type": "one_off", "model": flat("99.00")}
        plan = define_plan(
            code="fiber", name="Fiber", currency="EUR", charges=[setup], now=at("2026-01-01"), actor=ACTOR
        )
        a_subscription(account, plan, "2026-02-10")
        bill_through("2026-02-10")

        price_of_fiber("90.00")

        assert audited() == [("Ona", "99.00", "90.00", [("price", "-9.00")])]

    def test_leave_out_what_fell_due_since_the_last_run(self, billed_too_much: list[int]) -> None:
        """Usage or months that nobody has billed yet are no mistake."""
        a_subscription(billed_too_much[0], a_plan("tv", "28.00"), "2026-03-05", recorded="2026-03-06")

        assert found(Period(on("2026-03-01"), on("2026-04-01"))) == []

    def test_go_on_after_a_history_that_cannot_be_rated(
        self, billed_too_much: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from broadbill.billing.queries import audit
        from broadbill.core.rating import Proposal, ScenarioError

        price_of_fiber("30.00")
        propose = audit.propose_for

        def refuse_ben(reading: audit.Reading, **keys: object) -> Proposal:
            if reading.account_id == billed_too_much[1]:
                raise ScenarioError(path="events[2]", reason="strange")
            return propose(reading, **keys)  # type: ignore[arg-type]

        monkeypatch.setattr(audit, "propose_for", refuse_ben)

        ann, ben, cleo = found()

        assert (ann.name, cleo.name) == ("Ann", "Cleo")
        assert ben == Unrated(ben.account, "Ben", "events[2]: strange")


class TestCorrections:
    def test_make_the_audit_clean_and_come_once(self, billed_too_much: list[int]) -> None:
        price_of_fiber("30.00")

        put_right()

        assert found() == []
        assert put_right() == []
        # All three months of each: an account is put right as a whole.
        notes = Document.objects.filter(kind="credit_note")
        assert [note.total for note in notes] == [-2700, -2700, -2700]
        assert all(len(note.corrects) == 3 for note in notes)
        # 3 × 30.00, as if the price had been right from the start.
        assert receivable_balances(billed_too_much) == dict.fromkeys(billed_too_much, 9000)

    def test_are_dated_when_they_are_made_and_can_be_recomputed(self, billed_too_much: list[int]) -> None:
        price_of_fiber("30.00")

        put_right("2026-03-20")

        dates = Document.objects.filter(kind="credit_note").values_list("issued_on", flat=True)
        assert set(dates) == {on("2026-03-20")}
        assert [*verify_documents(), *verify_series()] == []

    def test_are_not_dated_before_a_document_that_was_made_ahead(self, billed_too_much: list[int]) -> None:
        bill_through("2026-04-01")

        assert day_of_corrections(today=on("2026-03-20")) == on("2026-04-01")
        assert day_of_corrections(today=on("2026-04-02")) == on("2026-04-02")

    def test_bill_nothing_that_fell_due_since(self, billed_too_much: list[int]) -> None:
        """Ann's television of 5 March is left to the next run, which then bills it."""
        a_subscription(billed_too_much[0], a_plan("tv", "31.00"), "2026-03-05", recorded="2026-03-06")
        price_of_fiber("30.00")

        put_right()

        assert {
            kind for (kind,) in Document.objects.filter(issued_on=on("2026-03-20")).values_list("kind")
        } == {"credit_note"}
        bill_through("2026-03-31")
        # 31.00 × 27 ÷ 31
        assert Document.objects.latest("id").total == 2700

    def test_leave_alone_who_was_billed_right(self, billed_too_much: list[int]) -> None:
        """Dan's plan is another; a late discount of his for March is none of February's business."""
        dan = an_account("Dan")
        a_subscription(dan, a_plan("tv", "31.00"), "2026-03-01")
        bill_through("2026-03-01")
        discount = NewFact(
            account_id=dan,
            kind="discount",
            effective_on=on("2026-03-01"),
            subscription_id=None,
            detail={"name": "Loyalty", "percent": "10"},
        )
        record_facts(facts=[discount], now=at("2026-03-09"), actor=ACTOR)
        price_of_fiber("30.00")

        put_right()

        assert not Document.objects.filter(account_id=dan, kind="credit_note").exists()

    def test_can_be_spent_by_those_who_had_paid(self, billed_too_much: list[int]) -> None:
        """117.00 paid, 90.00 owed: 27.00 in credit, of which April's 30.00 take all and ask for 3.00."""
        ann = billed_too_much[0]
        pay(ann, "117.00", "2026-03-05")
        price_of_fiber("30.00")

        put_right()

        assert receivable_balances([ann]) == {ann: -2700}
        bill_through("2026-04-01")
        april = Document.objects.filter(account_id=ann).latest("id")
        assert (april.total, april.due) == (3000, 300)

    def test_can_be_refunded_to_those_who_had_paid(self, billed_too_much: list[int]) -> None:
        ann = billed_too_much[0]
        pay(ann, "117.00", "2026-03-05")
        price_of_fiber("30.00")
        put_right()

        refund = NewRefund(account_id=ann, amount=euro("27.00"), method="transfer", reason="Price corrected",
                           idempotency_key="r1")  # fmt: skip
        request_refund(refund=refund, on=on("2026-03-21"), now=at("2026-03-21"), actor=ACTOR)

        assert receivable_balances([ann]).get(ann, 0) == 0

    def test_correct_a_month_whose_books_are_closed(self, billed_too_much: list[int]) -> None:
        """They are dated in March, so February's books stay as they are."""
        close_month(month=FEBRUARY, today=on("2026-03-05"), now=at("2026-03-05"), actor=ACTOR)
        price_of_fiber("30.00")

        put_right("2026-03-20")

        assert found() == []

    def test_reach_an_account_that_was_billed_ahead(self, billed_too_much: list[int]) -> None:
        """Ben asked for April's bill early: what he owes is looked at through the day he was billed through."""
        bill_through("2026-04-01", only_account=billed_too_much[1])
        price_of_fiber("30.00")

        runs = put_right("2026-04-01")

        assert [run.through for run in runs] == [on("2026-03-01"), on("2026-04-01")]
        # 3 × 30.00, Ben's 4 × 30.00.
        ann, ben, cleo = billed_too_much
        assert receivable_balances(billed_too_much) == {ann: 9000, ben: 12000, cleo: 9000}
