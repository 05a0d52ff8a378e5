"""The worklist of the daily proof: what does not match, and what became of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadbill.identity.models import User
from broadbill.kernel.deviation import Deviation
from broadbill.payments.models import Finding
from broadbill.payments.operations.findings import open_findings
from tests.console.page_checker import problems
from tests.world import ACTOR, at

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


def found(count: int) -> list[int]:
    rows = [
        Deviation("gateway", f"sandbox charge sx_{n}", "5.00 EUR that nothing here is for")
        for n in range(count)
    ]
    return [row.id for row in open_findings(rows, now=at("2026-01-12"), actor=ACTOR)]


def test_says_when_everything_matches(office: Client) -> None:
    page = body(office.get("/proof/"))

    assert "Everything matches" in page
    assert problems(page) == []


def test_a_finding_is_settled_with_a_note(office: Client, owner: User) -> None:
    [finding] = found(1)
    page = body(office.get("/proof/"))
    assert "sandbox charge sx_0" in page
    assert problems(page) == []
    assert problems(body(office.get(f"/proof/{finding}/settle/"))) == []

    assert office.post(f"/proof/{finding}/settle/", {"note": ""}).status_code == 422
    office.post(f"/proof/{finding}/settle/", {"note": "of the shop"})

    row = Finding.objects.get()
    assert (row.settled_by, row.note) == (owner.actor, "of the shop")
    assert office.get(f"/proof/{finding}/settle/").status_code == 404


def test_one_that_was_settled_shows_no_other_in_its_place(office: Client) -> None:
    first, _ = found(2)
    office.post(f"/proof/{first}/settle/", {"note": "of the shop"})

    assert office.get(f"/proof/{first}/settle/").status_code == 404


def test_comes_a_page_at_a_time_with_as_many_queries_for_many_as_for_one(
    office: Client, django_assert_num_queries: Any
) -> None:
    findings = found(26)

    with django_assert_num_queries(4):  # session, user, provider, findings
        first = body(office.get("/proof/"))

    assert f"after={findings[24]}" in first
    assert "sx_25" in body(office.get(f"/proof/?after={findings[24]}"))


def test_is_not_for_technicians(client: Client, technician: User) -> None:
    [finding] = found(1)
    client.force_login(technician)

    assert client.get("/proof/").status_code == 403
    assert client.post(f"/proof/{finding}/settle/", {"note": "x"}).status_code == 403
