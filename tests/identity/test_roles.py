"""Roles as an owner leaves them, and the limits that go with them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from broadbill.core.money import Currency, Money
from broadbill.identity.domain.errors import (
    OwnerMayEverything,
    RoleExistsAlready,
    RoleIsUnknown,
    RoleMustStay,
)
from broadbill.identity.domain.limits import Letting, LimitExceeded, refuse_above
from broadbill.identity.domain.permissions import ALLOWED, Permission, Role
from broadbill.identity.domain.roles import RoleRead, differences, limit_over, permissions_of
from broadbill.identity.models import User
from broadbill.identity.operations.limits import set_limit
from broadbill.identity.operations.roles import add_role, change_permissions, remove_role
from broadbill.identity.queries.roles import role_coded, roles
from broadbill.kernel.models import Event
from tests.identity.conftest import NOW
from tests.staff import a_colleague

EUR = Currency("EUR", 2)


def a_role(*permissions: Permission, **limits: str) -> RoleRead:
    amounts = {Letting(name): Decimal(amount) for name, amount in limits.items()}
    return RoleRead("x", "X", frozenset(permissions), limits=amounts)


class TestPermissionsOf:
    def test_are_the_tables_where_nobody_said_otherwise(self):
        assert permissions_of(Role.CASHIER, granted=[], withdrawn=[]) == ALLOWED[Role.CASHIER]

    def test_are_more_and_less_as_an_owner_said(self):
        may = permissions_of(Role.CASHIER, granted=["payments.refund"], withdrawn=["vouchers.view"])

        assert may == {
            Permission.VIEW_ACCOUNTS,
            Permission.VIEW_DOCUMENTS,
            Permission.VIEW_PAYMENTS,
            Permission.RECORD_PAYMENTS,
            Permission.REFUND_PAYMENTS,
        }

    def test_of_the_owner_are_all_whatever_is_stored(self):
        assert permissions_of(Role.OWNER, granted=[], withdrawn=["users.manage"]) == set(Permission)

    def test_forget_words_that_mean_nothing_any_more(self):
        assert permissions_of("night-desk", granted=["teleport", "network.view"], withdrawn=[]) == {
            Permission.VIEW_NETWORK
        }

    @pytest.mark.parametrize("role", list(Role)[1:])
    def test_are_found_again_from_their_differences(self, role):
        wanted = {Permission.VIEW_REPORTS, Permission.VIEW_ACCOUNTS}

        granted, withdrawn = differences(role, wanted)

        assert permissions_of(role, granted=granted, withdrawn=withdrawn) == wanted


class TestALimit:
    REFUND = Permission.REFUND_PAYMENTS

    @pytest.mark.parametrize(
        ("held", "most"),
        [
            ([a_role(REFUND)], None),
            ([a_role(REFUND, refund="25")], Decimal(25)),
            ([a_role(REFUND, refund="25"), a_role(REFUND, refund="100")], Decimal(100)),
            ([a_role(REFUND, refund="25"), a_role(REFUND)], None),
            # A role that does not include the act neither limits nor frees it.
            ([a_role(REFUND, refund="25"), a_role(Permission.VIEW_ACCOUNTS)], Decimal(25)),
            ([a_role(Permission.VIEW_ACCOUNTS)], Decimal(0)),
        ],
    )
    def test_is_the_most_generous_of_the_roles_that_include_the_act(self, held, most):
        assert limit_over(held, Letting.REFUND) == most

    def test_refuses_only_what_is_above(self):
        refuse_above(Money(2500, EUR), Money(2500, EUR))
        refuse_above(Money(2500, EUR), None)
        with pytest.raises(LimitExceeded):
            refuse_above(Money(2501, EUR), Money(2500, EUR))


@pytest.mark.django_db
class TestChanging:
    def change(self, code, *permissions):
        change_permissions(
            code=code,
            permissions=permissions,
            actor="user:1",
            now=NOW,
        )

    def test_a_role_changes_what_people_may_do(self):
        tom = a_colleague("tom@x.example", "Tom", Role.TECHNICIAN)

        self.change(Role.TECHNICIAN, *ALLOWED[Role.TECHNICIAN], Permission.VIEW_REPORTS)

        assert User.objects.with_roles().get(pk=tom.pk).may(Permission.VIEW_REPORTS)
        event = Event.objects.get(verb="role.changed")
        assert event.data["granted"] == ["reports.view"]

    def test_nothing_is_no_event(self):
        self.change(Role.TECHNICIAN, *ALLOWED[Role.TECHNICIAN])

        assert not Event.objects.exists()

    def test_the_owner_s_role_is_refused(self):
        with pytest.raises(OwnerMayEverything):
            self.change(Role.OWNER, Permission.VIEW_ACCOUNTS)

    def test_an_unknown_role_is_refused(self):
        with pytest.raises(RoleIsUnknown):
            self.change("king", Permission.VIEW_ACCOUNTS)

    def test_a_role_of_the_provider_s_own_is_added_held_and_taken_away(self):
        code = add_role(title="Night desk", permissions=[Permission.VIEW_NETWORK], actor="user:1", now=NOW)
        nina = a_colleague("nina@x.example", "Nina", code)

        assert (code, nina.may(Permission.VIEW_NETWORK), nina.may(Permission.VIEW_ACCOUNTS)) == (
            "night-desk",
            True,
            False,
        )
        with pytest.raises(RoleExistsAlready):
            add_role(title="Night Desk", permissions=[], actor="user:1", now=NOW)
        with pytest.raises(RoleMustStay, match="somebody has it"):
            remove_role(code=code, actor="user:1", now=NOW)
        nina.held_roles.all().delete()
        remove_role(code=code, actor="user:1", now=NOW)
        assert [role.code for role in roles()] == [role.value for role in Role]

    def test_a_built_in_role_stays(self):
        with pytest.raises(RoleMustStay, match="every Broadbill has it"):
            remove_role(code=Role.AUDITOR, actor="user:1", now=NOW)

    def test_a_limit_is_read_with_the_role(self):
        tom = a_colleague("tom@x.example", "Tom", Role.BILLING)
        set_limit(role=Role.BILLING, letting=Letting.REFUND, amount=Decimal(25), actor="user:1", now=NOW)

        assert role_coded(Role.BILLING).limits == {Letting.REFUND: Decimal(25)}
        assert limit_over(User.objects.with_roles().get(pk=tom.pk).roles, Letting.REFUND) == Decimal(25)

    def test_a_limit_of_an_unknown_role_is_refused(self):
        with pytest.raises(RoleIsUnknown):
            set_limit(role="king", letting=Letting.REFUND, amount=Decimal(25), actor="user:1", now=NOW)


@pytest.mark.django_db
def test_a_session_s_person_is_read_with_roles_and_limits_at_once(django_assert_num_queries):
    tom = a_colleague("tom@x.example", "Tom", Role.BILLING, Role.TECHNICIAN)

    with django_assert_num_queries(1):
        found = User.objects.with_roles().get(pk=tom.pk)
        assert [role.title for role in found.roles] == ["Billing", "Technician"]
        assert found.may(Permission.START_BILL_RUNS)
