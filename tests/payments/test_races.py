"""Everything at once: one account settled by fifty threads, and each piece of a gateway's news twenty times."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from broadbill.billing.models import Document
from broadbill.core.errors import DomainError
from broadbill.core.money import Money
from broadbill.ledger.domain.chart import BAD_DEBT, GATEWAYS
from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.payments.adapters.sandbox import Sandbox
from broadbill.payments.domain.gateway import RefundRequest
from broadbill.payments.models import (
    Allocation,
    CardCharge,
    Chargeback,
    OpenItem,
    Payment,
    Refund,
    SandboxCharge,
    SandboxDispute,
    Webhook,
    WriteOff,
)
from broadbill.payments.operations.card_refunds import refund_to_cards
from broadbill.payments.operations.refund import NewRefund, request_refund
from broadbill.payments.operations.settle import allocate, undo_allocation
from broadbill.payments.operations.webhooks import take_in_webhook, work_off_webhook
from broadbill.payments.operations.write_offs import NewWriteOff, recover_write_off, request_write_off
from broadbill.payments.queries.verify import verify_payments
from tests.payments.cards import a_card, charge, news
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]
THREADS = 50
DAY = "2026-04-10"


def race(count: int, act: Callable[[int], str]) -> Counter[str]:
    """Let so many threads begin together, with connections of their own; count how each of them ended."""
    begin = Barrier(count)

    def one(number: int) -> str:
        begin.wait()
        try:
            return act(number)
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return Counter(threads.map(one, range(count)))


def pay_some(account: int, number: int) -> str:
    pay(account, "2.00", DAY, key=f"pay-{number}")
    return "paid"


def refund_some(account: int, number: int) -> str:
    asked = NewRefund(
        account_id=account, amount=euro("1.00"), method="transfer", reason="asked", idempotency_key=f"r{number}"
    )  # fmt: skip
    request_refund(refund=asked, on=on(DAY), now=at(DAY), actor=ACTOR)
    return "refunded"


def move_money(account: int, number: int) -> str:
    """Take what settled something off it, and settle the youngest debt with it."""
    standing = Allocation.objects.filter(credit__account_id=account, credit__kind="payment", undone_at=None)
    moved = standing.order_by("id")[number % 3 : number % 3 + 1].first()
    if moved is None:
        return "nothing to move"
    undo_allocation(allocation_id=moved.id, actor=ACTOR, now=at(DAY))
    debt = OpenItem.objects.filter(account_id=account, open__gt=0).latest("due_on")
    allocate(credit_id=moved.credit_id, debit_id=debt.id, amount=1, actor=ACTOR, now=at(DAY))
    return "moved"


def write_off_some(account: int, number: int) -> str:
    first = Document.objects.filter(account_id=account).earliest("id")
    asked = NewWriteOff(
        account_id=account, invoice=first.number, amount=euro("4.00"), reason="gone", idempotency_key=f"w{number}"
    )  # fmt: skip
    request_write_off(write_off=asked, on=on(DAY), now=at(DAY), actor=ACTOR)
    return "written off"


def recover_some(account: int, number: int) -> str:
    row = WriteOff.objects.filter(account_id=account, state="booked").order_by("id").first()
    if row is None:
        return "nothing to recover"
    recover_write_off(write_off_id=row.id, note="paid", on=on(DAY), now=at(DAY), actor=ACTOR)
    return "recovered"


ACTS = (pay_some, refund_some, move_money, write_off_some, recover_some)


def test_fifty_threads_pay_refund_move_write_off_and_recover() -> None:
    account = an_account(terms_days=0)
    a_subscription(account, a_plan(), "2026-01-01")
    for month in ("01", "02", "03", "04"):
        bill_through(f"2026-{month}-01")
    pay(account, "50.00", "2026-04-02")

    ended = race(THREADS, lambda number: ACTS[number % len(ACTS)](account, number))

    assert ended["paid"] == 10
    standing = sum(WriteOff.objects.filter(state="booked").values_list("amount", flat=True))
    # Every write-off that was booked is 4.00; each recovery took one of them back.
    assert standing == 400 * (ended["written off"] - ended["recovered"])
    # 4 × 30.00 billed, 50.00 + 10 × 2.00 paid; nothing was in credit, so nothing could be refunded.
    assert ended["refunded"] == 0
    owed = 12000 - 7000 - standing
    assert sum(OpenItem.objects.filter(account_id=account).values_list("open", flat=True)) == owed
    books = {row.code: row.balance.minor for row in trial_balance(as_of=on("2026-12-31"))}
    assert books.get(BAD_DEBT, 0) == standing
    assert sum(ended.values()) == THREADS
    assert list(verify_payments()) == []


def debtor() -> int:
    account = an_account(terms_days=0)
    add = a_plan(code=f"plan-{account}", amount="30.00")
    a_subscription(account, add, "2026-01-01")
    bill_through("2026-01-01", only_account=account)
    return account


def silently_charged() -> CardCharge:
    """A charge of 30.00 that the gateway made, and whose answer never came."""
    made = charge(a_card(debtor(), "timeout_after"), "30.00", "2026-01-05")
    assert made.state == "asked"
    return made


def charged_twice_as_much() -> CardCharge:
    made = charge(a_card(debtor()), "60.00", "2026-01-05")
    assert made.state == "succeeded"
    return made


def refund_at_the_gateway(made: CardCharge) -> str:
    """A refund of 20.00 that the gateway made, and of which we know nothing yet. Its reference there."""
    [row] = refund_to_cards(
        account_id=made.account_id, amount=euro("20.00"), reason="too much", key="back", on=on("2026-01-06"),
        now=at("2026-01-06"), actor=ACTOR,
    )  # fmt: skip
    request = RefundRequest(
        key=row.idempotency_key, charge=made.reference, amount=Money(row.amount, euro("0").currency)
    )
    return Sandbox().refund(request).reference


def dispute_at_the_bank(made: CardCharge) -> str:
    row = SandboxDispute.objects.create(
        reference="sd_1", charge_id=made.reference, amount=6000, state="lost", made_at=at("2026-01-07")
    )
    return row.reference


def test_twenty_copies_of_all_news_at_once_and_out_of_order_count_once() -> None:
    asked = [silently_charged() for _ in range(3)]
    refunded, disputed = charged_twice_as_much(), charged_twice_as_much()
    told = [
        *(("charge", SandboxCharge.objects.get(key=one.key).reference) for one in asked),
        ("charge", refunded.reference),
        ("refund", refund_at_the_gateway(refunded)),
        ("dispute", dispute_at_the_bank(disputed)),
    ]

    def deliver(number: int) -> str:
        """All news, in an order of the thread's own, each worked off as it is taken in."""
        mine = list(enumerate(told))
        random.Random(number).shuffle(mine)
        new = 0
        for event, (kind, reference) in mine:
            body, headers = news(kind, reference, f"evt_{event}")
            new += take_in_webhook(gateway="sandbox", body=body, headers=headers, now=at("2026-01-11"))
            row = Webhook.objects.get(event=f"evt_{event}")
            work_off_webhook(webhook_id=row.id, now=at("2026-01-11"))
        return f"{new} new"

    ended = race(20, deliver)

    assert sum(int(words.split()[0]) * count for words, count in ended.items()) == len(told)
    assert list(Webhook.objects.values_list("trouble", flat=True).distinct()) == [""]
    assert not Webhook.objects.filter(worked_off_at=None).exists()
    # Nothing twice, nothing lost: five charges of 3 × 30.00 + 2 × 60.00, one refund, one chargeback with its fee.
    assert Payment.objects.count() == 5
    assert [row.state for row in CardCharge.objects.all()] == ["succeeded"] * 5
    assert [(row.state, row.amount) for row in Refund.objects.all()] == [("paid", 2000)]
    assert [(row.state, row.amount) for row in Chargeback.objects.all()] == [("lost", 6000)]
    books = {row.code: row.balance.minor for row in trial_balance(as_of=on("2026-12-31"))}
    # 210.00 − 20.00 − 60.00 − 15.00.
    assert books[GATEWAYS] == 11500
    open_items = OpenItem.objects.filter(account_id__in=[one.account_id for one in asked])
    assert sum(open_items.values_list("open", flat=True)) == 0
    assert list(verify_payments()) == []
