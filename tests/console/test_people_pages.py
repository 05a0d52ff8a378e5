"""The pages about the staff, their roles, and one's own sign-in."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import Permission, Role
from broadbill.identity.models import User
from broadbill.identity.queries.roles import role_coded
from broadbill.messaging.models import Message
from tests.staff import a_colleague

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
PASSWORD = "a long enough password"


@pytest.fixture
def maria() -> User:
    return a_colleague("maria@lakeside.example", "Maria Lopes", Role.OWNER)


@pytest.fixture
def office(client: Client, maria: User) -> Client:
    client.force_login(maria)
    return client


def link_in(letter: Message) -> str:
    found = re.search(r"http://testserver(/choose-password/\S+)", letter.body_text)
    assert found
    return found[1]


class TestThePeople:
    def test_are_listed_with_roles_and_state_in_a_fixed_number_of_queries(
        self, office, django_assert_max_num_queries
    ):
        for number in range(8):
            a_colleague(f"clerk{number}@lakeside.example", f"Clerk {number}", Role.CASHIER, Role.SUPPORT)

        with django_assert_max_num_queries(4):
            page = office.get("/people/").content.decode()

        assert "Clerk 7" in page
        assert "Cashier, Support" in page

    def test_are_shown_one_by_one(self, office, maria):
        page = office.get(f"/people/{maria.pk}/").content.decode()

        assert "Maria Lopes" in page
        assert f"/audit/?person={maria.pk}" in page

    def test_who_is_no_staff_is_not_found(self, office):
        customer = User.objects.create(email="home@example.org", is_customer=True)

        assert office.get(f"/people/{customer.pk}/").status_code == 404

    def test_an_auditor_looks_and_changes_nothing(self, client):
        client.force_login(a_colleague("aud@lakeside.example", "", Role.AUDITOR))

        assert "Invite" not in client.get("/people/").content.decode()
        assert client.get("/people/invite/").status_code == 403


class TestAnInvitation:
    def invite(self, office, **more):
        given = {"email": "joe@lakeside.example", "full_name": "Joe Bird", "roles": ["cashier"], **more}
        return office.post("/people/invite/", given)

    def test_leads_to_a_password_of_ones_own(self, office):
        answer = self.invite(office)
        assert answer["Location"] == "/people/"
        joe = User.objects.get(email="joe@lakeside.example")
        assert not joe.has_usable_password()
        link = link_in(Message.objects.get(kind="staff_invitation", recipient=joe.email))

        fresh = Client()
        page = fresh.get(link)
        answer = fresh.post(page["Location"], {"new_password1": PASSWORD, "new_password2": PASSWORD})
        assert answer["Location"] == "/sign-in/"
        fresh.post("/sign-in/", {"login": joe.email, "password": PASSWORD})

        assert fresh.get("/customers/").status_code == 200
        again = Client().get(link)
        assert "This link was used" in again.content.decode()

    def test_is_refused_for_an_address_that_signs_in(self, office, maria):
        answer = self.invite(office, email=maria.email.upper())

        assert answer.status_code == 422
        assert "can sign in already" in answer.content.decode()

    def test_needs_a_role(self, office):
        assert self.invite(office, roles=[]).status_code == 422
        assert not Message.objects.exists()

    def test_can_be_sent_again(self, office):
        self.invite(office)
        joe = User.objects.get(email="joe@lakeside.example")

        office.post(f"/people/{joe.pk}/send-link/")

        assert Message.objects.filter(recipient=joe.email).count() == 2

    def test_a_customers_link_opens_nothing_here(self, client):
        from broadbill.identity.operations.customers import password_key

        customer = User.objects.create(email="home@example.org", is_customer=True)
        key = password_key(customer)

        page = client.get(f"/choose-password/{key['uidb64']}/{key['token']}/").content.decode()

        assert "This link was used" in page


class TestChangingSomebody:
    def test_gives_other_roles(self, office):
        joe = a_colleague("joe@lakeside.example", "", Role.CASHIER)

        office.post(f"/people/{joe.pk}/roles/", {"roles": ["support", "technician"]})

        assert [role.code for role in User.objects.with_roles().get(pk=joe.pk).roles] == [
            "support",
            "technician",
        ]

    def test_the_last_owner_stays(self, office, maria):
        for path, given in (("roles", {"roles": ["cashier"]}), ("keep-out", {})):
            answer = office.post(f"/people/{maria.pk}/{path}/", given)
            assert answer.status_code == 422
            assert "the last owner" in answer.content.decode()

    def test_who_is_kept_out_is_signed_out_and_let_in_again(self, office):
        joe = a_colleague("joe@lakeside.example", "", Role.CASHIER)
        theirs = Client()
        theirs.force_login(joe)

        office.post(f"/people/{joe.pk}/keep-out/")
        assert theirs.get("/customers/").status_code == 302
        office.post(f"/people/{joe.pk}/let-in/")

        assert User.objects.get(pk=joe.pk).is_active


class TestRoles:
    def given(self, role, **more):
        """The form as it stands, with some answers changed."""
        from broadbill.console.permission_words import GROUPS

        may = role.permissions
        return {
            **{f"may_{n}": [p.value for p in group if p in may] for n, (_t, group) in enumerate(GROUPS)},
            **more,
        }

    def test_are_shown_with_who_may_do_what(self, office):
        page = office.get("/roles/").content.decode()

        assert "Take payments" in page
        assert "Technician" in page

    def test_take_a_limit_and_a_second_factor(self, office):
        support = role_coded("support")

        answer = office.post(
            "/roles/billing/",
            self.given(role_coded("billing"), limit_refund="150.00", needs_second_factor="on"),
        )

        assert answer["Location"] == "/roles/"
        changed = role_coded("billing")
        assert f"{changed.limits[Letting.REFUND]:.2f}" == "150.00"
        assert changed.needs_second_factor
        assert role_coded("support") == support

    def test_lose_and_gain_permissions(self, office):
        before = role_coded("cashier")
        given = self.given(before)
        given["may_0"] = [Permission.VIEW_ACCOUNTS.value, Permission.CHANGE_ACCOUNTS.value]

        office.post("/roles/cashier/", given)

        assert role_coded("cashier").permissions == before.permissions | {Permission.CHANGE_ACCOUNTS}

    def test_the_owners_stays_whole(self, office):
        given = self.given(role_coded("owner"))
        given["may_0"] = []

        answer = office.post("/roles/owner/", given)

        assert answer.status_code == 422
        assert "An owner may everything" in answer.content.decode()

    def test_of_the_providers_own_come_and_go(self, office):
        office.post("/roles/new/", {"title": "Night desk", "may_0": ["accounts.view"]})
        assert role_coded("night-desk").permissions == {Permission.VIEW_ACCOUNTS}

        office.post("/roles/night-desk/remove/")

        assert office.get("/roles/night-desk/").status_code == 404


class TestMySignIn:
    def test_lists_and_ends_the_devices_i_am_signed_in_on(self, office, maria):
        other = Client()
        other.force_login(maria)
        other.get("/my-sign-in/", headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"})
        page = office.get("/my-sign-in/").content.decode()
        session = re.search(r"/my-sign-in/devices/(\d+)/", page)
        assert session

        office.post(session[0])

        assert other.get("/people/").status_code == 302
        assert office.get("/people/").status_code == 200

    def test_ends_all_the_others(self, office, maria):
        other = Client()
        other.force_login(maria)
        other.get("/my-sign-in/")

        office.post("/my-sign-in/other-devices/")

        assert other.get("/people/").status_code == 302

    def test_somebody_elses_device_is_not_found(self, office):
        joe = a_colleague("joe@lakeside.example", "", Role.CASHIER)
        theirs = Client()
        theirs.force_login(joe)
        theirs.get("/my-sign-in/")
        from allauth.usersessions.models import UserSession

        session = UserSession.objects.get(user_id=joe.pk)

        assert office.post(f"/my-sign-in/devices/{session.pk}/").status_code == 404
        assert theirs.get("/my-sign-in/").status_code == 200
