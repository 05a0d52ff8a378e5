"""The small commands of a first day, in the order in which they are typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import broadbill, database, refused, run

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "examples" / "first-day"


@pytest.fixture(scope="module")
def books() -> Iterator[str]:
    with database("broadbill_first_day") as name:
        assert broadbill("migrate", on=name).returncode == 0
        yield name


class TestProvider:
    def test_is_set_and_shown(self, books: str, tmp_path: Path) -> None:
        logo = tmp_path / "logo.svg"
        logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')

        bank = "iban=LU28 0019 4006 4475 0000"
        run(books, "provider", "set", "name=Harbour Net", f"logo=@{logo}", bank, "brand_hue=20")

        shown = json.loads(run(books, "provider", "show", "--json"))
        assert shown["name"] == "Harbour Net"
        assert shown["logo"].startswith("<svg")
        assert shown["iban"] == "LU280019400644750000"
        assert shown["brand_hue"] == 20

    @pytest.mark.parametrize(
        ("pair", "reason"),
        [
            ("colour=blue", "colour: is not known"),
            ("iban=LU28 0019 4006 4475 0001", "iban: must be an IBAN"),
            ("brand_hue=400", "brand_hue: must be a whole number from 0 to 359"),
            ("name", "'name': write KEY=VALUE"),
            ("logo=@no-such-file.svg", "cannot read no-such-file.svg"),
        ],
    )
    def test_refuses_what_cannot_be_right(self, books: str, pair: str, reason: str) -> None:
        answer = refused(books, "provider", "set", pair)

        assert answer.returncode == 2
        assert reason in answer.stderr


class TestTax:
    def test_is_added_and_listed(self, books: str) -> None:
        run(books, "tax", "add", "VAT", "17", "--category", "home", "--inclusive", "--from", "2024-01-01")
        run(books, "tax", "add", "VAT", "17")

        rules = json.loads(run(books, "tax", "list", "--json"))
        assert rules == [
            {"name": "VAT", "category": "home", "rate": "17", "inclusive": True, "from": "2024-01-01"},
            {"name": "VAT", "category": "standard", "rate": "17"},
        ]

    def test_of_no_number_is_refused(self, books: str) -> None:
        assert "'much' is not a percentage" in refused(books, "tax", "add", "VAT", "much").stderr


class TestPolicy:
    def test_is_changed_key_by_key(self, books: str) -> None:
        run(books, "policy", "set", "corrections=credit_note")
        run(books, "policy", "set", 'anchor={"day": 1}')

        assert json.loads(run(books, "policy", "show")) == {
            "corrections": "credit_note",
            "anchor": {"day": 1},
        }

    def test_of_an_unknown_value_is_refused(self, books: str) -> None:
        answer = refused(books, "policy", "set", "proration=weekly")

        assert answer.returncode == 2
        assert "policy.proration" in answer.stderr


class TestPlan:
    def test_is_added_listed_and_priced(self, books: str) -> None:
        assert (
            run(books, "plan", "add", str(EXAMPLE / "plans.json")) == "Added fibre-100, fibre-500, seats.\n"
        )

        told = run(books, "plan", "price", "fibre-100", "access", "32.90", "--from", "2027-01-01")

        assert told == "fibre-100 access: 30.00 becomes 32.90 from 2027-01-01.\n"
        before = json.loads(run(books, "plan", "list", "--as-of", "2026-12-31", "--json"))
        after = json.loads(run(books, "plan", "list", "--as-of", "2027-01-01", "--json"))
        assert before[0]["charges"][0]["model"] == {"type": "flat", "amount": "30.00"}
        assert after[0]["charges"][0]["model"] == {"type": "flat", "amount": "32.90"}

    def test_file_adds_all_its_plans_or_none(self, books: str, tmp_path: Path) -> None:
        good = json.loads((EXAMPLE / "plans.json").read_text())["seats"]
        bad = {"charges": [{"code": "access", "type": "recuring"}]}
        file = tmp_path / "plans.json"
        file.write_text(json.dumps({"good": good, "bad": bad}))

        answer = refused(books, "plan", "add", str(file))

        assert answer.returncode == 2
        assert "plans.bad.charges[0]" in answer.stderr
        assert "good" not in {plan["code"] for plan in json.loads(run(books, "plan", "list", "--json"))}

    def test_price_written_with_a_point_is_never_a_float(self, books: str, tmp_path: Path) -> None:
        file = tmp_path / "plans.json"
        file.write_text(
            '{"tiny": {"charges": [{"code": "c", "type": "recurring", "period": "month",'
            ' "model": {"type": "flat", "amount": 0.10}}]}}'
        )

        run(books, "plan", "add", str(file))

        [tiny] = [plan for plan in json.loads(run(books, "plan", "list", "--json")) if plan["code"] == "tiny"]
        assert tiny["charges"][0]["model"]["amount"] == "0.10"

    def test_price_needs_its_first_day(self, books: str) -> None:
        answer = refused(books, "plan", "price", "seats", "seat", "9.00")

        assert "--from needs a day such as 2026-12-01, or beginning" in answer.stderr


class TestFirstBill:
    """Goes on with the plans and taxes of the tests above."""

    def test_comes_from_the_example_to_the_cent(self, books: str) -> None:
        run(books, "import", str(EXAMPLE / "customers.csv"), "--map", str(EXAMPLE / "customers.toml"))

        billed = json.loads(run(books, "bill", "--through", "2026-12-01", "--json"))

        # 30 + 40 + 40 + 30 + 30 + 6 × 8.50 = 221.00; VAT on each: 5.10 + 6.80 + 6.80 + 5.10 + 5.10 + 8.67 = 37.57.
        assert (billed["documents"], billed["subtotal"], billed["tax"], billed["total"]) == (
            6, "221.00", "37.57", "258.57",
        )  # fmt: skip

    def test_is_paid_and_stands_in_the_statement(self, books: str) -> None:
        told = run(
            books, "pay", "1003", "135.80", "--method", "transfer", "--on", "2026-12-09", "--key", "bank 1"
        )
        again = run(
            books, "pay", "1003", "135.80", "--method", "transfer", "--on", "2026-12-09", "--key", "bank 1"
        )

        # 89.00 owed before and 46.80 of the bill are 135.80.
        assert told == again == "R-2026-000001: 135.80 EUR from Café Oberweis, who owes nothing.\n"
        statement = json.loads(run(books, "statement", "1003", "--to", "2026-12-31", "--json"))
        assert [(row["kind"], row["amount"], row["balance"]) for row in statement["rows"]] == [
            ("opening", "89.00", "89.00"),
            ("invoice", "46.80", "135.80"),
            ("payment", "-135.80", "0.00"),
        ]

    def test_balances(self, books: str) -> None:
        rows = json.loads(run(books, "trial-balance", "--as-of", "2026-12-31", "--json"))

        balances = {row["name"]: row["balance"] for row in rows}
        # Receivables: 258.57 billed + 89.00 − 12.50 brought along − 135.80 paid = 199.27.
        assert balances["Receivables"] == "199.27"
        assert balances["Bank"] == "135.80"
        assert balances["Tax payable"] == "-37.57"

    def test_refuses_an_amount_the_currency_has_no_coins_for(self, books: str) -> None:
        assert (
            "'1.005' is not an amount of EUR"
            in refused(books, "pay", "1001", "1.005", "--method", "cash").stderr
        )
