"""`broadbill user` and `broadbill migrate` in an empty home."""

from __future__ import annotations

import pytest
import typer
from allauth.mfa.totp.internal.auth import TOTP

from broadbill.cli.user import (
    limit,
    new_role,
    old_role,
    permit,
    reset_second_factor,
    second_factor,
    show,
    withhold,
)
from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.permissions import ALLOWED, Permission, Role
from broadbill.identity.queries.roles import role_coded, roles
from tests.staff import a_colleague


class TestUser:
    def test_is_added_listed_and_the_last_owner_kept(self, terminal):
        added = terminal.run(
            "user",
            "create",
            "ann@example.org",
            "--role",
            "owner",
            "--password-stdin",
            stdin="a long password\n",
        )
        assert (added.returncode, added.stdout) == (0, "ann@example.org can sign in as owner.\n")

        assert terminal.run("user", "list").stdout.split() == ["ann@example.org", "owner"]

        refused = terminal.run("user", "disable", "ANN@example.org")
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)

        weak = terminal.run("user", "password", "ann@example.org", "--password-stdin", stdin="short\n")
        assert weak.returncode == 2


class TestMigrate:
    def test_changes_nothing_the_second_time(self, terminal):
        first, second = terminal.run("migrate"), terminal.run("migrate")

        assert "applied kernel.0001_initial" in first.stdout
        assert second.stdout == "0 migrations applied; the tables are up to date.\n"


@pytest.mark.django_db
class TestLimit:
    @pytest.fixture(autouse=True)
    def _here(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("broadbill.cli.user.open_session", lambda: None)

    def test_is_set_listed_and_taken_away(self, capsys: pytest.CaptureFixture[str]) -> None:
        limit(Role.BILLING, Letting.WRITE_OFF, "50.00")
        limit()
        limit(Role.BILLING, Letting.WRITE_OFF, "none")
        limit()

        assert capsys.readouterr().out.splitlines() == [
            "billing may write off up to 50.00 alone.",
            "billing      write_off    50.0000",
            "billing may write off any amount alone.",
        ]

    @pytest.mark.parametrize("amount", ["", "-1", "much", "NaN", "Infinity", "1e14"])
    def test_of_no_amount_is_refused(self, amount: str) -> None:
        with pytest.raises(typer.BadParameter, match="is not an amount such as"):
            limit(Role.BILLING, Letting.REFUND, amount)


@pytest.mark.django_db
class TestRoles:
    @pytest.fixture(autouse=True)
    def _here(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("broadbill.cli.user.open_session", lambda: None)

    def test_may_more_and_less(self) -> None:
        permit(Role.TECHNICIAN, [Permission.VIEW_REPORTS])
        withhold(Role.TECHNICIAN, [Permission.END_SESSIONS])

        may = ALLOWED[Role.TECHNICIAN] | {Permission.VIEW_REPORTS}
        assert role_coded(Role.TECHNICIAN).permissions == may - {Permission.END_SESSIONS}

    def test_need_a_second_factor_and_a_lost_one_is_taken_away(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        TOTP.activate(a_colleague("ann@example.org", "Ann", Role.BILLING), "JBSWY3DPEHPK3PXP")
        second_factor(Role.BILLING, needed=True)
        assert role_coded(Role.BILLING).needs_second_factor
        show()
        assert "second factor" in capsys.readouterr().out

        reset_second_factor("ann@example.org")

        show()
        assert "second factor" not in capsys.readouterr().out.splitlines()[-1]

    def test_are_added_and_taken_away(self) -> None:
        new_role("Night desk", [Permission.VIEW_NETWORK])
        assert role_coded("night-desk").permissions == {Permission.VIEW_NETWORK}

        old_role("night-desk")
        assert [role.code for role in roles()] == list(Role)
