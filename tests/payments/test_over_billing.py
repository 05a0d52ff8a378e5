"""What an audit finds that was billed too much goes back as the policy says, and only what was really paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from broadbill.billing.domain.audit import Finding
from broadbill.billing.operations.correct import correct
from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.queries.audit import audit_period
from broadbill.catalog.operations.plans import set_price
from broadbill.core.period import Period
from broadbill.identity.domain.approvals import ApprovalNeedsAnother
from broadbill.messaging.models import Message
from broadbill.payments.models import Refund, SandboxRefund
from broadbill.payments.operations import over_billing
from broadbill.payments.operations.card_refunds import send_card_refund
from broadbill.payments.operations.over_billing import ACTOR as BY_ITSELF
from broadbill.payments.operations.over_billing import set_refund_policy
from broadbill.payments.operations.refund import approve_refund
from broadbill.payments.queries.refund_policy import Otherwise
from broadbill.payments.queries.verify import verify_payments
from tests.payments.cards import a_card, charge
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, flat, on, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def billed_too_much() -> int:
    """Billed 39.00 for January, which should have been 30.00."""
    account = an_account(terms_days=0, email="amina@home.example", language="de")
    a_subscription(account, a_plan("fiber", "39.00"), "2026-01-01")
    bill_through("2026-01-01")
    return account


def policy(up_to: str | None, otherwise: Otherwise = Otherwise.CREDIT) -> None:
    most = None if up_to is None else Decimal(up_to)
    set_refund_policy(automatic_up_to=most, otherwise=otherwise, now=at("2026-01-01"), actor=ACTOR)


def put_right(price: str = "30.00") -> list[Refund]:
    """Audit January at the right price and correct it: the refunds there are then."""
    set_price(
        plan="fiber", charge="access", model=flat(price), starts_on=None, now=at("2026-01-10"), actor=ACTOR
    )
    rulebook = current_rulebook(now=at("2026-01-20"))
    january = Period(on("2026-01-01"), on("2026-02-01"))
    found: dict[date, list[int]] = {}
    for batch in audit_period(period=january, rulebook_id=rulebook.id):
        for finding in batch:
            assert isinstance(finding, Finding)
            found.setdefault(finding.through, []).append(finding.account_id)
    correct(found=found, issued_on=on("2026-01-20"), actor=ACTOR, now=at("2026-01-20"))
    return list(Refund.objects.order_by("id"))


def told() -> list[tuple[str, str, str, str]]:
    return [
        (row.method, str(row.amount), row.state, row.requested_by) for row in Refund.objects.order_by("id")
    ]


def test_goes_back_to_the_card_by_itself_and_the_customer_reads_why(billed_too_much: int) -> None:
    policy("50.00")
    charge(a_card(billed_too_much), "39.00", "2026-01-05")

    [row] = put_right()
    assert told() == [("card", "900", "sending", BY_ITSELF)]
    send_card_refund(refund_id=row.id, now=at("2026-01-20"))

    assert [refund.amount for refund in SandboxRefund.objects.all()] == [900]
    letter = Message.objects.get(kind="refund_paid")
    assert "Wir haben Ihnen zu viel berechnet; CN-2026-000001 stellt es richtig." in letter.body_text
    assert list(verify_payments()) == []


def test_is_asked_for_once_however_often_it_is_corrected(billed_too_much: int) -> None:
    policy("50.00")
    charge(a_card(billed_too_much), "39.00", "2026-01-05")

    assert put_right() == put_right()
    assert len(told()) == 1


def test_stands_or_falls_with_its_credit_note(billed_too_much: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A death after the refund was asked for leaves neither; done again there are both."""
    policy("50.00")
    charge(a_card(billed_too_much), "39.00", "2026-01-05")

    class Death(BaseException):
        pass

    def die(**asked: object) -> None:
        refund_to_cards(**asked)  # type: ignore[arg-type]
        raise Death

    refund_to_cards = over_billing.refund_to_cards
    with monkeypatch.context() as patch:
        patch.setattr(over_billing, "refund_to_cards", die)
        with pytest.raises(Death):
            put_right()
    assert told() == []

    assert len(put_right()) == 1


def test_is_no_more_than_was_paid(billed_too_much: int) -> None:
    """33.00 of 39.00 were paid: of the 9.00 too much, 6.00 lower what is still owed and 3.00 go back."""
    policy("50.00")
    charge(a_card(billed_too_much), "33.00", "2026-01-05")

    put_right()

    assert told() == [("card", "300", "sending", BY_ITSELF)]


def test_is_nothing_when_the_bill_was_never_paid(billed_too_much: int) -> None:
    policy("50.00", Otherwise.APPROVAL)

    assert put_right() == []


@pytest.mark.parametrize(
    ("otherwise", "asked"),
    [(Otherwise.CREDIT, []), (Otherwise.APPROVAL, [("card", "900", "requested", BY_ITSELF)])],
)
def test_beyond_the_policy_stays_in_credit_or_waits_for_a_person(
    billed_too_much: int, otherwise: Otherwise, asked: list[tuple[str, str, str, str]]
) -> None:
    policy("8.99", otherwise)
    charge(a_card(billed_too_much), "39.00", "2026-01-05")

    rows = put_right()

    assert told() == asked
    for row in rows:
        with pytest.raises(ApprovalNeedsAnother):
            approve_refund(refund_id=row.id, on=on("2026-01-21"), now=at("2026-01-21"), actor=BY_ITSELF)
        approve_refund(refund_id=row.id, on=on("2026-01-21"), now=at("2026-01-21"), actor="user:2")


def test_paid_by_transfer_waits_for_who_makes_the_transfer(billed_too_much: int) -> None:
    policy("50.00", Otherwise.APPROVAL)
    pay(billed_too_much, "39.00", "2026-01-05", method="transfer")

    put_right()

    assert told() == [("transfer", "900", "requested", BY_ITSELF)]


def test_without_a_policy_stays_in_credit(billed_too_much: int) -> None:
    charge(a_card(billed_too_much), "39.00", "2026-01-05")

    assert put_right() == []
