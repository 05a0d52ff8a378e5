"""A whole file goes into the books, or nothing of it does."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadbill.accounts.models import Account, Contact
from broadbill.billing.models import BillRun, Document
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plans import define_plan, set_price
from broadbill.contracts.models import Contract, Fact, Subscription, SubscriptionTerm
from broadbill.imports.domain.errors import FileRefused, PlanDiffers, RowsRefused
from broadbill.imports.domain.problem import Problem
from broadbill.imports.domain.summary import Summary
from broadbill.imports.operations import import_file as operation
from broadbill.imports.operations.import_file import ImportRequest, import_file
from broadbill.imports.queries.uploads import upload_page
from broadbill.kernel.models import Event
from broadbill.ledger.models import JournalEntry
from broadbill.ledger.queries.balances import receivable_balances
from broadbill.payments.models import OpenItem
from tests.imports.maps import ANA, EVA, HEADER, RUI, a_file, a_map, changed

NOW = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
WRITTEN = (
    Account,
    Contact,
    Contract,
    Subscription,
    SubscriptionTerm,
    Fact,
    JournalEntry,
    OpenItem,
    Plan,
    Event,
)


def taken(path: Path, *, dry_run: bool = False, **changes: Any) -> Summary:
    request = ImportRequest(path=path, map=a_map(**changes), dry_run=dry_run, actor="command:import")
    return import_file(request=request, now=NOW, report=_unexpected, progress=lambda _read, _rows: None)


def refused(path: Path, **changes: Any) -> list[Problem]:
    problems: list[Problem] = []
    request = ImportRequest(path=path, map=a_map(**changes), dry_run=False, actor="command:import")
    with pytest.raises(RowsRefused) as refusal:
        import_file(request=request, now=NOW, report=problems.append, progress=lambda _read, _rows: None)
    assert refusal.value.problems == len(problems)
    return problems


def _unexpected(problem: Problem) -> None:
    raise AssertionError(problem)


def rows_written() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in WRITTEN}


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows a chunk, so that a few rows are several chunks."""
    monkeypatch.setattr(operation, "ROWS_PER_CHUNK", 2)


