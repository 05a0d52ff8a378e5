"""What others' accounts showed: credits nobody had paid for, balances that differed by page, corrections that stuck."""

from __future__ import annotations

from decimal import Decimal

import pytest

from broadbill.billing.models import Document
from broadbill.billing.queries.document_list import document_page
from broadbill.billing.queries.explain import explain_document
from broadbill.billing.queries.sheets import sheet_of
from broadbill.billing.queries.what_if import Change, what_if
from broadbill.contracts.operations.account_facts import give_credit
from broadbill.contracts.operations.changes import cancel, change_plan
from broadbill.core.money import Currency, Money
from broadbill.payments.queries.owing import owing_of
from broadbill.payments.queries.statement import statement_of
from broadbill.tax.operations.rates import set_rate
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, euro, on, pay

pytestmark = pytest.mark.django_db

EUR = Currency.of("EUR")


def balance(account: int) -> str:
    return str(owing_of(account_id=account, currency=EUR, as_of=on("2026-12-31")).balance)


def totals(account: int) -> list[str]:
    found = Document.objects.filter(account_id=account).order_by("id")
    return [str(Money(document.total, EUR)) for document in found]


def billed_in_april(amount: str = "30.00") -> tuple[int, int]:
    """An account with one subscription, billed for April; and the subscription."""
    account = an_account()
    subscription = a_subscription(account, a_plan(amount=amount), "2026-04-01")
    bill_through("2026-04-01")
    return account, subscription


def test_lago_4026_who_had_paid_and_leaves_early_has_the_rest_in_credit() -> None:
    """30.00 × 15 ÷ 30 = 15.00, on the account, to be spent or paid out."""
    account, subscription = billed_in_april()
    pay(account, "30.00", "2026-04-05")

    cancel(subscription_id=subscription, on=on("2026-04-16"), now=at("2026-04-16"), actor=ACTOR)
    bill_through("2026-04-16")

    assert totals(account) == ["30.00", "-15.00"]
    assert balance(account) == "-15.00"


def test_lago_545_the_preview_of_a_termination_is_what_it_then_gives() -> None:
    account, subscription = billed_in_april()
    change = Change("cancel", on("2026-04-16"), subscription, {})

    seen = what_if(account_id=account, change=change, on=on("2026-04-16"))
    cancel(subscription_id=subscription, on=on("2026-04-16"), now=at("2026-04-16"), actor=ACTOR)
    bill_through("2026-04-16")

    assert str(seen.difference) == "-15.00"
    assert totals(account)[-1] == "-15.00"


def test_lago_212_the_credit_of_what_was_never_paid_cannot_be_spent() -> None:
    """April's 30.00 is unpaid; cancelled on the first day, the note settles it. The next service is due whole."""
    account, subscription = billed_in_april()
    cancel(subscription_id=subscription, on=on("2026-04-01"), now=at("2026-04-02"), actor=ACTOR)
    bill_through("2026-04-02")
    assert balance(account) == "0.00"

    a_subscription(account, a_plan("tv", "12.00"), "2026-05-01")
    bill_through("2026-05-01")

    assert Document.objects.latest("id").due == 1200


def test_stripe_deferral_a_credit_pays_the_debt_it_came_from_first() -> None:
    """60.00 unpaid, half of April at 30.00 less: the 15.00 lower the debt, and May is due whole."""
    account, subscription = billed_in_april("60.00")
    a_plan("slow", "30.00")
    change_plan(
        subscription_id=subscription, plan="slow", on=on("2026-04-16"), now=at("2026-04-16"), actor=ACTOR
    )
    bill_through("2026-04-16")
    assert balance(account) == "45.00"

    bill_through("2026-05-01")

    assert totals(account) == ["60.00", "-15.00", "30.00"]
    assert Document.objects.latest("id").due == 3000


def test_splynx_1997_a_credit_that_waits_does_not_lower_the_balance() -> None:
    """1,000.00 are owed until the next bill takes the 200.00; then 1,000.00 + 1,000.00 − 200.00."""
    account, _ = billed_in_april("1000.00")
    give_credit(account_id=account, amount=euro("200.00"), name="Sorry", on=on("2026-04-10"),
                now=at("2026-04-10"), actor=ACTOR)  # fmt: skip
    assert balance(account) == "1000.00"

    bill_through("2026-05-01")

    assert totals(account) == ["1000.00", "800.00"]
    assert balance(account) == "1800.00"


@pytest.mark.parametrize(("amount", "total"), [("140.00", "160.97"), ("1140.00", "1310.72")])
def test_invoiceninja_1453_every_view_shows_the_same_total(amount: str, total: str) -> None:
    """7.00 + 13.97 (13.965); 57.00 + 113.72 (113.715). One figure is stored, and every view reads it."""
    for place, (name, percent) in enumerate((("GST", "5"), ("QST", "9.975"))):
        set_rate(name=name, category="standard", percent=Decimal(percent), valid_from=None, valid_to=None,
                 position=place, now=at("2026-01-01"), actor=ACTOR)  # fmt: skip

    account, _ = billed_in_april(amount)

    [document] = Document.objects.filter(account_id=account)
    statement = statement_of(account_id=account, currency=EUR, starts=on("2026-04-01"), ends=on("2026-04-30"))
    shown = {
        "list": document_page().rows[0].total,
        "document": explain_document(document.number).total,
        "paper": sheet_of(document.number).total,
        "statement": statement.closing,
        "balance": euro(balance(account)),
    }
    assert shown == dict.fromkeys(shown, euro(total))


def test_lms_2094_a_settled_invoice_can_be_corrected_and_the_correction_too() -> None:
    """Paid at 60.00; 30.00 from the 16th is recorded late, and then that it was the 11th. Each note has its number."""
    account, subscription = billed_in_april("60.00")
    a_plan("slow", "30.00")
    pay(account, "60.00", "2026-04-05")

    for day, known in (("2026-04-16", "2026-04-20"), ("2026-04-11", "2026-04-21")):
        change_plan(subscription_id=subscription, plan="slow", on=on(day), now=at(known), actor=ACTOR)
        bill_through(known)

    # −30.00 × 15 ÷ 30, then five days more of it.
    assert totals(account) == ["60.00", "-15.00", "-5.00"]
    notes = Document.objects.filter(kind="credit_note").order_by("id")
    assert [note.number for note in notes] == ["CN-2026-000001", "CN-2026-000002"]
    assert [note.corrects for note in notes] == [["2026-000001"], ["2026-000001", "CN-2026-000001"]]
