"""Taking customers on, selling to them, and what is known of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadbill.accounts.domain.numbers import next_number
from broadbill.accounts.models import Account, Contact, Location
from broadbill.contracts.models import Subscription, SubscriptionTerm
from broadbill.identity.models import User
from broadbill.kernel.models import Event
from tests.console.page_checker import problems
from tests.world import a_plan, a_subscription, an_account


def body(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize(
    ("last", "following"),
    [("", "10001"), ("LF10299", "LF10300"), ("0009", "0010"), ("C-9-EU", "C-10-EU"), ("acme", "acme2")],
)
def test_numbers_of_customers_count_on(last: str, following: str) -> None:
    assert next_number(last) == following


NEW = {
    "name": "Amina Haddad", "number": "10482", "email": "amina@home.example", "phone": "+352 621 555 012",
    "street": "14 Quay Road", "postcode": "L-9650", "city": "Lakeside", "region": "", "country": "lu",
    "language": "en", "tax_id": "", "kind": "residential",
    "pays_by": "transfer", "plan": "fiber", "starts_on": "2026-11-16",
    "quantity": "1", "term_months": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _sixteenth_of_november(time_machine: Any) -> None:
    time_machine.move_to("2026-11-16 12:00+00:00")


@pytest.mark.django_db
class TestNewCustomer:
    def test_is_taken_on_with_a_place_a_contact_and_a_plan(self, office: Client) -> None:
        a_plan("fiber", "30.00")
        assert problems(body(office.get("/new-customer/"))) == []

        response = office.post("/new-customer/", NEW)

        assert response.headers["Location"] == "/customers/10482/"
        account = Account.objects.get(number="10482")
        assert (account.profile.country, account.profile.email) == ("LU", "amina@home.example")
        assert Contact.objects.get(account=account).phone == "+352 621 555 012"
        assert Subscription.objects.get(account=account).location == Location.objects.get(account=account)
        assert "Amina Haddad is a customer now." in body(office.get(response.headers["Location"]))

    def test_is_told_the_first_bills_before_anything_is_recorded(self, office: Client) -> None:
        a_plan("fiber", "30.00")
        told = body(office.post("/new-customer/", {**NEW, "foresee": "1"}))

        # 15 of the 30 days of November, then December.
        assert "16 Nov €15.00; 1 Dec €30.00" in told
        assert not Account.objects.exists()

    def test_names_whoever_is_here_already(self, office: Client) -> None:
        a_plan("fiber", "30.00")
        office.post("/new-customer/", NEW)

        told = body(
            office.post("/new-customer/", {**NEW, "number": "10483", "name": "A. Haddad", "foresee": "1"})
        )

        assert "Already a customer? Amina Haddad (10482)." in told

    def test_with_a_number_that_is_taken_records_nothing(self, office: Client) -> None:
        a_plan("fiber", "30.00")
        an_account(number="10482")

        response = office.post("/new-customer/", NEW)

        assert response.status_code == 422
        assert Account.objects.count() == 1

    def test_may_come_without_a_plan(self, office: Client) -> None:
        office.post("/new-customer/", {**NEW, "plan": ""})

        assert not Subscription.objects.exists()
        assert Account.objects.exists()

    def test_is_not_for_technicians(self, client: Client, technician: User) -> None:
        client.force_login(technician)

        assert client.get("/new-customer/").status_code == 403


@pytest.mark.django_db
class TestSelling:
    def test_another_plan_to_a_customer(self, office: Client) -> None:
        a_plan("fiber", "30.00")
        an_account(number="10482")
        sale = {"plan": "fiber", "starts_on": "2026-11-16", "quantity": "2", "term_months": "12"}
        assert problems(body(office.get("/customers/10482/sell/"))) == []

        told = body(office.post("/customers/10482/sell/", {**sale, "foresee": "1"}))
        assert "16 Nov €30.00; 1 Dec €60.00" in told
        assert not Subscription.objects.exists()

        office.post("/customers/10482/sell/", sale)
        assert SubscriptionTerm.objects.get().quantity == 2

    def test_more_of_what_they_have(self, office: Client) -> None:
        plan = a_plan("fiber", "30.00")
        service = a_subscription(an_account(number="10482"), plan, "2026-11-01")
        path = f"/customers/10482/services/{service}/quantity/"
        assert problems(body(office.get(path))) == []

        office.post(path, {"quantity": "3", "on": "2026-11-16"})

        assert SubscriptionTerm.objects.filter(superseded_at=None).order_by("-id")[0].quantity == 3


@pytest.mark.django_db
class TestWhatIsKnown:
    def test_notes_stay_in_what_happened_with_who_wrote_them(self, office: Client) -> None:
        an_account(number="10482")
        assert problems(body(office.get("/customers/10482/note/"))) == []

        office.post("/customers/10482/note/", {"text": "Dog <b>bites</b>"})

        page = body(office.get("/customers/10482/"))
        assert "Dog &lt;b&gt;bites" in page
        assert "Maria Duarte" in page
        assert problems(page) == []

    def test_pinned_notes_are_replaced_and_kept(self, office: Client) -> None:
        account = an_account(number="10482", notes="Call after six")

        office.post("/customers/10482/pinned-notes/", {"text": "Call after eight"})

        assert Account.objects.get(pk=account).notes == "Call after eight"
        told = Event.objects.get(verb="account.notes_pinned")
        assert told.data["before"] == "Call after six"

    def test_details_become_a_new_version(self, office: Client) -> None:
        account = an_account(number="10482", street="14 Quay Road")
        page = office.get("/customers/10482/details/")
        assert problems(body(page)) == []
        typed = {"legal_name": "Amina Haddad", "street": "2 Mill Lane", "postcode": "", "city": "", "region": "",
                 "country": "", "email": "", "tax_id": "", "language": "en", "terms_days": "14",
                 "kind": "business"}  # fmt: skip

        office.post("/customers/10482/details/", typed)

        assert Account.objects.get(pk=account).profile.street == "2 Mill Lane"
        assert Account.objects.get(pk=account).kind == "business"
        assert Event.objects.get(verb="account.profile_changed").data["changed"] == ["street"]

    def test_a_customer_who_left_is_closed(self, office: Client) -> None:
        account = an_account(number="10482")

        office.post("/customers/10482/close/", {"on": "2026-11-30"})

        assert Account.objects.get(pk=account).status == "closed"

    @pytest.mark.parametrize("act", ["sell", "note", "pinned-notes", "details", "close"])
    def test_none_of_it_is_for_technicians(self, client: Client, technician: User, act: str) -> None:
        an_account(number="10482")
        client.force_login(technician)

        assert client.get(f"/customers/10482/{act}/").status_code == 403