@pytest.mark.django_db
class TestAGoodFile:
    def test_is_counted(self, tmp_path: Path) -> None:
        summary = taken(a_file(tmp_path, ANA, RUI, EVA))

        assert summary.as_json() == {
            "rows": 3,
            "skipped": 0,
            "accounts": 3,
            "closed_accounts": 1,
            "contacts": 2,
            "contracts": 2,
            "subscriptions": {"total": 2, "by_plan": {"home": 1, "office": 1}},
            "agreed_prices": {"EUR": "68.90"},
            "opening_balances": {"total": 2, "amounts": {"EUR": "9.50"}},
            "plans_created": ["home", "office"],
        }

    def test_becomes_accounts_with_contacts(self, tmp_path: Path) -> None:
        taken(a_file(tmp_path, ANA, RUI, EVA))

        ana = Account.objects.select_related("profile").get(number="100")
        assert (ana.name, ana.status, ana.opened_on) == ("Ana Reis", "active", date(2024, 1, 31))
        assert ana.profile is not None
        assert (ana.profile.currency, ana.profile.timezone) == ("EUR", "Europe/Lisbon")
        assert list(ana.contacts.values_list("name", "email", "receives_bills")) == [
            ("Ana Reis", "ana@example.pt", True)
        ]
        eva = Account.objects.get(number="102")
        assert (eva.status, eva.closed_on) == ("closed", date(2026, 9, 30))
        assert eva.subscriptions.count() == 0

    def test_becomes_subscriptions_at_the_agreed_price_and_term(self, tmp_path: Path) -> None:
        extras = [{"column": "Plan", "values": {"Home": "Router", "Office": ""}}]

        taken(a_file(tmp_path, ANA, RUI), **changed("subscription", extras=extras))

        subscription = Subscription.objects.select_related("contract").get(account__number="100")
        assert (subscription.code, subscription.extras) == ("S1", ["Router"])
        assert subscription.contract is not None
        assert (subscription.contract.number, subscription.contract.term_months) == ("C-100", 12)
        term = subscription.terms.get()
        assert (term.plan.code, term.holds.lower, term.holds.upper) == ("home", date(2026, 11, 1), None)
        fact = Fact.objects.get(subscription=subscription)
        assert fact.detail == {
            "plan": "home",
            "price": {"monthly": {"type": "flat", "amount": "19.90"}},
            "term_months": 12,
        }

    def test_books_what_is_owed_and_what_is_in_credit(self, tmp_path: Path) -> None:
        taken(a_file(tmp_path, ANA, RUI, EVA))

        ids = dict(Account.objects.values_list("number", "id"))
        balances = receivable_balances(list(ids.values()))
        assert {number: balances.get(ids[number], 0) for number in ids} == {
            "100": 1250,
            "101": -300,
            "102": 0,
        }

    def test_is_not_billed(self, tmp_path: Path) -> None:
        taken(a_file(tmp_path, ANA, RUI, EVA))

        assert (Document.objects.count(), BillRun.objects.count()) == (0, 0)

    def test_is_told_on_the_spine_by_the_command(self, tmp_path: Path) -> None:
        taken(a_file(tmp_path, ANA, RUI, EVA))

        assert set(Event.objects.values_list("actor", flat=True)) == {"command:import"}
        event = Event.objects.get(verb="import.finished")
        assert (event.object_id, event.data["accounts"]) == ("customers.csv", 3)

    def test_is_in_the_list_of_imports_unless_it_was_only_tried(self, tmp_path: Path) -> None:
        taken(a_file(tmp_path, ANA, RUI), dry_run=True)
        assert upload_page().rows == ()

        taken(a_file(tmp_path, ANA, RUI))

        [listed] = upload_page().rows
        assert (listed.file, listed.state, listed.asked_by, listed.asked_at, listed.rows) == (
            "customers.csv",
            "imported",
            "command:import",
            NOW,
            2,
        )

    def test_may_be_longer_than_a_chunk(self, tmp_path: Path, small_chunks: None) -> None:
        rows = [ANA.replace("100", str(number)) for number in range(200, 207)]

        assert taken(a_file(tmp_path, *rows)).accounts == 7
        assert Account.objects.count() == 7

    def test_may_hold_no_customer(self, tmp_path: Path) -> None:
        assert taken(a_file(tmp_path)).rows == 0

    def test_may_have_rows_to_skip(self, tmp_path: Path) -> None:
        path = a_file(tmp_path, ANA, "TOTAL,,,,,,,")

        summary = taken(path, skip={"when": {"No": "TOTAL"}})

        assert (summary.rows, summary.skipped, Account.objects.count()) == (2, 1, 1)

    def test_may_bring_accounts_alone(self, tmp_path: Path) -> None:
        alone = {
            "contact": None,
            "contract": None,
            "subscription": None,
            "opening_balance": None,
            "plans": None,
        }

        summary = taken(a_file(tmp_path, ANA), **alone)

        assert (summary.accounts, Subscription.objects.count(), Plan.objects.count()) == (1, 0, 0)


@pytest.mark.django_db
class TestADryRun:
    def test_tells_the_same_and_leaves_nothing(self, tmp_path: Path) -> None:
        path = a_file(tmp_path, ANA, RUI, EVA)
        before = rows_written()

        told = taken(path, dry_run=True)

        assert rows_written() == before
        assert told.as_json() == taken(path).as_json()

    def test_finds_the_same_problems(self, tmp_path: Path) -> None:
        path = a_file(tmp_path, ANA, ANA)
        request = ImportRequest(path=path, map=a_map(), dry_run=True, actor="command:import")
        problems: list[Problem] = []

        with pytest.raises(RowsRefused):
            import_file(request=request, now=NOW, report=problems.append, progress=lambda _read, _rows: None)

        assert problems == [Problem(3, "No", "100", "a number of its own; line 2 has it too")]


