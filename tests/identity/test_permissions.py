"""What each role may do, and what happens to those who may not."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from broadbill.identity.domain.permissions import ALLOWED, Permission, Role, may
from broadbill.identity.permissions import for_everyone, for_staff, requires


class TestMay:
    def test_lets_an_owner_do_everything(self):
        assert all(may(Role.OWNER, permission) for permission in Permission)

    @pytest.mark.parametrize(
        ("role", "permission", "answer"),
        [
            (Role.CLERK, Permission.START_BILL_RUNS, True),
            (Role.CLERK, Permission.MANAGE_USERS, False),
            (Role.AGENT, Permission.RECORD_PAYMENTS, True),
            (Role.AGENT, Permission.CORRECT_DOCUMENTS, False),
            (Role.CLERK, Permission.MAKE_VOUCHERS, True),
            (Role.AGENT, Permission.MAKE_VOUCHERS, False),
            (Role.AGENT, Permission.REVERSE_PAYMENTS, False),
            (Role.CLERK, Permission.WRITE_OFF_DEBTS, True),
            (Role.AGENT, Permission.WRITE_OFF_DEBTS, False),
            (Role.TECHNICIAN, Permission.VIEW_ACCOUNTS, True),
            (Role.TECHNICIAN, Permission.END_SESSIONS, True),
            (Role.TECHNICIAN, Permission.VIEW_PAYMENTS, False),
        ],
    )
    def test_knows_what_each_role_is_for(self, role, permission, answer):
        assert may(role, permission) is answer

    def test_knows_every_role(self):
        assert ALLOWED.keys() == set(Role)


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
        assert self.ask(rf, start_a_run, member(Role.CLERK)).content == b"started"

    def test_is_refused_to_those_who_may_not(self, rf, member):
        with pytest.raises(PermissionDenied):
            self.ask(rf, start_a_run, member(Role.AGENT))

    def test_for_the_signed_in_needs_no_permission(self, rf, member):
        assert self.ask(rf, home, member(Role.TECHNICIAN)).content == b"home"

    def test_for_everyone_is_used_by_a_stranger(self, rf):
        assert (
            self.ask(rf, for_everyone(lambda request: HttpResponse("open")), AnonymousUser()).content
            == b"open"
        )
