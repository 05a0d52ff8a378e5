"""A file that was brought to a page is checked by the worker, and imported whole when somebody says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from broadbill.accounts.models import Account
from broadbill.catalog.models import Plan
from broadbill.imports.domain.errors import NotInThatState, UploadTooLarge
from broadbill.imports.domain.upload import Kind, State
from broadbill.imports.models import RowProblem, Upload, UploadPart
from broadbill.imports.operations import uploads, work
from broadbill.imports.operations.import_file import OnProgress
from broadbill.imports.operations.uploads import (
    NewUpload,
    check_again,
    confirm_upload,
    discard_forgotten,
    discard_upload,
    take_upload,
)
from broadbill.imports.operations.work import work_on
from broadbill.imports.queries.uploads import UploadRead, maps_used, upload_numbered, upload_page
from broadbill.kernel.models import Event
from broadbill.usage.models import UsageRecord
from tests.imports.maps import ANA, EVA, HEADER, MAP, RUI
from tests.world import a_plan, a_subscription, an_account

# What is told of the work stands beside its transaction, so the tests' own must be real.
pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
CLERK, BOSS = "user:7", "user:8"
USAGE = "account,subscription,meter,at,quantity,id\n"


def brought(*rows: str, header: str = HEADER, by: str = MAP) -> int:
    content = "\n".join([header, *rows, ""]).encode()
    upload = NewUpload(kind=Kind.CUSTOMERS, file="customers.csv", map_name="old.toml" if by else "", map=by)
    # In two chunks, cut inside a row.
    return take_upload(upload=upload, chunks=[content[:70], content[70:]], now=NOW, actor=CLERK)


def usage_brought(text: str) -> int:
    upload = NewUpload(kind=Kind.USAGE, file="usage.csv")
    return take_upload(upload=upload, chunks=[text.encode()], now=NOW, actor=CLERK)


def checked(number: int) -> UploadRead:
    work_on(number=number, now=NOW)
    return seen(number)


def imported(number: int) -> UploadRead:
    confirm_upload(number=number, now=NOW, actor=BOSS)
    return checked(number)


def seen(number: int) -> UploadRead:
    found = upload_numbered(number)
    assert found is not None
    return found


def jobs() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'number')::int FROM procrastinate_jobs WHERE task_name = 'imports.work' ORDER BY id"
        )
        return [number for (number,) in cursor.fetchall()]


class TestAGoodList:
    def test_is_checked_without_a_trace_in_the_books(self) -> None:
        number = brought(ANA, RUI, EVA)
        assert (seen(number).state, jobs()) == (State.CHECKING, [number])

        report = checked(number)

        assert (report.state, report.result["accounts"], report.result["plans_created"]) == (
            State.CHECKED,
            3,
            ["home", "office"],
        )
        assert (report.done, report.total, report.rows) == (report.octets, report.octets, 3)
        assert (Account.objects.count(), Plan.objects.count()) == (0, 0)

    def test_is_imported_whole_by_whoever_says_so(self) -> None:
        number = brought(ANA, RUI, EVA)
        checked(number)

        done = imported(number)

        assert (done.state, done.decided_by, done.ended_at) == (State.IMPORTED, BOSS, NOW)
        assert list(Account.objects.order_by("number").values_list("number", flat=True)) == [
            "100",
            "101",
            "102",
        ]
        assert jobs() == [number, number]
        told = Event.objects.filter(object_type="import").order_by("id").values_list("verb", "actor")
        assert list(told) == [
            ("import.asked", CLERK),
            ("import.confirmed", BOSS),
            ("import.finished", BOSS),
        ]

    def test_leaves_no_file_behind_but_its_map_to_use_again(self) -> None:
        number = brought(ANA)
        checked(number)
        assert maps_used() == []

        imported(number)

        assert UploadPart.objects.count() == 0
        assert [(one.name, one.text) for one in maps_used()] == [("old.toml", MAP)]

    def test_is_not_imported_twice_by_a_job_that_comes_twice(self) -> None:
        number = brought(ANA)
        checked(number)
        imported(number)

        work_on(number=number, now=NOW)

        assert (seen(number).state, Account.objects.count()) == (State.IMPORTED, 1)

    def test_with_our_own_columns_needs_no_map(self) -> None:
        number = brought("1,Ana Reis", header="number,name", by="")
        checked(number)

        assert imported(number).result["accounts"] == 1
        # Its day is the one on which the file was brought, in the operator's zone.
        assert Account.objects.get().opened_on.isoformat() == "2026-10-20"

    def test_is_in_the_books_or_not_imported_whatever_happens_between(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = brought(ANA)
        checked(number)

        def pulled_plug(_upload: Upload) -> None:
            raise RuntimeError("the plug was pulled")

        with monkeypatch.context() as patch:
            patch.setattr(work, "forget_file", pulled_plug)
            with pytest.raises(RuntimeError):
                imported(number)
        assert (seen(number).state, Account.objects.count()) == (State.FAILED, 0)

        check_again(number=number, now=NOW, actor=CLERK)
        assert checked(number).state == State.CHECKED
        assert imported(number).state == State.IMPORTED


class TestABadList:
    def test_tells_every_bad_row_and_writes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(work, "PROBLEMS_AT_ONCE", 2)
        bad = [ANA.replace("100", f"B{row}").replace("19.90", "?") for row in range(5)]

        report = checked(brought(RUI, *bad))

        assert (report.state, report.problems, report.refusal) == (State.REFUSED, 5, "")
        told = RowProblem.objects.order_by("id").values_list("line", "column", "value", "reason")
        assert told[0] == (3, "Price", "?", "expected a number of 0 or more, such as 1234.50")
        assert [line for line, *_rest in told] == [3, 4, 5, 6, 7]
        assert Account.objects.count() == 0

    def test_with_a_nul_in_it_is_told_as_any_other(self) -> None:
        report = checked(brought(ANA.replace("Ana Reis", "Ana\0Reis")))

        assert (report.state, report.problems) == (State.REFUSED, 1)

    def test_that_lacks_a_column_is_told_in_a_sentence(self) -> None:
        report = checked(brought("1,Ana", header="No,Name"))

        assert report.state == State.REFUSED
        assert "lacks the columns" in report.refusal

    def test_is_good_once_what_was_missing_is_there(self) -> None:
        number = brought("1,Ana,fiber,2026-11-01", header="number,name,plan,starts_on", by="")
        assert checked(number).problems == 1

        a_plan("fiber")
        check_again(number=number, now=NOW, actor=CLERK)

        again = checked(number)
        assert (again.state, again.problems, RowProblem.objects.count()) == (State.CHECKED, 0, 0)

    def test_that_went_bad_since_it_was_checked_is_refused_whole(self) -> None:
        number = brought(ANA, RUI)
        checked(number)
        an_account(number="101")

        report = imported(number)

        assert (report.state, report.problems) == (State.REFUSED, 1)
        assert list(Account.objects.values_list("number", flat=True)) == ["101"]


class TestDeciding:
    def test_imports_only_what_was_found_good(self) -> None:
        number = brought(ANA)
        with pytest.raises(NotInThatState, match="checking"):
            confirm_upload(number=number, now=NOW, actor=BOSS)
        checked(number)
        confirm_upload(number=number, now=NOW, actor=BOSS)

        for decide in (confirm_upload, check_again, discard_upload):
            with pytest.raises(NotInThatState, match="importing"):
                decide(number=number, now=NOW, actor=CLERK)

    def test_throws_a_file_away_and_keeps_who_did(self) -> None:
        number = brought(ANA.replace("19.90", "?"))
        checked(number)

        discard_upload(number=number, now=NOW, actor=BOSS)

        gone = seen(number)
        assert (gone.state, gone.decided_by) == (State.DISCARDED, BOSS)
        assert (UploadPart.objects.count(), RowProblem.objects.count()) == (0, 0)

    def test_is_done_for_nobody_after_a_month(self) -> None:
        number = brought(ANA)
        checked(number)

        assert discard_forgotten(now=NOW + timedelta(days=30), actor="system:imports") == 0
        assert discard_forgotten(now=NOW + timedelta(days=31), actor="system:imports") == 1
        assert seen(number).state == State.DISCARDED

    def test_refuses_what_is_too_large_for_a_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(uploads, "OCTETS_AT_MOST", 80)

        with pytest.raises(UploadTooLarge, match="broadbill import"):
            brought(ANA, RUI)
        assert Upload.objects.count() == 0


class TestProgress:
    def test_is_seen_while_nothing_is_committed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        number = brought(ANA, RUI)
        told: list[tuple[State, int]] = []
        import_file = work.import_file

        def watched(*, progress: OnProgress, **asked: object) -> object:
            def note(octets: int, rows: int) -> None:
                progress(octets, rows)
                other = connection.copy()
                with other.cursor() as cursor:
                    cursor.execute(
                        "SELECT state, rows FROM imports_upload JOIN imports_progress ON upload_id = id"
                    )
                    told.extend(cursor.fetchall())
                other.close()

            return import_file(progress=note, **asked)  # type: ignore[arg-type]

        monkeypatch.setattr(work, "import_file", watched)
        checked(number)
        imported(number)

        assert told == [(State.CHECKING, 2), (State.IMPORTING, 2)]


class TestUsage:
    def row(self, at: str = "2026-01-05T10:00:00Z", subscription: str = "S1") -> str:
        return f"K-1,{subscription},data_gb,{at},1.5,{at}\n"

    @pytest.fixture(autouse=True)
    def metered(self) -> None:
        plan = a_plan(type="usage", meter="data_gb", model={"model": "per_unit", "unit_amount": "2.00"})
        a_subscription(an_account(number="K-1"), plan, "2026-01-01")

    def test_is_checked_then_stored(self) -> None:
        number = usage_brought(USAGE + self.row() + self.row("2026-01-06T10:00:00Z"))

        report = checked(number)
        assert (report.state, report.result["stored"], UsageRecord.objects.count()) == (State.CHECKED, 2, 0)

        done = imported(number)
        assert (done.state, done.rows, UsageRecord.objects.count()) == (State.IMPORTED, 2, 2)

    def test_of_the_same_file_counts_once(self) -> None:
        text = USAGE + self.row()
        for number in (usage_brought(text), usage_brought(text)):
            checked(number)
            imported(number)

        newest, first = upload_page().rows
        assert (first.result["stored"], newest.result["stored"], newest.result["repeated"]) == (1, 0, 1)
        assert UsageRecord.objects.count() == 1

    def test_tells_every_wrong_row(self) -> None:
        wrong = [self.row(subscription="S9") for _ in range(25)]

        report = checked(usage_brought(USAGE + self.row() + "".join(wrong)))

        assert (report.state, report.problems, report.refusal) == (State.REFUSED, 25, "")
        first = RowProblem.objects.order_by("id").first()
        assert first is not None
        assert (first.line, first.reason) == (3, "there is no subscription 'S9' of account 'K-1'")


def test_a_file_lies_under_its_own_name_and_nowhere_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    checked(brought(ANA))

    assert list(tmp_path.iterdir()) == []
