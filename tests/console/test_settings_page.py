"""The settings of the office, the guide of the first steps, and the first owner."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from broadbill.accounts.queries.provider import current_provider
from broadbill.catalog.operations.policy import set_policy
from broadbill.catalog.queries.policy import current_policy
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.identity.operations.first_owner import first_owner_key
from broadbill.kernel.models import Event
from broadbill.messaging.models import Message
from broadbill.tax.queries.rates import rates
from broadbill.tax.queries.rules import tax_rules
from tests.staff import a_colleague
from tests.world import a_plan, a_subscription, an_account, at, bill_through

pytestmark = pytest.mark.django_db
COMPANY = {"name": "Harbour Net", "country": "lu", "city": "Esch", "email": "office@harbour.example"}
PASSWORD = "a few words are best"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h10v10z"/></svg>'


@pytest.fixture
def maria() -> User:
    return a_colleague("maria@lakeside.example", "Maria Lopes", Role.OWNER)


@pytest.fixture
def office(client: Client, maria: User) -> Client:
    client.force_login(maria)
    return client


def logo(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.svg", text.encode(), "image/svg+xml")


class TestTheCompany:
    def test_is_a_new_version_with_what_was_changed_alone(self, office, maria):
        before = current_provider()

        answer = office.post("/settings/company/", COMPANY)

        now = current_provider()
        assert answer["Location"] == "/settings/"
        assert (now.name, now.country, now.currency) == ("Harbour Net", "LU", before.currency)
        event = Event.objects.get(verb="provider.changed")
        assert event.actor == maria.actor
        assert event.data == {"changed": ["city", "country", "email", "name"]}

    def test_is_not_recorded_anew_when_nothing_was_changed(self, office):
        office.post("/settings/company/", COMPANY)
        office.post("/settings/company/", COMPANY)

        assert Event.objects.filter(verb="provider.changed").count() == 1

    def test_says_who_changed_it_last_in_a_fixed_number_of_queries(
        self, office, django_assert_max_num_queries
    ):
        office.post("/settings/company/", COMPANY)

        with django_assert_max_num_queries(12):
            page = office.get("/settings/").content.decode()

        assert "Last changed by Maria Lopes" in page

    def test_refuses_an_iban_whose_check_digits_do_not_fit(self, office):
        given = {"currency": "EUR", "terms_days": "14", "timezone": "Europe/Luxembourg", "language": "en"}

        answer = office.post("/settings/paying/", {**given, "iban": "LU28 0019 4006 4475 0001"})

        assert answer.status_code == 422
        assert "check digits do not fit" in answer.content.decode()
        assert current_provider().iban == ""

    def test_takes_a_logo_and_drops_it(self, office):
        look = {"brand_hue": "150", "paper": "letter"}

        office.post("/settings/look/", {**look, "logo": logo(LOGO)})
        assert (current_provider().logo, current_provider().brand_hue) == (LOGO, 150)
        office.post("/settings/look/", look)
        assert current_provider().logo == LOGO
        office.post("/settings/look/", {**look, "keeps_no_logo": "on"})

        assert current_provider().logo == ""

    @pytest.mark.parametrize(
        "drawing",
        [
            "no drawing",
            "<html><body/></html>",
            LOGO.replace("<path", "<script>alert(1)</script><path"),
            LOGO.replace("<path", '<path onload="alert(1)"'),
            '<!DOCTYPE svg [<!ENTITY a "b">]>' + LOGO.replace("M0", "&a;"),
            LOGO + " " * 200_001,
        ],
    )
    def test_refuses_what_is_no_plain_drawing(self, office, drawing):
        answer = office.post("/settings/look/", {"brand_hue": "150", "paper": "a4", "logo": logo(drawing)})

        assert answer.status_code == 422
        assert current_provider().logo == ""


class TestTaxes:
    def test_are_added_listed_and_ended_for_the_next_to_begin(self, office):
        vat = {"name": "VAT", "percent": "17", "category": "standard", "starts_on": "2026-01-01"}
        assert office.post("/settings/taxes/add/", vat)["Location"] == "/settings/"
        (rate,) = rates()
        assert (rate.percent, rate.starts, rate.ends) == (Decimal(17), date(2026, 1, 1), None)
        again = office.post("/settings/taxes/add/", {**vat, "percent": "18", "starts_on": "2027-01-01"})
        assert "already has a rate in that time" in again.content.decode()

        office.post(f"/settings/taxes/{rate.id}/end/", {"last_day": "2026-12-31"})
        office.post("/settings/taxes/add/", {**vat, "percent": "18", "starts_on": "2027-01-01"})

        assert {(rule["rate"], rule.get("to")) for rule in tax_rules()} == {
            ("17", "2027-01-01"),
            ("18", None),
        }
        assert "VAT" in office.get("/settings/").content.decode()

    def test_cannot_end_before_they_begin(self, office):
        office.post(
            "/settings/taxes/add/",
            {"name": "VAT", "percent": "17", "category": "standard", "starts_on": "2026-06-01"},
        )
        (rate,) = rates()

        answer = office.post(f"/settings/taxes/{rate.id}/end/", {"last_day": "2026-05-01"})

        assert answer.status_code == 422
        assert "cannot end before" in answer.content.decode()

    def test_that_are_none_are_not_found(self, office):
        assert office.post("/settings/taxes/7/end/", {"last_day": "2026-05-01"}).status_code == 422


class TestConventions:
    USUAL = {
        "billing_day": "1", "proration": "day", "first_period": "prorate", "on_cancel": "prorate",
        "cancel_day": "free", "on_change": "prorate", "rounding": "half_up", "tax_rounding": "document",
        "corrections": "inline", "usage_late": "next_bill", "trial_anchor": "start",
    }  # fmt: skip

    def test_say_only_what_is_not_usual(self, office):
        office.post(
            "/settings/conventions/", {**self.USUAL, "billing_day": "15", "corrections": "credit_note"}
        )

        assert current_policy() == {"anchor": {"day": 15}, "corrections": "credit_note"}

    def test_usual_ones_are_no_change(self, office):
        office.post("/settings/conventions/", self.USUAL)

        assert not Event.objects.filter(verb="policy.set").exists()

    def test_keep_what_the_page_does_not_ask(self, office):
        set_policy(content={"anchor": {"day": 1, "month": 4}}, now=at("2026-01-01"), actor="test")

        office.post("/settings/conventions/", {**self.USUAL, "rounding": "down"})

        assert current_policy() == {"anchor": {"day": 1, "month": 4}, "rounding": "down"}


class TestMail:
    def test_a_test_goes_through_the_outbox(self, office):
        office.post("/settings/test-mail/", {"recipient": "me@home.example"})

        assert Message.objects.get(kind="mail_test").recipient == "me@home.example"


class TestGateways:
    def test_say_whether_they_have_their_keys_and_never_show_them(self, office, settings):
        settings.GATEWAYS = ["stripe", "sandbox"]
        settings.STRIPE_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_secret", ""
        page = office.get("/settings/").content.decode()
        assert page.count("A secret is missing") == 1
        assert "Set up" in page

        settings.STRIPE_WEBHOOK_SECRET = "whsec_secret"
        page = office.get("/settings/").content.decode()

        assert "A secret is missing" not in page
        assert "_secret" not in page


class TestTheGuide:
    def steps_done(self, office: Client) -> int:
        return office.get("/").content.decode().count('<li class="done"')

    def test_ticks_what_is_there_and_ends_with_the_first_invoice(self, office):
        assert self.steps_done(office) == 0
        office.post("/settings/company/", COMPANY)
        assert self.steps_done(office) == 1
        office.post("/settings/taxes/add/", {"name": "VAT", "percent": "17", "category": "standard"})
        plan = a_plan()
        assert self.steps_done(office) == 3
        account = an_account()
        a_subscription(account, plan, "2026-01-01")
        assert self.steps_done(office) == 4

        bill_through("2026-01-01")

        page = office.get("/").content.decode()
        assert page.count('<li class="done"') == 5
        assert "Open the invoice" in page

    def test_is_put_away(self, office):
        office.post("/hide-guide/")

        assert "To your first bill" not in office.get("/").content.decode()

    def test_is_not_shown_to_who_may_not_take_its_steps(self, client):
        client.force_login(a_colleague("joe@lakeside.example", "", Role.CASHIER))

        assert "To your first bill" not in client.get("/").content.decode()


class TestTheFirstOwner:
    GIVEN = {"full_name": "Maria Lopes", "email": "maria@lakeside.example", "password": PASSWORD}

    def test_makes_a_sign_in_by_the_link_that_was_printed(self, client):
        assert "Nobody can sign in yet" in client.get("/sign-in/").content.decode()
        link = f"/first-owner/{first_owner_key()}/"
        assert "You are the first here" in client.get(link).content.decode()

        assert client.post(link, self.GIVEN)["Location"] == "/sign-in/"

        client.post("/sign-in/", {"login": self.GIVEN["email"], "password": PASSWORD})
        assert client.get("/settings/").status_code == 200
        assert "Nobody can sign in yet" not in Client().get("/sign-in/").content.decode()

    def test_is_the_only_one(self, client, maria):
        link = f"/first-owner/{first_owner_key()}/"

        answer = client.post(link, {**self.GIVEN, "email": "thief@elsewhere.example"})

        assert answer.status_code == 422
        assert not User.objects.filter(email="thief@elsewhere.example").exists()
        assert "Somebody signs in here already" in client.get(link).content.decode()

    def test_needs_the_link(self, client):
        answer = client.post("/first-owner/guessed/", self.GIVEN)

        assert answer.status_code == 422
        assert not User.objects.exists()

    def test_chooses_a_password_that_is_hard_to_guess(self, client):
        answer = client.post(f"/first-owner/{first_owner_key()}/", {**self.GIVEN, "password": "password"})

        assert "too weak" in answer.content.decode()
        assert not User.objects.exists()