@pytest.mark.django_db
@pytest.mark.usefixtures("small_chunks")
class TestABadFile:
    def test_leaves_nothing_and_tells_every_row_in_order(self, tmp_path: Path) -> None:
        rows = [
            ANA,
            RUI,
            EVA,
            "103,Gil,Villa,1.00,01/01/2024,,,",
            "104,Io",
            'x"',
            "105,Leo,Home,-1,01/01/2024,,,",
        ]
        before = rows_written()

        problems = refused(a_file(tmp_path, *rows))

        assert rows_written() == before
        assert problems == [
            Problem(5, "Plan", "Villa", "one of Home, Office"),
            Problem(6, "", "2 cells", "8 cells, as the header has"),
            Problem(7, "", "1 cells", "8 cells, as the header has"),
            Problem(8, "Price", "-1", "a number of 0 or more, such as 1234.50"),
        ]

    def test_is_checked_to_its_end_after_a_bad_row(self, tmp_path: Path) -> None:
        rows = [ANA.replace("19.90", "?"), *(RUI.replace("101", str(number)) for number in range(300, 305)),
                RUI.replace("Office", "Villa")]  # fmt: skip

        assert [each.line for each in refused(a_file(tmp_path, *rows))] == [2, 8]

    def test_with_a_number_twice_names_both_lines(self, tmp_path: Path) -> None:
        rows = [ANA, RUI, EVA, ANA.replace("Ana", "Eda"), ANA.replace("19.90", "?")]

        problems = refused(a_file(tmp_path, *rows))

        assert problems == [
            Problem(5, "No", "100", "a number of its own; line 2 has it too"),
            Problem(6, "Price", "?", "a number of 0 or more, such as 1234.50"),
            Problem(6, "No", "100", "a number of its own; line 2 has it too"),
        ]

    def test_with_a_number_twice_in_one_chunk_names_both_lines(self, tmp_path: Path) -> None:
        assert refused(a_file(tmp_path, ANA, ANA)) == [
            Problem(3, "No", "100", "a number of its own; line 2 has it too")
        ]

    def test_that_was_imported_already_has_every_row_told(self, tmp_path: Path) -> None:
        path = a_file(tmp_path, ANA, RUI, EVA)
        taken(path)
        before = rows_written()

        problems = refused(path)

        assert rows_written() == before
        assert problems == [
            Problem(2, "No", "100", "a number that is not in Broadbill already"),
            Problem(3, "No", "101", "a number that is not in Broadbill already"),
            Problem(4, "No", "102", "a number that is not in Broadbill already"),
        ]

    def test_with_a_contract_twice_names_both_lines(self, tmp_path: Path) -> None:
        changes = changed("contract", number={"column": "Plan"})

        assert refused(a_file(tmp_path, ANA, RUI, RUI.replace("101", "109")), **changes) == [
            Problem(4, "Plan", "Office", "a number of its own; line 3 has it too")
        ]

    def test_with_a_contract_that_exists_is_refused(self, tmp_path: Path) -> None:
        changes = changed("contract", number={"column": "Plan"})
        taken(a_file(tmp_path, ANA), **changes)

        assert refused(a_file(tmp_path, ANA.replace("100", "110")), **changes) == [
            Problem(2, "Plan", "Home", "a number that is not in Broadbill already")
        ]

    def test_in_another_encoding_tells_every_cell(self, tmp_path: Path) -> None:
        rows = [ANA, RUI.replace("Rui", "José"), EVA.replace("Luz", "Conceição")]

        problems = refused(a_file(tmp_path, *rows, encoding="windows-1252"))

        assert [(each.line, each.column, each.value) for each in problems] == [
            (3, "Name", "byte 0xE9"),
            (4, "Name", "byte 0xE7"),
        ]

    def test_without_a_column_of_the_map_is_refused(self, tmp_path: Path) -> None:
        header = HEADER.replace("Price", "Amount").replace("Mail", "E-mail")

        with pytest.raises(FileRefused) as refusal:
            taken(a_file(tmp_path, ANA, header=header))

        assert str(refusal.value) == (
            "customers.csv lacks the columns Mail, Price, which the map names; it has No, Name, Plan, Amount,"
            " Since, Owes, E-mail, Left."
        )

    def test_with_another_delimiter_is_refused_with_a_hint(self, tmp_path: Path) -> None:
        with pytest.raises(FileRefused, match=r"is ',' the delimiter\?"):
            taken(a_file(tmp_path, ANA, header=HEADER.replace(",", ";")))


