from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from broadbill.accounts.operations.change_profile import change_profile
from broadbill.usage.domain.errors import UsageRefused
from broadbill.usage.models import DailyRollUp, UsageRecord
from broadbill.usage.queries.verify import verify_roll_ups
from tests.usage.metered import PER_GB, a_metered_plan, record, used
from tests.world import ACTOR, a_subscription, an_account, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> int:
    return an_account(timezone="Europe/Vienna")


@pytest.fixture
def subscription(account: int) -> int:
    return a_subscription(account, a_metered_plan("data", ("data_gb", PER_GB)), "2026-01-01")


def sums() -> list[tuple[str, str, int, int, int, str]]:
    """Day, day of knowing, records, first and last number, quantity."""
    return [
        (f"{row.used_on}", f"{row.recorded_on}", row.records, row.first_number, row.last_number, f"{row.quantity:f}")
        for row in DailyRollUp.objects.order_by("used_on", "recorded_on")
    ]  # fmt: skip


class TestRecordUsage:
    def test_sums_up_each_local_day_by_the_day_it_became_known(self, account: int, subscription: int) -> None:
        record(
            used(account, subscription, "2026-01-05T10:00:00Z", "1.25"),
            used(account, subscription, "2026-01-05T22:59:59Z", "2"),
            # Midnight in Vienna, in winter an hour ahead of UTC.
            used(account, subscription, "2026-01-05T23:00:00Z", "4"),
            on="2026-01-06",
        )
        record(used(account, subscription, "2026-01-05T11:00:00Z", "8"), on="2026-01-09")

        assert sums() == [
            ("2026-01-05", "2026-01-06", 2, 1, 2, "3.25"),  # 1.25 + 2
            ("2026-01-05", "2026-01-09", 1, 4, 4, "8"),
            ("2026-01-06", "2026-01-06", 1, 3, 3, "4"),
        ]

    def test_adds_later_batches_of_a_day_to_its_sum(self, account: int, subscription: int) -> None:
        for quantity in ("1", "0.5", "0.25"):
            record(used(account, subscription, "2026-01-05T10:00:00Z", quantity), on="2026-01-05")

        assert sums() == [("2026-01-05", "2026-01-05", 3, 1, 3, "1.75")]

    def test_counts_a_record_seen_already_once(self, account: int, subscription: int) -> None:
        one = used(account, subscription, "2026-01-05T10:00:00Z", "1", source_id="r1")

        taken = [record(one, one, on="2026-01-05"), record(one, on="2026-01-06")]

        assert [(batch.stored, batch.repeated) for batch in taken] == [(1, 1), (0, 1)]
        assert sums() == [("2026-01-05", "2026-01-05", 1, 1, 1, "1")]

    def test_sums_the_seconds_of_records_without_a_quantity(self, account: int, subscription: int) -> None:
        seconds = {"duration_seconds": Decimal(90), "meter": "voice"}
        record(
            used(account, subscription, "2026-01-05T10:00:00Z", None, **seconds),
            used(account, subscription, "2026-01-05T11:00:00Z", "60", **seconds),
            on="2026-01-05",
        )

        assert sums() == [("2026-01-05", "2026-01-05", 2, 1, 2, "150")]  # 90 + 60

    def test_stores_nothing_of_a_batch_with_a_record_that_cannot_be_read(
        self, account: int, subscription: int
    ) -> None:
        good = used(account, subscription, "2026-01-05T10:00:00Z", "1")
        bad = used(account, subscription, "2026-01-05T10:00:00Z", "-1")

        with pytest.raises(UsageRefused, match=r"Record 2 of the batch: quantity: must not be negative"):
            record(good, bad, on="2026-01-05")

        assert (UsageRecord.objects.count(), DailyRollUp.objects.count()) == (0, 0)

    def test_refuses_an_account_that_is_not_there(self, account: int, subscription: int) -> None:
        with pytest.raises(UsageRefused, match=rf"Record 1 .* there is no account {account + 1000}"):
            record(used(account + 1000, subscription, "2026-01-05T10:00:00Z", "1"), on="2026-01-05")

    def test_keeps_the_day_of_a_record_when_the_account_moves_to_another_zone(
        self, account: int, subscription: int
    ) -> None:
        late = used(account, subscription, "2026-01-31T23:30:00Z", "1")  # 1 February in Vienna
        record(late, on="2026-02-01")
        change_profile(
            account_id=account, changes={"timezone": "America/New_York"}, now=at("2026-02-02"), actor=ACTOR
        )
        record(late, on="2026-02-03")  # 31 January in New York

        days = UsageRecord.objects.order_by("number").values_list("used_on", "timezone")
        assert list(days) == [
            (date(2026, 2, 1), "Europe/Vienna"),
            (date(2026, 1, 31), "America/New_York"),
        ]
        assert [row[0] for row in sums()] == ["2026-01-31", "2026-02-01"]


class TestVerifyRollUps:
    def test_finds_nothing_where_nothing_was_altered(self, account: int, subscription: int) -> None:
        record(used(account, subscription, "2026-01-05T10:00:00Z", "1"), on="2026-01-05")

        assert list(verify_roll_ups()) == []

    def test_finds_a_sum_that_was_altered(self, account: int, subscription: int) -> None:
        record(used(account, subscription, "2026-01-05T10:00:00Z", "1"), on="2026-01-05")
        DailyRollUp.objects.update(quantity=Decimal(3))

        [found] = verify_roll_ups()

        assert found.finding == "the day's sum is 3 of 1 records, the records are 1 and sum up to 1"

    def test_finds_a_sum_that_is_missing(self, account: int, subscription: int) -> None:
        record(used(account, subscription, "2026-01-05T10:00:00Z", "1"), on="2026-01-05")
        DailyRollUp.objects.all().delete()

        [found] = verify_roll_ups()

        assert found.finding == "the day's sum is 0 of 0 records, the records are 1 and sum up to 1"


class TestRecords:
    def test_are_kept_as_they_came_in(self, account: int, subscription: int) -> None:
        record(used(account, subscription, "2026-01-05T10:00:00Z", "1"), on="2026-01-05")

        with pytest.raises(IntegrityError, match="what was metered stays"), transaction.atomic():
            UsageRecord.objects.update(quantity=Decimal(2))
