"""A file of usage is stored whole, or refused with every wrong row by its line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from broadbill.billing.models import Document
from broadbill.usage.domain.errors import UsageFileRefused
from broadbill.usage.models import DailyRollUp, UsageRecord
from broadbill.usage.operations import take_in
from broadbill.usage.operations.record import TakenIn
from broadbill.usage.operations.take_in import take_in_file
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through

pytestmark = pytest.mark.django_db
HEAD = "account,subscription,meter,at,quantity,id\n"


@pytest.fixture
def metered() -> None:
    """Account K-1 with S1, which pays 2.00 a GB, and K-2 without any service."""
    plan = a_plan(type="usage", meter="data_gb", model={"model": "per_unit", "unit_amount": "2.00"})
    a_subscription(an_account(number="K-1"), plan, "2026-01-01")
    an_account(number="K-2")


def file_of(folder: Path, text: str, name: str = "usage.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def take(file: Path, day: str = "2026-01-20") -> TakenIn:
    return take_in_file(file=file, now=at(day), actor=ACTOR)


@pytest.mark.usefixtures("metered")
class TestTakeInFile:
    def test_stores_a_table_that_is_then_billed(self, tmp_path: Path) -> None:
        rows = "K-1,S1,data_gb,2026-01-05T10:00:00Z,1.5,a\nK-1,S1,data_gb,2026-01-05T23:30:00Z,2,b\n"

        taken = take(file_of(tmp_path, HEAD + rows))

        assert taken == TakenIn(stored=2, repeated=0)
        # 23:30 UTC is the next day in Vienna.
        assert [str(day.quantity) for day in DailyRollUp.objects.order_by("used_on")] == ["1.5", "2"]
        bill_through("2026-02-01")
        # 3.5 × 2.00
        assert Document.objects.get().total == 700

    def test_reads_json_with_one_record_a_line(self, tmp_path: Path) -> None:
        told = '{"account": "K-1", "subscription": "S1", "meter": "data_gb", "at": "2026-01-05T10:00:00Z"'
        text = f'{told}, "quantity": 1.25}}\n\n{told}, "quantity": "-0.25", "allow_negative": true}}\n'

        take(file_of(tmp_path, text, "usage.jsonl"))

        assert DailyRollUp.objects.get().quantity == Decimal("1.00")

    def test_counts_an_id_once_in_whichever_file(self, tmp_path: Path) -> None:
        rows = "K-1,S1,data_gb,2026-01-05T10:00:00Z,1,a\n"
        take(file_of(tmp_path, HEAD + rows))

        again = take(file_of(tmp_path, HEAD + rows + "K-1,S1,data_gb,2026-01-06T10:00:00Z,1,b\n"))

        assert again == TakenIn(stored=1, repeated=1)

    def test_that_is_only_tried_stores_nothing(self, tmp_path: Path) -> None:
        file = file_of(tmp_path, HEAD + "K-1,S1,data_gb,2026-01-05T10:00:00Z,1,a\n")

        tried = take_in_file(file=file, now=at("2026-01-20"), actor=ACTOR, dry_run=True)

        assert (tried, UsageRecord.objects.count()) == (TakenIn(stored=1, repeated=0), 0)
        assert take(file) == TakenIn(stored=1, repeated=0)

    def test_tells_every_wrong_row_and_stores_nothing(self, tmp_path: Path) -> None:
        rows = (
            "K-1,S1,data_gb,2026-01-05T10:00:00Z,1,a\n"
            "K-1,S2,data_gb,2026-01-05T10:00:00Z,1,b\n"
            "K-1,S1,data_gb,2026-02-31T10:00:00Z,1,c\n"
            "K-1,S1,data_gb,2026-01-05T10:00:00,1,d\n"
            "K-1,S1,data_gb,2026-01-05T10:00:00Z,-1,e\n"
            "K-2,S1,data_gb,2026-01-05T10:00:00Z,1,f,more\n"
        )

        with pytest.raises(UsageFileRefused) as refused:
            take(file_of(tmp_path, HEAD + rows))

        said = str(refused.value).removeprefix("usage.csv: ").removesuffix(". Nothing of it was stored.")
        assert [problem.split(": ")[0] for problem in said.split("; ")] == [
            "line 3", "line 4", "line 5", "line 6", "line 7",
        ]  # fmt: skip
        assert "line 3: there is no subscription 'S2' of account 'K-1'" in said
        assert "line 6: quantity: must not be negative" in said
        assert UsageRecord.objects.count() == 0

    @pytest.mark.parametrize(
        ("name", "text", "reason"),
        [
            ("usage.csv", HEAD + "K-1,S1,data_gb,2026-01-05T10:00:00Z,1,a,more\n", "line 2: more cells"),
            (
                "usage.csv",
                "account,subscription,meter,at,recorded,quantity\nK-1,S1,data_gb,x,y,1\n",
                "recorded",
            ),
            ("usage.jsonl", '{"account": ', "is not JSON"),
            ("usage.jsonl", "[1]\n", "there is no subscription '' of account ''"),
        ],
        ids=["too many cells", "says when it became known", "half a line", "no record"],
    )
    def test_refuses_what_is_no_record(self, tmp_path: Path, name: str, text: str, reason: str) -> None:
        with pytest.raises(UsageFileRefused, match=reason):
            take(file_of(tmp_path, text, name))

    def test_is_whole_however_many_batches_it_takes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(take_in, "ROWS_PER_BATCH", 3)
        rows = "".join(f"K-1,S1,data_gb,2026-01-05T10:00:0{second}Z,1,{second}\n" for second in range(10))

        assert take(file_of(tmp_path, HEAD + rows)).stored == 10
        assert DailyRollUp.objects.get().records == 10
