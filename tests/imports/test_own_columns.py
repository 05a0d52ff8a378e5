"""A file with our own column names needs no map."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from broadbill.accounts.models import Account
from broadbill.contracts.models import Fact, SubscriptionTerm
from broadbill.imports.adapters.map_file import map_of_columns
from broadbill.imports.domain.errors import FileRefused, RowsRefused
from broadbill.imports.domain.own_columns import TEMPLATE
from broadbill.imports.domain.problem import Problem
from broadbill.imports.domain.summary import Summary
from broadbill.imports.operations.import_file import ImportRequest, import_file
from broadbill.ledger.queries.balances import receivable_balances
from tests.world import a_plan

TODAY = date(2026, 10, 20)


def written(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return path


def taken(path: Path, report: Callable[[Problem], None] | None = None) -> Summary:
    request = ImportRequest(path=path, map=map_of_columns(path, today=TODAY), dry_run=False, actor="user:1")
    return import_file(
        request=request,
        now=datetime(2026, 10, 20, 9, 0, tzinfo=UTC),
        report=report or (lambda problem: pytest.fail(str(problem))),
        progress=lambda _read, _rows: None,
    )


@pytest.mark.django_db
class TestAFileWithOurColumns:
    def test_may_name_no_more_than_numbers_and_names(self, tmp_path: Path) -> None:
        taken(written(tmp_path, "number,name", "1,Ana Reis", "2,Rui Melo"))

        assert list(Account.objects.order_by("number").values_list("number", "name", "opened_on")) == [
            ("1", "Ana Reis", TODAY),
            ("2", "Rui Melo", TODAY),
        ]

    def test_brings_services_contacts_and_balances_where_cells_have_them(self, tmp_path: Path) -> None:
        a_plan("fiber", "30.00", currency="EUR")
        header = "number;name;email;phone;plan;starts_on;quantity;price.access;balance"
        rows = (
            "1;Ana Reis;ana@example.pt;+351 210;fiber;2026-11-01;2;19.90;12.50",
            "2;Rui Melo;;;;;;;",
            "3;Eva Luz;;;fiber;2026-11-01;;;-3",
        )

        summary = taken(written(tmp_path, header, *rows, encoding="utf-8-sig"))

        assert summary.as_json()["subscriptions"] == {"total": 2, "by_plan": {"fiber": 2}}
        ana = Account.objects.get(number="1")
        assert list(ana.contacts.values_list("email", "phone", "receives_bills")) == [
            ("ana@example.pt", "+351 210", True)
        ]
        assert SubscriptionTerm.objects.get(subscription__account=ana).quantity == Decimal(2)
        agreed = dict(Fact.objects.values_list("account__number", "detail__price"))
        assert agreed == {"1": {"access": {"type": "flat", "amount": "19.90"}}, "3": None}
        assert Account.objects.get(number="2").contacts.count() == 0
        ids = dict(Account.objects.values_list("id", "number"))
        assert {ids[key]: owed for key, owed in receivable_balances(list(ids)).items()} == {
            "1": 1250,
            "3": -300,
        }

    def test_tells_a_plan_that_there_is_none_of_by_its_line(self, tmp_path: Path) -> None:
        a_plan("fiber")
        told: list[Problem] = []

        with pytest.raises(RowsRefused):
            taken(written(tmp_path, "number,name,plan,starts_on", "1,Ana,fibre,2026-11-01"), told.append)

        assert told == [Problem(2, "plan", "fibre", "the code of a plan: fiber")]


class TestAHeader:
    @pytest.mark.parametrize(
        ("header", "told"),
        [
            ("number,name,e-mail", "'e-mail', which is none of ours; is it email?"),
            ("number,name,Plan,starts_on", "'Plan', which is none of ours; is it plan?"),
            ("number,name,shoe size", "'shoe size', which is none of ours."),
            ("number,email", "lacks the column name; it has number, email"),
            ("number,name,plan", "lacks the column starts_on"),
            ("", "is empty"),
        ],
    )
    def test_that_is_not_ours_is_refused_with_what_it_may_be(
        self, tmp_path: Path, header: str, told: str
    ) -> None:
        with pytest.raises(FileRefused, match=r"list\.csv") as refusal:
            map_of_columns(written(tmp_path, header), today=TODAY)

        assert told in str(refusal.value)

    def test_in_another_encoding_is_told_how_to_save_it(self, tmp_path: Path) -> None:
        with pytest.raises(FileRefused, match="CSV UTF-8"):
            map_of_columns(written(tmp_path, "number,name,é", encoding="latin-1"), today=TODAY)

    def test_to_download_is_one_of_ours(self, tmp_path: Path) -> None:
        found = map_of_columns(written(tmp_path, ",".join(TEMPLATE)), today=TODAY)

        assert found.columns == set(TEMPLATE)
