"""Plans made in the office: everything a plan can be, what it would bill, and what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from broadbill.catalog.models import Plan
from broadbill.catalog.queries.plans import plans_content
from broadbill.console.plan_starts import STARTS
from broadbill.console.schema_form import SchemaForm, edited, typed_from
from broadbill.core.rating.schema import scenario_schema
from broadbill.identity.models import User
from tests.console.page_checker import problems

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "plans").glob("*.json"))
ROOT = scenario_schema()


def body(response: Any) -> str:
    return str(response.content.decode())


def form_of(typed: dict[str, str]) -> SchemaForm:
    return SchemaForm(ROOT, ROOT["$defs"]["plan"], typed, frozenset({"price_changes"}))


def as_text(value: Any) -> Any:
    """Without what says nothing: numbers as text, no nulls, no switches that are off."""
    if isinstance(value, dict):
        return {key: as_text(part) for key, part in value.items() if part is not None and part is not False}
    return [as_text(part) for part in value] if isinstance(value, list) else str(value)


class TestForm:
    @pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
    def test_says_every_plan_of_the_examples(self, path: Path) -> None:
        for plan in json.loads(path.read_text())["scenario"]["plans"].values():
            for charge in plan["charges"]:
                charge.pop("price_changes", None)
            form = form_of(typed_from(plan))

            assert as_text(form.value()) == as_text(plan)
            assert form.errors == {}

    def test_tells_each_fault_at_its_field(self) -> None:
        form = form_of(
            typed_from(STARTS["graduated"]["plan"])
            | {"charges-0-code": "", "charges-0-model-tiers-0-unit_amount": "ten"}
        )
        form.value()

        assert form.errors == {
            "charges-0-code": ["This is needed."],
            "charges-0-model-tiers-0-unit_amount": ["Write a number such as 29.90."],
        }

    def test_reads_a_comma_as_people_write_it(self) -> None:
        form = form_of(typed_from(STARTS["monthly"]["plan"]) | {"charges-0-model-amount": "29,90"})

        assert form.value()["charges"][0]["model"]["amount"] == "29.90"

    def test_takes_parts_in_and_out(self) -> None:
        typed = typed_from(STARTS["graduated"]["plan"])
        typed = edited(edited(typed, "add:charges-0-model-tiers"), "remove:charges-0-model-tiers-0")
        typed["charges-0-model-tiers-2-unit_amount"] = "0.01"

        tiers = form_of(typed).value()["charges"][0]["model"]["tiers"]
        assert [tier["unit_amount"] for tier in tiers] == ["0.05", "0.01"]

    def test_puts_a_refusal_at_the_part_that_is_left_after_others_were_taken_out(self) -> None:
        typed = edited(typed_from(STARTS["graduated"]["plan"]), "remove:charges-0-model-tiers-0")
        form = form_of(typed)
        form.refuse("charges[0].model.tiers[0].up_to", "must grow")

        assert form.errors == {"charges-0-model-tiers-1-up_to": ["must grow"]}


@pytest.mark.django_db
class TestPage:
    @pytest.mark.parametrize("start", STARTS)
    def test_shows_what_each_family_would_bill(self, office: Client, start: str) -> None:
        response = office.get(f"/new-plan/?start={start}")

        assert response.context["refused"] == ""
        assert any(bill.total.minor > 0 for bill in response.context["bills"])
        assert problems(body(response)) == []

    def test_makes_the_plan(self, office: Client) -> None:
        typed = typed_from(STARTS["volume"]["plan"]) | {"plan_code": "data-volume", "currency": "EUR"}

        response = office.post("/new-plan/", typed)

        assert response.headers["Location"] == "/plans/data-volume/"
        [charge] = plans_content(["data-volume"])["data-volume"]["charges"]
        assert charge["model"]["tiers"][0] == {"up_to": "100", "unit_amount": "0.10"}

    def test_refuses_with_a_line_for_each_field_and_keeps_what_was_typed(self, office: Client) -> None:
        typed = typed_from(STARTS["monthly"]["plan"]) | {"plan_code": "a b", "currency": "EUR", "name": ""}

        response = office.post("/new-plan/", typed)
        page = body(response)

        assert response.status_code == 422
        assert 'id="plan_code_error"' in page
        assert 'id="name_error"' in page
        assert 'value="a b"' in page
        assert problems(page) == []
        assert not Plan.objects.exists()

    def test_tells_what_the_rules_of_rating_refuse_at_its_field(self, office: Client) -> None:
        typed = typed_from(STARTS["graduated"]["plan"]) | {
            "plan_code": "x", "currency": "EUR", "charges-0-model-tiers-1-up_to": "50",
        }  # fmt: skip

        response = office.post("/new-plan/", typed)

        assert response.status_code == 422
        assert "charges-0-model-tiers" in body(response)
        assert not Plan.objects.exists()

    def test_previews_while_typing(self, office: Client) -> None:
        typed = typed_from(STARTS["monthly"]["plan"]) | {"currency": "EUR", "charges-0-model-amount": "31.00"}

        fragment = body(
            office.post("/new-plan/", typed, headers={"HX-Request": "true", "HX-Target": "preview"})
        )

        assert "31.00" in fragment
        assert "<form" not in fragment
        assert problems(fragment, whole_page=False) == []

    def test_is_not_for_those_who_may_not_change_the_catalog(self, client: Client, technician: User) -> None:
        client.force_login(technician)

        assert client.get("/new-plan/").status_code == 403
