"""Adding and changing sign-ins."""

from __future__ import annotations

import pytest

from broadbill.identity.domain.errors import (
    EmailIsInvalid,
    LastOwnerMustStay,
    PasswordIsInvalid,
    RoleIsMissing,
    RoleIsUnknown,
    UserExistsAlready,
    UserIsUnknown,
)
from broadbill.identity.domain.permissions import Role
from broadbill.identity.models import User
from broadbill.identity.operations import add_user, allow_sign_in, change_roles, refuse_sign_in, set_password
from broadbill.identity.queries.users import names_of, sign_ins
from broadbill.kernel.models import Event
from tests.identity.conftest import NOW, PASSWORD

pytestmark = pytest.mark.django_db


class TestAddUser:
    def test_lets_somebody_sign_in_and_tells_who_did_it(self):
        user = add_user(
            email="ann@example.org", roles=[Role.BILLING], password=PASSWORD, actor="user:1", now=NOW
        )

        event = Event.objects.get()
        assert user.check_password(PASSWORD)
        assert (event.actor, event.verb, event.object_id) == ("user:1", "user.added", str(user.pk))
        assert event.data == {"email": "ann@example.org", "roles": ["billing"]}

    def test_refuses_an_address_twice_whatever_its_case(self, member):
        member(Role.BILLING)

        with pytest.raises(UserExistsAlready):
            add_user(
                email="Billing@Example.org", roles=[Role.SUPPORT], password=PASSWORD, actor="test", now=NOW
            )

    def test_refuses_what_is_no_address(self):
        with pytest.raises(EmailIsInvalid, match="'nobody' is no e-mail address"):
            add_user(email="nobody", roles=[Role.SUPPORT], password=PASSWORD, actor="test", now=NOW)

    @pytest.mark.parametrize("password", ["short", "qwertyuiop123", "ann@example.org"])
    def test_refuses_a_password_that_is_easily_guessed(self, password):
        with pytest.raises(PasswordIsInvalid):
            add_user(email="ann@example.org", roles=[Role.SUPPORT], password=password, actor="test", now=NOW)

        assert not User.objects.exists()


class TestRolesOfAPerson:
    def test_may_be_several(self, member):
        user = member(Role.CASHIER)

        change_roles(
            email=user.email, roles=[Role.TECHNICIAN, Role.CASHIER, Role.CASHIER], actor="test", now=NOW
        )

        assert [role.code for role in sign_ins()[0].roles] == ["cashier", "technician"]

    def test_are_at_least_one_and_known(self, member):
        user = member(Role.CASHIER)

        with pytest.raises(RoleIsMissing):
            change_roles(email=user.email, roles=[], actor="test", now=NOW)
        with pytest.raises(RoleIsUnknown):
            change_roles(email=user.email, roles=["king"], actor="test", now=NOW)

    def test_as_they_were_are_no_change(self, member):
        user = member(Role.CASHIER)

        change_roles(email=user.email, roles=[Role.CASHIER], actor="test", now=NOW)

        assert not Event.objects.filter(verb="user.roles_changed").exists()


class TestTheLastOwner:
    def test_can_neither_be_shut_out_nor_demoted(self, member):
        owner = member(Role.OWNER)

        with pytest.raises(LastOwnerMustStay):
            refuse_sign_in(email=owner.email, actor="test", now=NOW)
        with pytest.raises(LastOwnerMustStay):
            change_roles(email=owner.email, roles=[Role.BILLING], actor="test", now=NOW)

    def test_may_go_once_there_is_another(self, member):
        owner, clerk = member(Role.OWNER), member(Role.BILLING)
        change_roles(email=clerk.email, roles=[Role.OWNER], actor="test", now=NOW)

        refuse_sign_in(email=owner.email, actor="test", now=NOW)

        assert [(sign_in.email, sign_in.is_active) for sign_in in sign_ins()] == [
            ("billing@example.org", True),
            ("owner@example.org", False),
        ]


class TestChanges:
    def test_of_a_stranger_are_refused(self):
        with pytest.raises(UserIsUnknown):
            allow_sign_in(email="stranger@example.org", actor="test", now=NOW)

    def test_give_a_new_password(self, member):
        user = set_password(
            email=member(Role.SUPPORT).email, password="another long one", actor="test", now=NOW
        )

        assert user.check_password("another long one")

    def test_are_recorded(self, member):
        agent = member(Role.SUPPORT)
        change_roles(email=agent.email, roles=[Role.BILLING], actor="test", now=NOW)
        refuse_sign_in(email=agent.email, actor="test", now=NOW)
        allow_sign_in(email=agent.email, actor="test", now=NOW)

        assert list(Event.objects.order_by("id").values_list("verb", flat=True)) == [
            "user.added",
            "user.roles_changed",
            "user.shut_out",
            "user.let_in_again",
        ]


class TestNamesOf:
    def test_calls_people_by_name(self, member):
        agent = member(Role.SUPPORT)

        assert names_of({agent.pk, 10**6}) == {agent.pk: "Support"}