@pytest.mark.django_db
class TestPlansOfAMap:
    def test_are_taken_as_they_are_when_they_exist_with_the_same_content(self, tmp_path: Path) -> None:
        taken(a_file(tmp_path, ANA))

        assert taken(a_file(tmp_path, RUI)).plans_created == ()
        assert Plan.objects.count() == 2

    @pytest.mark.parametrize(
        ("plan", "part"),
        [
            ({"name": "Casa"}, "name"),
            ({"currency": "USD"}, "currency"),
            ({"amount": "21.00"}, "charges"),
        ],
    )
    def test_are_refused_when_they_exist_with_other_content(
        self, tmp_path: Path, plan: dict[str, str], part: str
    ) -> None:
        charge = {"code": "monthly", "type": "recurring", "period": "month",
                  "model": {"type": "flat", "amount": plan.get("amount", "20.00")}}  # fmt: skip
        define_plan(
            code="home",
            name=plan.get("name", "Home"),
            currency=plan.get("currency", "EUR"),
            charges=[charge],
            now=NOW,
            actor="user:1",
        )
        before = rows_written()

        with pytest.raises(PlanDiffers) as refusal:
            taken(a_file(tmp_path, ANA))

        assert str(refusal.value) == (
            f"Plan home exists already and its {part} differ from the map's. Give the plan of the map another"
            " code, or leave plans.home out of the map to sell the plan as it is."
        )
        assert rows_written() == before

    def test_may_be_left_to_the_catalog(self, tmp_path: Path) -> None:
        taken(a_file(tmp_path))
        set_price(plan="home", charge="monthly", model={"type": "per_unit", "unit_amount": "1.00"},
                  starts_on=None, now=NOW, actor="user:1")  # fmt: skip

        summary = taken(a_file(tmp_path, ANA), plans=None)

        assert summary.subscriptions == {"home": 1}
        assert Fact.objects.get().detail["price"] == {"monthly": {"type": "per_unit", "unit_amount": "19.90"}}


