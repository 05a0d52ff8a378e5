"""Every address of docs/reference/permissions.md, walked as every role, as a stranger and as a customer."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from django.test import Client

from broadbill.identity.domain.permissions import Permission, Role
from broadbill.identity.models import User
from tests.staff import a_colleague

pytestmark = pytest.mark.django_db
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "permissions.md").read_text(encoding="utf-8")
# One address of each: "1" is a number, a word and a path.
WHO = {
    re.sub(r"<[^>]+>", "1", path): who
    for path, who in re.findall(r"^\| `(/.*?)` \| (\S+) \|$", PAGE, re.MULTILINE)
}


@cache
def allowed() -> dict[str, set[str]]:
    """What each role may do by the page: the permissions by the role's code."""
    roles = re.findall(r"^- \*\*.*?\*\* \(`(.*?)`\)", PAGE, re.MULTILINE)
    table = re.findall(r"^\| [^`|]+ `([a-z_.]+)` \|(.*)\|$", PAGE, re.MULTILINE)
    marks = {permission: row.split("|") for permission, row in table}
    return {
        role: {permission for permission, row in marks.items() if row[place].strip()}
        for place, role in enumerate(roles)
    }


def expected(role: str) -> dict[str, str]:
    may = allowed()[role] | {"everyone", "staff"}
    return {path: "in" if who in may else "refused" for path, who in WHO.items()}


def found(browser: Client, path: str, method: str = "get") -> str:
    """How somebody is met at an address: refused, sent to sign in, or let in (where nothing may be)."""
    answer = getattr(browser, method)(path)
    if answer.status_code == 302 and "sign-in/?next=" in answer["Location"]:
        return "sent to " + answer["Location"].partition("?")[0]
    assert answer.status_code < 500 or path == "/health", path
    return "refused" if answer.status_code == 403 else "in"


class TestThePage:
    def test_knows_every_role_permission_and_kind_of_visitor(self) -> None:
        assert allowed().keys() == set(Role)
        assert allowed()["owner"] == set(Permission)
        assert set(WHO.values()) <= {*Permission, "everyone", "staff", "customers"}
        assert len(WHO) > 100


@pytest.mark.parametrize("role", list(Role))
def test_somebody_with_a_role_is_let_in_exactly_where_the_page_says(client: Client, role: Role) -> None:
    client.force_login(a_colleague(f"{role}@lakeside.example", "", role))

    assert {path: found(client, path) for path in WHO} == expected(role)


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.TECHNICIAN])
def test_sending_forms_is_refused_where_looking_is(client: Client, role: Role) -> None:
    client.force_login(a_colleague(f"{role}@lakeside.example", "", role))
    shut = [path for path, met in expected(role).items() if met == "refused"]

    assert [path for path in shut if found(client, path, "post") != "refused"] == []


def test_a_customer_is_let_in_to_the_portal_alone(client: Client) -> None:
    client.force_login(User.objects.create(email="new@home.example", is_customer=True))
    closed = {path for path, who in WHO.items() if who not in {"everyone", "customers"}}

    assert {path for path in WHO if found(client, path) == "refused"} == closed
    assert [path for path in closed if found(client, path, "post") != "refused"] == []


def test_a_stranger_is_sent_to_the_right_door(client: Client) -> None:
    doors = {"everyone": "in", "customers": "sent to /my/sign-in/"}
    shut = {path: doors.get(who, "sent to /sign-in/") for path, who in WHO.items()}

    assert {path: found(client, path) for path in WHO} == shut
    guarded = {path: met for path, met in shut.items() if met != "in"}
    assert {path: found(client, path, "post") for path in guarded} == guarded


def test_two_roles_allow_what_either_allows(client: Client) -> None:
    client.force_login(a_colleague("both@lakeside.example", "", Role.CASHIER, Role.TECHNICIAN))
    may = allowed()["cashier"] | allowed()["technician"] | {"everyone", "staff"}
    permissions = [path for path, who in WHO.items() if "." in who]

    assert {path: found(client, path) for path in permissions} == {
        path: "in" if WHO[path] in may else "refused" for path in permissions
    }
