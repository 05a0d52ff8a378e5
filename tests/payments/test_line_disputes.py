"""A customer disputes a line: nobody chases it until it is decided, and what is upheld is corrected."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from broadbill.billing.models import Document, Line
from broadbill.collections.operations.policies import set_policy
from broadbill.collections.operations.run import run_collections
from broadbill.collections.queries.debts import overdue_debts
from broadbill.collections.queries.worklist import worklist
from broadbill.contracts.operations.account_facts import add_charge
from broadbill.messaging.models import Message
from broadbill.payments.domain.errors import DisputeDecided, DisputeRefused
from broadbill.payments.models import LineDispute, OpenItem
from broadbill.payments.operations.line_disputes import open_dispute, refuse_dispute, uphold_dispute
from broadbill.payments.queries.disputed import disputed_of
from broadbill.payments.queries.overdue_items import overdue_items
from broadbill.payments.queries.verify import verify_payments
from broadbill.tax.operations.rates import set_rate
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

pytestmark = pytest.mark.django_db
CLERK = "user:2"
POLICY: dict[str, Any] = {
    "minimum": "5.00",
    "steps": [{"day": 3, "do": "reminder"}, {"day": 10, "do": "notice"}],
    "letters_on": list(range(7)),
    "hard_on": list(range(7)),
}


@pytest.fixture
def debtor() -> int:
    """Owes 30.00 for access and 12.00 for a visit, due on 1 January."""
    set_policy(code="usual", detail=POLICY, now=at("2025-12-01"), actor=ACTOR)
    account = an_account(number="D-1", terms_days=0, email="amina@home.example")
    a_subscription(account, a_plan(), "2026-01-01")
    add_charge(
        account_id=account, amount=euro("12.00"), name="Visit", on=on("2026-01-01"), now=at("2026-01-01"), actor=ACTOR
    )  # fmt: skip
    bill_through("2026-01-01")
    return account


def invoice(account: int) -> Document:
    return Document.objects.filter(account_id=account, kind="invoice").earliest("id")


def dispute(account: int, text: str, amount: str = "", day: str = "2026-01-02") -> LineDispute:
    line = Line.objects.get(document=invoice(account), description__contains=text)
    return open_dispute(
        account_id=account,
        invoice=invoice(account).number,
        position=line.position,
        amount=euro(amount) if amount else None,
        reason="nobody came",
        now=at(day),
        actor=CLERK,
    )


def uphold(row: LineDispute, note: str) -> None:
    uphold_dispute(dispute_id=row.id, note=note, on=on("2026-01-12"), now=at("2026-01-12"), actor=CLERK)


def overdue(day: str) -> list[str]:
    return [str(debt.overdue) for debt, _ in overdue_debts(on=on(day))]


def open_sum(account: int) -> int:
    return sum(OpenItem.objects.filter(account_id=account).values_list("open", flat=True))


class TestOpening:
    def test_takes_the_line_off_what_is_overdue_and_leaves_the_rest(self, debtor: int) -> None:
        assert overdue("2026-01-10") == ["42.00"]

        dispute(debtor, "Visit")

        assert disputed_of([debtor], on=on("2026-01-10")) == {debtor: 1200}
        assert overdue("2026-01-10") == ["30.00"]
        [item] = overdue_items(account_ids=[debtor], on=on("2026-01-10"))[debtor]
        assert str(item.open) == "30.00"

    def test_may_be_of_a_part_and_never_of_more_than_the_line(self, debtor: int) -> None:
        dispute(debtor, "Visit", "5.00")

        with pytest.raises(DisputeRefused, match=r"7\.00 EUR of that line"):
            dispute(debtor, "Visit", "7.01")
        dispute(debtor, "Visit")
        assert overdue("2026-01-10") == ["30.00"]

    def test_is_of_the_customers_own_line(self, debtor: int) -> None:
        with pytest.raises(DisputeRefused, match="has no line 9"):
            open_dispute(
                account_id=debtor, invoice=invoice(debtor).number, position=9, reason="x",
                now=at("2026-01-02"), actor=CLERK,
            )  # fmt: skip

    def test_hides_no_more_than_what_is_still_open(self, debtor: int) -> None:
        pay(debtor, "37.00", "2026-01-05")

        dispute(debtor, "Visit")

        # 42.00 − 37.00 is open; 12.00 is disputed.
        assert disputed_of([debtor], on=on("2026-01-10")) == {debtor: 500}
        assert overdue("2026-01-10") == ["0.00"]

    def test_of_what_is_not_due_yet_does_not_hide_what_is_overdue(self, debtor: int) -> None:
        dispute(debtor, "Visit")

        assert disputed_of([debtor], on=on("2026-01-01")) == {}


@pytest.mark.parametrize(("inclusive", "total"), [(False, 1440), (True, 1200)])
def test_a_line_is_disputed_with_its_tax_and_corrected_with_it(inclusive: bool, total: int) -> None:
    set_rate(
        name="VAT", category="standard", percent=Decimal(20), valid_from=None, valid_to=None, inclusive=inclusive,
        now=at("2025-12-01"), actor=ACTOR,
    )  # fmt: skip
    account = an_account(terms_days=0)
    a_subscription(account, a_plan(amount="12.00"), "2026-01-01")
    bill_through("2026-01-01")

    row = dispute(account, "Fiber")
    # 12.00 and 20 % of it, or 12.00 with the tax inside.
    assert (row.amount, row.total) == (1200, total)
    assert disputed_of([account], on=on("2026-01-10")) == {account: open_sum(account)}

    uphold(row, "slow")
    bill_through("2026-01-13")
    assert open_sum(account) == 0


class TestChasing:
    def test_goes_on_for_the_rest(self, debtor: int) -> None:
        dispute(debtor, "Visit")

        run_collections(on=on("2026-01-04"), now=at("2026-01-04"))

        assert Message.objects.count() == 1

    def test_stops_when_nothing_else_is_owed_and_goes_on_when_it_is_refused(self, debtor: int) -> None:
        run_collections(on=on("2026-01-04"), now=at("2026-01-04"))
        pay(debtor, "30.00", "2026-01-05")
        row = dispute(debtor, "Visit", day="2026-01-05")

        run_collections(on=on("2026-01-12"), now=at("2026-01-12"))
        assert Message.objects.count() == 1
        [case] = worklist(on=on("2026-01-12")).rows
        assert case.why == "disputed"

        refuse_dispute(dispute_id=row.id, note="he came on the 3rd", now=at("2026-01-13"), actor=CLERK)
        run_collections(on=on("2026-01-14"), now=at("2026-01-14"))
        assert Message.objects.exclude(kind="dispute_answer").count() == 2


class TestDeciding:
    @pytest.mark.parametrize(("upheld", "said"), [(True, "You are right"), (False, "the line is right")])
    def test_tells_the_customer_what_was_decided_and_why(self, debtor: int, upheld: bool, said: str) -> None:
        row = dispute(debtor, "Visit")
        if upheld:
            uphold(row, "no visit on the 3rd")
        else:
            refuse_dispute(dispute_id=row.id, note="no visit on the 3rd", now=at("2026-01-12"), actor=CLERK)

        letter = Message.objects.get(kind="dispute_answer")
        assert (letter.recipient, letter.account_id) == ("amina@home.example", debtor)
        assert invoice(debtor).number in letter.subject
        for words in (said, "Line: Visit", "12.00", "Reason: no visit on the 3rd"):
            assert words in letter.body_text

    def test_of_an_account_without_an_address_is_decided_all_the_same(self) -> None:
        account = an_account(number="D-2", terms_days=0)
        begins = {"on": on("2026-01-01"), "now": at("2026-01-01")}
        add_charge(account_id=account, amount=euro("12.00"), name="Visit", actor=ACTOR, **begins)
        bill_through("2026-01-01")
        row = dispute(account, "Visit")
        uphold(row, "no visit on the 3rd")

        assert not Message.objects.filter(kind="dispute_answer").exists()
        assert LineDispute.objects.get(pk=row.id).state == "upheld"

    def test_upheld_corrects_the_line_with_the_next_bill(self, debtor: int) -> None:
        row = dispute(debtor, "Fiber", "10.00")
        uphold(row, "slow")
        # Still open, and nobody is chased for it until the correction is there.
        assert (open_sum(debtor), overdue("2026-01-13")) == (4200, ["32.00"])

        bill_through("2026-01-13")

        note = Document.objects.get(account_id=debtor, kind="credit_note")
        assert (note.total, note.corrects) == (-1000, [invoice(debtor).number])
        assert disputed_of([debtor], on=on("2026-01-14")) == {}
        assert (open_sum(debtor), overdue("2026-01-14")) == (3200, ["32.00"])
        assert list(verify_payments()) == []

    def test_upheld_of_a_charge_by_hand_is_a_charge_back(self, debtor: int) -> None:
        row = dispute(debtor, "Visit")
        uphold(row, "no visit")

        bill_through("2026-01-13")

        assert (open_sum(debtor), overdue("2026-01-14")) == (3000, ["30.00"])

    def test_refused_says_why_and_is_owed(self, debtor: int) -> None:
        row = dispute(debtor, "Visit")

        refuse_dispute(dispute_id=row.id, note="he came", now=at("2026-01-12"), actor=CLERK)

        assert overdue("2026-01-13") == ["42.00"]
        row.refresh_from_db()
        assert (row.state, row.note) == ("refused", "he came")

    def test_happens_once(self, debtor: int) -> None:
        row = dispute(debtor, "Visit")
        refuse_dispute(dispute_id=row.id, note="he came", now=at("2026-01-12"), actor=CLERK)

        with pytest.raises(DisputeDecided):
            uphold(row, "x")
