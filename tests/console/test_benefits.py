"""Coupons, discounts and outages on a customer's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from broadbill.contracts.models import Fact, Redemption
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from tests.console.page_checker import problems
from tests.promotions import a_coupon
from tests.staff import a_colleague
from tests.world import a_plan, a_subscription, an_account, on

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Served:
    account: int
    subscription: int


@pytest.fixture
def amina(db: None) -> Served:
    account = an_account("Amina Haddad", number="A/1")
    return Served(account, a_subscription(account, a_plan(), "2026-10-01"))


def send(browser: Client, action: str, **form: Any) -> Any:
    return browser.post(f"/customers/A/1/{action}/", form)


def shown(response: Any) -> str:
    return str(response.content.decode())


def facts(kind: str) -> list[Fact]:
    return list(Fact.objects.filter(kind=kind).order_by("number"))


class TestRedeemingACoupon:
    def test_takes_it_for_the_service_and_says_so(self, office: Client, amina: Served, owner: User) -> None:
        a_coupon("SUMMER-20")

        response = send(
            office, "redeem-coupon", code="summer20", subscription=amina.subscription, on="2026-11-01"
        )

        assert response.headers["Location"] == "/customers/A/1/"
        row = Redemption.objects.get()
        assert (row.subscription_id, row.taken_on, row.recorded_by) == (
            amina.subscription,
            on("2026-11-01"),
            f"user:{owner.pk}",
        )
        page = shown(office.get("/customers/A/1/"))
        assert "Redeemed: Summer (SUMMER-20)." in page
        assert "Discount: Summer (SUMMER-20)" in page

    def test_takes_it_for_everything(self, office: Client, amina: Served) -> None:
        send(office, "redeem-coupon", code=a_coupon(), subscription="all", on="2026-11-01")

        assert Redemption.objects.get().subscription is None

    def test_tells_a_refusal_in_the_form(self, office: Client, amina: Served) -> None:
        response = send(office, "redeem-coupon", code="NONE-SUCH", subscription="all", on="2026-11-01")

        assert response.status_code == 422
        assert "There is no coupon NONE-SUCH." in shown(response)
        assert problems(shown(response)) == []

    def test_is_for_those_who_change_services(self, client: Client, technician: User, amina: Served) -> None:
        client.force_login(technician)

        assert send(client, "redeem-coupon", code=a_coupon(), on="2026-11-01").status_code == 403
        assert not Redemption.objects.exists()


class TestGivingADiscount:
    FORM = {"subscription": "all", "name": "Loyalty", "on": "2026-11-01"}

    def test_records_a_percentage_off_some_charges(self, office: Client, amina: Served) -> None:
        send(office, "give-discount", **self.FORM, percent="12.5", charges=["access"], periods="6")

        [fact] = facts("discount")
        assert fact.detail == {"name": "Loyalty", "percent": "12.5", "charges": ["access"], "periods": 6}
        assert (fact.subscription_id, fact.effective_on) == (None, on("2026-11-01"))

    def test_records_an_amount_until_a_day(self, office: Client, amina: Served) -> None:
        form = {**self.FORM, "subscription": amina.subscription}

        send(office, "give-discount", **form, amount="5,00", until="2027-01-01")

        [fact] = facts("discount")
        assert fact.detail == {"name": "Loyalty", "amount": "5.00", "until": "2027-01-01"}
        assert fact.subscription_id == amina.subscription

    @pytest.mark.parametrize(
        ("form", "says"),
        [
            ({}, "Write either a percentage or an amount."),
            ({"percent": "10", "amount": "5"}, "Write either a percentage or an amount."),
            ({"percent": "101"}, "less than or equal to 100"),
            ({"percent": "0"}, "percent: must be greater than 0"),
            ({"percent": "10", "until": "2026-11-01"}, "cannot end before 2026-11-01"),
            ({"percent": "10", "charges": ["router"]}, "router is not one of the available choices"),
        ],
    )
    def test_refused_says_why(self, office: Client, amina: Served, form: dict[str, Any], says: str) -> None:
        response = send(office, "give-discount", **self.FORM, **form)

        assert response.status_code == 422
        assert says in shown(response)
        assert problems(shown(response)) == []
        assert facts("discount") == []


class TestRecordingAnOutage:
    FORM = {
        "subscription": "all",
        "starts_at": "2026-11-01T08:00",
        "ends_at": "2026-11-02T08:00",
        "per": "day",
    }

    def test_of_everything_is_one_fact_of_the_account(self, office: Client, amina: Served) -> None:
        send(office, "record-outage", **self.FORM)

        [fact] = facts("outage")
        assert (fact.account_id, fact.subscription_id) == (amina.account, None)
        assert fact.detail["credit"] == {"per": "day", "of": ["access"]}

    def test_of_a_service_keeps_the_shortest_length(self, office: Client, amina: Served) -> None:
        form = {**self.FORM, "subscription": amina.subscription, "per": "hour", "min_minutes": "30"}

        send(office, "record-outage", **form)

        [fact] = facts("outage")
        assert fact.subscription_id == amina.subscription
        assert fact.detail["credit"] == {"per": "hour", "min_minutes": 30, "of": ["access"]}

    @pytest.mark.parametrize(
        ("form", "says"),
        [
            ({"ends_at": "2026-11-01T08:00"}, "It must be over after it began."),
            ({"ends_at": "2999-01-01T08:00"}, "This has not come yet."),
            ({"starts_at": "yesterday"}, "Enter a valid date/time."),
            ({"starts_at": "2026-09-01T08:00"}, "had nothing in service then"),
        ],
    )
    def test_refused_says_why(self, office: Client, amina: Served, form: dict[str, str], says: str) -> None:
        response = send(office, "record-outage", **{**self.FORM, **form})

        assert response.status_code == 422
        assert says in shown(response)
        assert facts("outage") == []

    def test_is_for_those_who_correct_documents(
        self, client: Client, technician: User, amina: Served
    ) -> None:
        client.force_login(technician)

        assert send(client, "record-outage", **self.FORM).status_code == 403
        assert send(client, "give-discount", **TestGivingADiscount.FORM, percent="5").status_code == 403


class TestTheCustomersPage:
    def test_offers_each_to_those_who_may(self, client: Client, owner: User, amina: Served) -> None:
        offers = ("Redeem a coupon", "Give a discount", "Record an outage")
        agent = a_colleague("ada@lakeside.example", "Ada", Role.SUPPORT)

        seen = {}
        for who, person in (("owner", owner), ("support", agent)):
            client.force_login(person)
            page = shown(client.get("/customers/A/1/"))
            seen[who] = [offer for offer in offers if offer in page]

        assert seen == {"owner": list(offers), "support": ["Redeem a coupon"]}
