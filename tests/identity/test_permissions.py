"""What each role may do, and what happens to those who may not."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from broadbill.identity.domain.permissions import ALLOWED, Permission, Role
from broadbill.identity.permissions import for_everyone, for_staff, requires


class TestTheTable:
    def test_lets_an_owner_do_everything(self):
        assert ALLOWED[Role.OWNER] == set(Permission)

    @pytest.mark.parametrize(
        ("role", "permission", "answer"),
        [
            (Role.BILLING, Permission.START_BILL_RUNS, True),
            (Role.BILLING, Permission.MANAGE_USERS, False),
            (Role.SUPPORT, Permission.RECORD_PAYMENTS, True),
            (Role.SUPPORT, Permission.CORRECT_DOCUMENTS, False),
            (Role.BILLING, Permission.MAKE_VOUCHERS, True),
            (Role.SUPPORT, Permission.MAKE_VOUCHERS, False),
            (Role.SUPPORT, Permission.REVERSE_PAYMENTS, False),
            (Role.BILLING, Permission.WRITE_OFF_DEBTS, True),
            (Role.SUPPORT, Permission.WRITE_OFF_DEBTS, False),
            (Role.TECHNICIAN, Permission.VIEW_ACCOUNTS, True),
            (Role.TECHNICIAN, Permission.END_SESSIONS, True),
            (Role.TECHNICIAN, Permission.VIEW_PAYMENTS, False),
            (Role.CASHIER, Permission.RECORD_PAYMENTS, True),
            (Role.CASHIER, Permission.REFUND_PAYMENTS, False),
            (Role.AUDITOR, Permission.VIEW_LEDGER, True),
            (Role.READ_ONLY, Permission.VIEW_LEDGER, False),
        ],
    )
    def test_knows_what_each_role_is_for(self, role, permission, answer):
        assert (permission in ALLOWED[role]) is answer

    def test_knows_every_role(self):
        assert ALLOWED.keys() == set(Role)

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.READ_ONLY])
    def test_lets_those_who_only_look_do_nothing(self, role):
        assert {permission for permission in ALLOWED[role] if not permission.endswith(".view")} == set()


@requires(Permission.START_BILL_RUNS)
def start_a_run(request):
    return HttpResponse("started")


@for_staff
def home(request):
    return HttpResponse("home")


@pytest.mark.django_db
class TestAView:
    def ask(self, rf, view, user, **headers):
        request = rf.get("/runs/", **headers)
        request.user = user
        request.htmx = "HX-Request" in request.headers
        return view(request)

    def test_sends_a_stranger_to_sign_in_and_back(self, rf):
        answer = self.ask(rf, start_a_run, AnonymousUser())

        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/runs/")

    def test_moves_a_stranger_s_whole_browser_when_a_part_of_a_page_was_asked_for(self, rf):
        answer = self.ask(rf, start_a_run, AnonymousUser(), headers={"HX-Request": "true"})

        assert answer["HX-Redirect"] == "/sign-in/"

    def test_is_used_by_those_who_may(self, rf, member):
        assert self.ask(rf, start_a_run, member(Role.BILLING)).content == b"started"

    def test_is_refused_to_those_who_may_not(self, rf, member):
        with pytest.raises(PermissionDenied):
            self.ask(rf, start_a_run, member(Role.SUPPORT))

    def test_for_the_signed_in_needs_no_permission(self, rf, member):
        assert self.ask(rf, home, member(Role.TECHNICIAN)).content == b"home"

    def test_for_everyone_is_used_by_a_stranger(self, rf):
        assert (
            self.ask(rf, for_everyone(lambda request: HttpResponse("open")), AnonymousUser()).content
            == b"open"
        )
