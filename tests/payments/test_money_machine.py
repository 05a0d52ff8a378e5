"""Money in random order: bills, payments, cards, refunds, corrections, disputes, write-offs, chargebacks, closings;
after every step the books are right.

The machine keeps its own small account of what each customer owes and paid, in cents, and compares.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from broadbill.billing.models import Document, Line
from broadbill.billing.operations.run import RunRequest, bill
from broadbill.billing.queries.verify import verify_documents, verify_series
from broadbill.contracts.operations.account_facts import add_charge, give_credit
from broadbill.contracts.operations.changes import cancel, change_quantity
from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.kernel.models import Event
from broadbill.ledger.domain.chart import BAD_DEBT
from broadbill.ledger.domain.errors import MonthAlreadyClosed
from broadbill.ledger.models import Closing, Posting
from broadbill.ledger.operations.closing import close_month
from broadbill.ledger.operations.recognition import recognise
from broadbill.ledger.queries.balances import receivable_balances
from broadbill.ledger.queries.closing import closed_through
from broadbill.ledger.queries.verify import verify_journal
from broadbill.payments.domain.errors import AllocationRefused, DisputeRefused, RefundRefused, WriteOffRefused
from broadbill.payments.domain.gateway import DisputeSeen
from broadbill.payments.models import (
    Allocation,
    CardCharge,
    Chargeback,
    LineDispute,
    OpenItem,
    Refund,
    Reversal,
    WriteOff,
)
from broadbill.payments.operations.chargebacks import settle_chargeback
from broadbill.payments.operations.line_disputes import open_dispute, refuse_dispute, uphold_dispute
from broadbill.payments.operations.record import NewPayment, record_payment, reverse_payment
from broadbill.payments.operations.refund import NewRefund, approve_refund, refuse_refund, request_refund
from broadbill.payments.operations.settle import allocate, undo_allocation
from broadbill.payments.operations.write_offs import (
    NewWriteOff,
    approve_write_off,
    recover_write_off,
    refuse_write_off,
    request_write_off,
)
from broadbill.payments.queries.disputed import disputed_of
from broadbill.payments.queries.verify import verify_payments
from tests.payments.cards import a_card, charge
from tests.world import a_plan, a_subscription, an_account, at

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("sandbox")]

EURO = Currency.of("EUR")
CLERK, OWNER = "user:2", "user:1"
AMOUNTS = st.integers(min_value=1, max_value=9000)
WHO = st.integers(min_value=0, max_value=1)
LIMIT = Money(100, EURO)
WRITE_OFF_LIMIT = Money(100, EURO)
# Each step is real work in a real database; MONEY_STORIES asks for more of them.
STORIES = settings(
    max_examples=int(os.environ.get("MONEY_STORIES", "40")),
    stateful_step_count=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class MoneyMachine(RuleBasedStateMachine):
    """Two customers with a service each, in days that only go forward."""

    @initialize()
    def sell(self) -> None:
        self.today = date(2026, 1, 1)
        self.keys = 0
        self.accounts = [an_account(), an_account()]
        plan = a_plan(code=f"machine-{self.accounts[0]}", amount="30.00", quantity="subscription")
        self.services = [a_subscription(account, plan, "2026-01-01") for account in self.accounts]
        self.gone: set[int] = set()
        self.paid: dict[str, tuple[int, int]] = {}
        self.received = [0, 0]
        self.refunded = [0, 0]
        self.waiting: dict[int, int] = {}
        self.cards = [a_card(account) for account in self.accounts]
        self.charges: dict[str, DisputeSeen] = {}
        self.taken_back: dict[str, DisputeSeen] = {}
        # Every story begins with something owed.
        bill(request=RunRequest(through=self.today, actor=CLERK), now=self._now())

    def _now(self) -> Any:
        return at(self.today.isoformat())

    def _key(self) -> str:
        self.keys += 1
        return f"machine-{self.accounts[0]}-{self.keys}"

    @rule(days=st.integers(min_value=1, max_value=20))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule()
    def bill(self) -> None:
        bill(request=RunRequest(through=self.today, actor=CLERK), now=self._now())

    @rule(who=WHO, amount=AMOUNTS)
    def pay(self, who: int, amount: int) -> None:
        payment = NewPayment(
            account_id=self.accounts[who],
            amount=Money(amount, EURO),
            method="transfer",
            received_on=self.today,
            idempotency_key=self._key(),
        )
        recorded = record_payment(payment=payment, now=self._now(), actor=CLERK)
        assert record_payment(payment=payment, now=self._now(), actor=CLERK).id == recorded.id
        self.paid[recorded.number] = (who, amount)
        self.received[who] += amount

    @precondition(lambda self: self.paid)
    @rule(data=st.data())
    def a_payment_does_not_hold(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.paid)))
        reverse_payment(
            number=number, reason="returned", reversed_on=self.today, now=self._now(), actor=CLERK
        )
        who, amount = self.paid.pop(number)
        self.received[who] -= amount

    @rule(who=WHO, share=st.integers(min_value=1, max_value=120))
    def ask_for_a_refund(self, who: int, share: int) -> None:
        left = min(-self.balance(who), self.received[who] - self.refunded[who]) - self.waiting_amount(who)
        amount = max(left * share // 100, 1)
        asked = NewRefund(
            account_id=self.accounts[who],
            amount=Money(amount, EURO),
            method="transfer",
            reason="asked",
            idempotency_key=self._key(),
        )
        if amount > left:
            with pytest.raises(RefundRefused):
                request_refund(refund=asked, on=self.today, now=self._now(), actor=CLERK, limit=LIMIT)
            return
        row = request_refund(refund=asked, on=self.today, now=self._now(), actor=CLERK, limit=LIMIT)
        if amount > LIMIT.minor:
            assert row.state == "requested"
            self.waiting[row.id] = who
        else:
            assert row.state == "paid"
            self.refunded[who] += amount

    @rule(who=WHO, agree=st.booleans())
    def too_much_was_paid_and_is_asked_back(self, who: int, agree: bool) -> None:
        """So often that stories have refunds of every kind."""
        self.pay(who, max(self.balance(who), 0) + 500)
        before = set(self.waiting)
        self.ask_for_a_refund(who, 100)
        for refund_id in set(self.waiting) - before:
            self._decide(refund_id, agree)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), agree=st.booleans())
    def decide_a_refund(self, data: st.DataObject, agree: bool) -> None:
        self._decide(data.draw(st.sampled_from(sorted(self.waiting))), agree)

    def _decide(self, refund_id: int, agree: bool) -> None:
        if not agree:
            refuse_refund(refund_id=refund_id, note="no", now=self._now(), actor=OWNER)
            del self.waiting[refund_id]
            return
        try:
            row = approve_refund(refund_id=refund_id, on=self.today, now=self._now(), actor=OWNER)
        except RefundRefused:
            return
        self.refunded[self.waiting.pop(refund_id)] += row.amount

    @rule(who=WHO, amount=AMOUNTS, taken_back=st.sampled_from(["", "open", "won", "lost"]))
    def charge_a_card(self, who: int, amount: int, taken_back: str) -> None:
        made = charge(self.cards[who], str(Money(amount, EURO)), self.today.isoformat(), key=self._key())
        assert made.state == "succeeded"
        self.received[who] += amount
        self.charges[made.reference] = DisputeSeen(
            reference=f"dispute-{made.key}",
            charge=made.reference,
            amount=Money(amount, EURO),
            fee=Money(1500, EURO),
            reason="fraudulent",
            state="open",
        )
        if taken_back:
            self._take_back(made.reference, taken_back)

    @precondition(lambda self: self.charges)
    @rule(data=st.data(), state=st.sampled_from(["open", "won", "lost"]))
    def a_bank_takes_a_charge_back(self, data: st.DataObject, state: str) -> None:
        self._take_back(data.draw(st.sampled_from(sorted(self.charges))), state)

    def _take_back(self, reference: str, state: str) -> None:
        seen = self.charges.pop(reference)
        self._settle(replace(seen, state=state))
        if state == "open":
            self.taken_back[seen.reference] = seen
        if state != "won":
            self.received[self._owner(seen)] -= seen.amount.minor

    @precondition(lambda self: self.taken_back)
    @rule(data=st.data(), state=st.sampled_from(["won", "lost"]))
    def a_chargeback_is_decided(self, data: st.DataObject, state: str) -> None:
        seen = self.taken_back.pop(data.draw(st.sampled_from(sorted(self.taken_back))))
        self._settle(replace(seen, state=state))
        if state == "won":
            self.received[self._owner(seen)] += seen.amount.minor

    def _settle(self, seen: DisputeSeen) -> None:
        """The same news twice is once."""
        for _ in range(2):
            assert settle_chargeback(gateway="sandbox", seen=seen, now=self._now()) == ""

    def _owner(self, seen: DisputeSeen) -> int:
        return self.accounts.index(CardCharge.objects.get(reference=seen.charge).account_id)

    @rule(
        share=st.sampled_from([60, 3, 100, 30, 120]),
        decision=st.sampled_from(["no", "yes", ""]),
        comes_after_all=st.booleans(),
    )
    def a_debt_is_written_off(self, share: int, decision: str, comes_after_all: bool) -> None:
        debt = OpenItem.objects.filter(kind="document", open__gt=0).order_by("id").first()
        if debt is None or debt.document is None:
            return
        asked = WriteOff.objects.filter(document=debt.document, state="requested")
        left = debt.open - sum(asked.values_list("amount", flat=True))
        amount = max(left * share // 100, 1)
        wanted = NewWriteOff(
            account_id=debt.account_id, invoice=debt.document.number, amount=Money(amount, EURO),
            reason="gone", idempotency_key=self._key(),
        )  # fmt: skip
        if amount > left:
            with pytest.raises(WriteOffRefused):
                request_write_off(
                    write_off=wanted, on=self.today, now=self._now(), actor=CLERK, limit=WRITE_OFF_LIMIT
                )
            return
        row = request_write_off(
            write_off=wanted, on=self.today, now=self._now(), actor=CLERK, limit=WRITE_OFF_LIMIT
        )
        assert row.state == ("booked" if amount <= WRITE_OFF_LIMIT.minor else "requested")
        if decision and row.state == "requested":
            self._decide_write_off(row, agree=decision == "yes")
        if comes_after_all and row.state == "booked":
            recover_write_off(write_off_id=row.id, note="paid", on=self.today, now=self._now(), actor=CLERK)

    @rule(data=st.data(), agree=st.booleans())
    def a_write_off_is_decided(self, data: st.DataObject, agree: bool) -> None:
        row = self._one_of(data, WriteOff.objects.filter(state="requested"))
        if row is not None:
            self._decide_write_off(row, agree=agree)

    def _decide_write_off(self, row: WriteOff, *, agree: bool) -> None:
        if not agree:
            refuse_write_off(write_off_id=row.id, note="no", now=self._now(), actor=OWNER)
            return
        still_open = OpenItem.objects.get(document_id=row.document_id).open
        if row.amount > still_open:
            with pytest.raises(WriteOffRefused):
                approve_write_off(write_off_id=row.id, on=self.today, now=self._now(), actor=OWNER)
            return
        approve_write_off(write_off_id=row.id, on=self.today, now=self._now(), actor=OWNER)

    @rule(data=st.data())
    def a_write_off_is_recovered(self, data: st.DataObject) -> None:
        row = self._one_of(data, WriteOff.objects.filter(state="booked"))
        if row is not None:
            recover_write_off(write_off_id=row.id, note="paid", on=self.today, now=self._now(), actor=CLERK)

    @rule(
        data=st.data(),
        who=WHO,
        share=st.integers(min_value=1, max_value=120),
        decision=st.sampled_from(["", "yes", "no"]),
    )
    def a_line_is_disputed(self, data: st.DataObject, who: int, share: int, decision: str) -> None:
        lines = Line.objects.filter(document__account_id=self.accounts[who], priced__gt=0)
        line = data.draw(st.sampled_from(list(lines.order_by("document", "position")) or [None]))
        if line is None:
            return
        before = LineDispute.objects.filter(document=line.document, position=line.position)
        left = line.priced - sum(before.exclude(state="refused").values_list("amount", flat=True))
        amount = max(left * share // 100, 1)
        asked = {
            "account_id": self.accounts[who], "invoice": line.document.number, "position": line.position,
            "amount": Money(amount, EURO), "reason": "wrong", "now": self._now(), "actor": CLERK,
        }  # fmt: skip
        if amount > left:
            with pytest.raises(DisputeRefused):
                open_dispute(**asked)
            return
        opened = open_dispute(**asked)
        if decision:
            self._decide_dispute(opened.id, upheld=decision == "yes")

    @rule(data=st.data(), upheld=st.booleans())
    def a_dispute_is_decided(self, data: st.DataObject, upheld: bool) -> None:
        row = self._one_of(data, LineDispute.objects.filter(state="open"))
        if row is not None:
            self._decide_dispute(row.id, upheld=upheld)

    def _decide_dispute(self, dispute_id: int, *, upheld: bool) -> None:
        if upheld:
            uphold_dispute(dispute_id=dispute_id, note="yes", on=self.today, now=self._now(), actor=CLERK)
        else:
            refuse_dispute(dispute_id=dispute_id, note="no", now=self._now(), actor=CLERK)

    def _one_of(self, data: st.DataObject, rows: QuerySet[Any]) -> Any:
        """One of the rows of our two customers, None where there is none."""
        ours = list(rows.filter(account_id__in=self.accounts).order_by("id"))
        return data.draw(st.sampled_from(ours)) if ours else None

    @rule(who=WHO, amount=AMOUNTS, given=st.booleans())
    def charge_or_credit_by_hand(self, who: int, amount: int, given: bool) -> None:
        act = give_credit if given else add_charge
        act(
            account_id=self.accounts[who], amount=Money(amount, EURO), name="By hand", on=self.today,
            now=self._now(), actor=CLERK,
        )  # fmt: skip

    @rule(
        who=WHO, units=st.integers(min_value=0, max_value=4), days_ago=st.integers(min_value=0, max_value=20)
    )
    def a_change_is_known_late(self, who: int, units: int, days_ago: int) -> None:
        if who in self.gone:
            return
        on = max(self.today - timedelta(days=days_ago), date(2026, 1, 1))
        change_quantity(
            subscription_id=self.services[who], quantity=Decimal(units), on=on, now=self._now(), actor=CLERK
        )  # fmt: skip

    @rule(who=WHO)
    def a_customer_leaves(self, who: int) -> None:
        if who not in self.gone:
            cancel(subscription_id=self.services[who], on=self.today, now=self._now(), actor=CLERK)
            self.gone.add(who)

    @rule(who=WHO, share=st.integers(min_value=1, max_value=100))
    def money_is_moved_to_another_debt(self, who: int, share: int) -> None:
        mine = Allocation.objects.filter(credit__account_id=self.accounts[who], undone_at=None).order_by("id")
        moved = mine.last()
        if moved is None:
            return
        if moved.credit.kind == "write_off":
            with pytest.raises(AllocationRefused):
                undo_allocation(allocation_id=moved.id, actor=CLERK, now=self._now())
            return
        undo_allocation(allocation_id=moved.id, actor=CLERK, now=self._now())
        debts = OpenItem.objects.filter(account_id=self.accounts[who], open__gt=0).order_by("-due_on", "-id")
        debt = debts.first()
        if debt is None:
            return
        amount = max(1, debt.open * share // 100)
        try:
            allocate(credit_id=moved.credit_id, debit_id=debt.id, amount=amount, actor=CLERK, now=self._now())
        except AllocationRefused:
            moved.credit.refresh_from_db()
            assert amount > -moved.credit.open or self._corrects_what_is_open(moved.credit)

    def _corrects_what_is_open(self, credit: OpenItem) -> bool:
        """A credit note cannot leave what it corrects while that is open."""
        corrected = credit.document.corrects if credit.document else []
        still_open = OpenItem.objects.filter(account_id=credit.account_id, open__gt=0)
        return still_open.filter(document__number__in=corrected).exists()

    @rule()
    def revenue_is_recognised(self) -> None:
        recognise(through=self.today, now=self._now())

    @rule()
    def last_month_is_closed(self) -> None:
        month = Period.month(self.today.replace(day=1) - timedelta(days=1))
        closed = closed_through()
        if closed is not None and closed >= month.ends:
            with pytest.raises(MonthAlreadyClosed):
                close_month(month=month, today=self.today, now=self._now(), actor=OWNER)
        else:
            close_month(month=month, today=self.today, now=self._now(), actor=OWNER)

    @rule()
    def everything_verifies(self) -> None:
        assert [*verify_series(), *verify_documents()] == []

    def balance(self, who: int) -> int:
        return receivable_balances([self.accounts[who]]).get(self.accounts[who], 0)

    def waiting_amount(self, who: int) -> int:
        waiting = Refund.objects.filter(account_id=self.accounts[who], state="requested")
        return sum(waiting.values_list("amount", flat=True))

    @invariant()
    def the_books_balance(self) -> None:
        assert sum(Posting.objects.values_list("amount", flat=True)) == 0
        assert [*verify_journal(), *verify_payments()] == []

    @invariant()
    def a_balance_is_bills_less_payments_plus_refunds(self) -> None:
        for who, account in enumerate(self.accounts):
            billed = sum(Document.objects.filter(account_id=account).values_list("total", flat=True))
            written_off = WriteOff.objects.filter(account_id=account, state="booked")
            less = sum(written_off.values_list("amount", flat=True))
            assert self.balance(who) == billed - self.received[who] + self.refunded[who] - less

    @invariant()
    def bad_debt_is_what_is_written_off(self) -> None:
        standing = WriteOff.objects.filter(state="booked").values_list("amount", flat=True)
        booked = Posting.objects.filter(ledger_account_id=BAD_DEBT).values_list("amount", flat=True)
        assert sum(booked) == sum(standing)

    @invariant()
    def no_more_is_in_dispute_than_what_is_open(self) -> None:
        disputed = disputed_of(self.accounts, on=date.max)
        for account in self.accounts:
            owed = OpenItem.objects.filter(account_id=account, kind="document", open__gt=0)
            assert 0 <= disputed.get(account, 0) <= sum(owed.values_list("open", flat=True))

    @invariant()
    def nothing_is_settled_beyond_what_it_is(self) -> None:
        for item in OpenItem.objects.filter(account_id__in=self.accounts):
            assert 0 <= abs(item.open) <= abs(item.amount)
            assert item.open * item.amount >= 0


def test_money_in_any_order_leaves_the_books_right() -> None:
    happened: Counter[str] = Counter()

    class InOneTransaction(MoneyMachine):
        """Each story leaves nothing to the next."""

        def __init__(self) -> None:
            super().__init__()
            self.before = transaction.savepoint()

        def teardown(self) -> None:
            happened.update(Document.objects.values_list("kind", flat=True))
            happened.update(f"refund {state}" for state in Refund.objects.values_list("state", flat=True))
            # By what was done, since a write-off that was booked may be recovered by the end.
            happened.update(Event.objects.filter(object_type="write_off").values_list("verb", flat=True))
            happened.update(
                f"dispute {state}" for state in LineDispute.objects.values_list("state", flat=True)
            )
            happened.update(
                f"chargeback {state}" for state in Chargeback.objects.values_list("state", flat=True)
            )
            happened.update(closing=Closing.objects.count(), reversal=Reversal.objects.count())
            transaction.savepoint_rollback(self.before)

    run_state_machine_as_test(InOneTransaction, settings=STORIES)

    # Stories in which nothing happens would prove nothing.
    wanted = (
        "invoice", "credit_note", "refund paid", "refund refused", "closing", "reversal", "write_off.booked",
        "write_off.refused", "write_off.recovered", "dispute upheld", "dispute refused", "chargeback won",
        "chargeback lost",
    )  # fmt: skip
    assert [kind for kind in wanted if not happened[kind]] == []