@pytest.mark.django_db(transaction=True)
class TestAnImportThatBreaksOff:
    def test_leaves_nothing(self, tmp_path: Path, small_chunks: None) -> None:
        rows = [ANA.replace("100", str(number)) for number in range(200, 207)]
        request = ImportRequest(
            path=a_file(tmp_path, *rows), map=a_map(), dry_run=False, actor="command:import"
        )
        seen: list[int] = []
        before = rows_written()

        with pytest.raises(KeyboardInterrupt):
            import_file(request=request, now=NOW, report=_unexpected, progress=_interrupt_after(4, seen))

        assert seen == [2, 4]
        assert rows_written() == before

    def test_notes_the_numbers_of_the_file_in_a_table_that_goes_with_it(
        self, tmp_path: Path, small_chunks: None
    ) -> None:
        rows = [ANA.replace("100", str(number)) for number in range(200, 204)]
        noted: list[int] = []

        def look(_read: int, _rows: int) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM imports_number")
                noted.append(cursor.fetchone()[0])

        request = ImportRequest(
            path=a_file(tmp_path, *rows), map=a_map(), dry_run=True, actor="command:import"
        )
        import_file(request=request, now=NOW, report=_unexpected, progress=look)

        # The accounts' and the contracts' numbers of two rows, then of four.
        assert noted == [4, 8]
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('imports_number')")
            assert cursor.fetchone() == (None,)

    def test_is_not_slowed_by_tables_that_were_counted_as_empty(
        self, tmp_path: Path, small_chunks: None
    ) -> None:
        """After a dry run autovacuum finds the tables empty, and to the planner they would stay empty until the
        commit: any index looks as good as the right one."""
        path = a_file(tmp_path, *(ANA.replace("100", str(number)) for number in range(200, 208)))
        taken(path, dry_run=True)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE accounts_profile")
            assert _as_the_planner_sees(cursor, "accounts_profile") == (0, False)
        seen: list[tuple[int, bool]] = []

        def look(_read: int, _rows: int) -> None:
            with connection.cursor() as cursor:
                seen.append(_as_the_planner_sees(cursor, "accounts_profile"))

        request = ImportRequest(path=path, map=a_map(), dry_run=True, actor="command:import")
        import_file(request=request, now=NOW, report=_unexpected, progress=look)

        assert seen == [(2, True)] * 4


def _as_the_planner_sees(cursor: CursorWrapper, table: str) -> tuple[int, bool]:
    """How many rows the planner last heard of, and whether autovacuum has to wait before it counts again."""
    cursor.execute("SELECT reltuples::int FROM pg_class WHERE relname = %s", [table])
    [rows] = cursor.fetchone()
    cursor.execute(
        "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND mode = 'ShareUpdateExclusiveLock'",
        [table],
    )
    return rows, cursor.fetchone() == (1,)


def _interrupt_after(rows: int, seen: list[int]) -> Callable[[int, int], None]:
    def progress(_read: int, done: int) -> None:
        seen.append(done)
        if done >= rows:
            raise KeyboardInterrupt

    return progress


HOSTILE = st.one_of(
    st.sampled_from(["", " ", "100", "101", "Home", "Office", "-1", "1e9", "31/02/2026", "29/02/2024", "=1+1",
                     "'; DROP TABLE accounts_account; --", "\\N", "\\.", "NULL", "a@b", "İ", "\u202e", "9" * 600,
                     "\r", "\n", '"', "\t", "1,234.56", "0x10", "½", "\x1b[31m"]),
    st.text(st.characters(codec="utf-8"), max_size=20),
)  # fmt: skip


GOOD = ANA.split(",")


@pytest.mark.django_db
class TestHostileCells:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(spoilt=st.lists(st.dictionaries(st.integers(0, 7), HOSTILE, max_size=2), min_size=1, max_size=4))
    def test_are_taken_whole_or_told_and_leave_nothing(
        self, tmp_path: Path, spoilt: list[dict[int, str]]
    ) -> None:
        """Whatever stands in the cells, every row is an account or has a problem, and no row is half done."""
        path = tmp_path / "hostile.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
            writer.writerow(HEADER.split(","))
            for number, cells in enumerate(spoilt):
                row = [str(number), *GOOD[1:]]
                writer.writerow([cells.get(place, cell) for place, cell in enumerate(row)])
        problems: list[Problem] = []
        request = ImportRequest(path=path, map=a_map(), dry_run=True, actor="command:import")

        summary = _import_or_none(request, problems)

        assert (summary is None) == bool(problems)
        assert summary is None or summary.accounts == len(spoilt)
        assert Account.objects.count() == 0


def _import_or_none(request: ImportRequest, problems: list[Problem]) -> Summary | None:
    try:
        return import_file(
            request=request, now=NOW, report=problems.append, progress=lambda _read, _rows: None
        )
    except RowsRefused:
        return None
