"""What was paid for time in which service was out goes back at once where that is chosen: once, and no more."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from broadbill.billing.models import Document
from broadbill.network.operations.incidents import decide_credit, declare_incident, end_incident
from broadbill.network.operations.sites import hang_under, set_device, set_site
from broadbill.payments.models import Refund
from broadbill.payments.operations import over_billing
from broadbill.payments.operations.over_billing import refund_incident, set_refund_policy
from broadbill.payments.operations.refund import approve_refund
from broadbill.payments.queries.refund_policy import Otherwise
from broadbill.payments.queries.verify import verify_payments
from broadbill.payments.tasks import refund_what_was_out
from tests.network.edge import a_profile, an_access
from tests.payments.cards import a_card, charge
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]
BEGAN = at("2026-01-12")


@pytest.fixture
def amina() -> int:
    """Billed 31.00 for January, a day of which is 1.00; under the mast."""
    account = an_account(terms_days=0, email="amina@home.example")
    subscription = a_subscription(account, a_plan("fiber", "31.00"), "2026-01-01")
    a_profile("fiber100", "fiber")
    an_access(account, subscription, "amina@isp", password="x")
    set_site(code="mast", name="The mast", now=BEGAN, actor=ACTOR)
    set_device(code="sector", site="mast", now=BEGAN, actor=ACTOR)
    hang_under(username="amina@isp", device="sector", now=BEGAN, actor=ACTOR)
    bill_through("2026-01-01")
    return account


def out_for_two_days(*, refunds: bool = True) -> int:
    """The mast is out from the 12th, and credit of a day's price for each day begun is granted on the 14th."""
    number = declare_incident(
        site="mast", starts_at=BEGAN, cause="Lightning", credit={"per": "day"}, now=BEGAN, actor=ACTOR
    )
    over = BEGAN + timedelta(days=2)
    end_incident(incident_id=number, ends_at=over, now=over, actor=ACTOR, grants=False)
    decide_credit(incident_id=number, grants=True, refunds=refunds, now=over, actor=ACTOR)
    return number


def told() -> list[tuple[str, int, str]]:
    return list(Refund.objects.order_by("id").values_list("method", "amount", "state"))


def test_goes_back_to_the_card_by_itself_up_to_the_policys_amount_and_once(amina: int) -> None:
    set_refund_policy(automatic_up_to=Decimal(5), otherwise=Otherwise.CREDIT, now=BEGAN, actor=ACTOR)
    charge(a_card(amina), "31.00", "2026-01-05")
    number = out_for_two_days()

    corrected = [refund_incident(incident_id=number, now=at("2026-01-14")) for _again in range(2)]

    # two days of 1.00
    assert corrected == [1, 1]
    assert told() == [("card", 200, "sending")]
    assert [note.total for note in Document.objects.filter(kind="credit_note")] == [-200]
    bill_through("2026-02-01")
    # February whole, and nothing given back for January again
    assert Document.objects.latest("id").total == 3100
    assert list(verify_payments()) == []


def test_waits_for_another_person_where_the_policy_gives_nothing_back_by_itself(amina: int) -> None:
    pay(amina, "31.00", "2026-01-05")
    number = out_for_two_days()

    refund_incident(incident_id=number, now=at("2026-01-14"))
    refund_incident(incident_id=number, now=at("2026-01-15"))

    assert told() == [("transfer", 200, "requested")]
    refund = Refund.objects.get()
    approve_refund(refund_id=refund.id, on=on("2026-01-15"), now=at("2026-01-15"), actor="user:2")
    refund_incident(incident_id=number, now=at("2026-01-16"))
    assert told() == [("transfer", 200, "paid")]
    assert list(verify_payments()) == []


def test_goes_to_the_card_by_itself_and_the_rest_waits_where_it_was_paid_in_two_ways(amina: int) -> None:
    set_refund_policy(automatic_up_to=Decimal(5), otherwise=Otherwise.CREDIT, now=BEGAN, actor=ACTOR)
    charge(a_card(amina), "0.50", "2026-01-05")
    pay(amina, "30.50", "2026-01-05")
    number = out_for_two_days()

    for _again in range(2):
        refund_incident(incident_id=number, now=at("2026-01-14"))

    assert told() == [("card", 50, "sending"), ("transfer", 150, "requested")]


def test_is_nothing_where_nothing_was_paid_but_less_is_owed(amina: int) -> None:
    number = out_for_two_days()

    refund_incident(incident_id=number, now=at("2026-01-14"))

    assert told() == []
    assert sum(Document.objects.values_list("total", flat=True)) == 2900


def test_is_left_to_the_bill_that_is_due_anyway(amina: int) -> None:
    pay(amina, "31.00", "2026-01-05")
    number = out_for_two_days()

    assert refund_incident(incident_id=number, now=at("2026-02-02")) == 0
    bill_through("2026-02-02")

    assert told() == []
    assert Document.objects.latest("id").total == 2900


def test_is_given_back_though_the_machine_died_after_the_correction(
    amina: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(amina, "31.00", "2026-01-05")
    number = out_for_two_days()

    class Death(BaseException):
        pass

    def die(*_arguments: object) -> None:
        raise Death

    with monkeypatch.context() as patch:
        patch.setattr(over_billing, "lock_accounts", die)
        with pytest.raises(Death):
            refund_incident(incident_id=number, now=at("2026-01-14"))
    assert (told(), Document.objects.filter(kind="credit_note").count()) == ([], 1)

    refund_incident(incident_id=number, now=at("2026-01-14"))

    assert told() == [("transfer", 200, "requested")]


def test_is_left_to_the_next_bill_where_that_is_chosen(amina: int) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    pay(amina, "31.00", "2026-01-05")
    out_for_two_days(refunds=False)
    assert not ProcrastinateJob.objects.filter(task_name="payments.refund_incident").exists()


def test_is_carried_out_by_the_worker(amina: int) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    pay(amina, "31.00", "2026-01-05")
    number = out_for_two_days()
    [job] = ProcrastinateJob.objects.filter(task_name="payments.refund_incident")

    assert job.args == {"incident_id": number}
    with time_machine.travel(at("2026-01-14"), tick=False):
        assert refund_what_was_out(**job.args) == 1
    assert told() == [("transfer", 200, "requested")]
