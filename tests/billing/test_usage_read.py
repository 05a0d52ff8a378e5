"""A bill reads no more usage than it needs: open periods, sums of days, and all of it where something came late."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from broadbill.accounts.operations.change_profile import change_profile
from broadbill.billing.domain.proposing import propose_for
from broadbill.billing.domain.reading import Reading
from broadbill.billing.models import BillRun, Document
from broadbill.billing.queries import usage_asked
from broadbill.billing.queries.audit import audit_period
from broadbill.billing.queries.readings import read_accounts
from broadbill.billing.queries.rulebooks import parsed_rulebook
from broadbill.billing.queries.verify import verify_documents
from broadbill.contracts.operations.changes import cancel
from broadbill.core.period import Period
from broadbill.core.rating.needs import UsageNeeds
from broadbill.usage.queries import records, roll_ups
from broadbill.usage.queries.records import Wanted, read_usage
from tests.usage.metered import PER_GB, a_metered_plan, record, used
from tests.world import ACTOR, a_subscription, an_account, at, bill_through, on

pytestmark = pytest.mark.django_db

CALLS = {"type": "rate_table", "rates": [{"prefix": "", "unit_amount": "0.60"}]}
LEVELS = {"type": "per_unit", "unit_amount": "2", "aggregate": "time_weighted"}
BY_DAY = UsageNeeds(frozenset(), frozenset(), date.min, date.min)


def reading(account: int) -> Reading:
    """The account as the next run would read it."""
    rulebook_id = BillRun.objects.latest("id").rulebook_id
    [found] = read_accounts(
        account_ids=[account], rulebooks=[parsed_rulebook(rulebook_id)], rulebook_ids=[rulebook_id]
    )
    return found


def days(found: Reading) -> list[str]:
    return [item.day.isoformat() for _, item in found.usage]


def totals(account: int) -> list[int]:
    return list(Document.objects.filter(account_id=account).order_by("id").values_list("total", flat=True))


class TestReadingUsage:
    @pytest.fixture
    def account(self) -> int:
        return an_account(timezone="UTC")

    @pytest.fixture
    def subscription(self, account: int) -> int:
        plan = a_metered_plan("all", ("data_gb", PER_GB), ("voice", CALLS), ("disk_gb", LEVELS))
        return a_subscription(account, plan, "2026-01-01")

    def test_takes_sums_of_days_where_they_do(self, account: int, subscription: int) -> None:
        record(
            used(account, subscription, "2026-01-05T10:00:00Z", "10"),
            used(account, subscription, "2026-01-05T11:00:00Z", "20"),
            used(account, subscription, "2026-01-05T12:00:00Z", "60", meter="voice", to="43"),
            used(account, subscription, "2026-01-05T13:00:00Z", "60", meter="voice", to="43"),
            on="2026-01-05",
        )

        bill_through("2026-01-01")
        read = [(item.meter, str(item.quantity)) for _, item in reading(account).usage]
        bill_through("2026-02-01")

        assert sorted(read) == [("data_gb", "30"), ("voice", "60"), ("voice", "60")]
        assert totals(account) == [420]  # 30 GB at 0.10 and 2 minutes at 0.60: 3.00 + 1.20

    def test_takes_only_the_open_period_after_a_bill(self, account: int, subscription: int) -> None:
        record(used(account, subscription, "2026-01-05T10:00:00Z", "10"), on="2026-01-05")
        record(
            used(account, subscription, "2026-01-06T10:00:00Z", "60", meter="voice", to="4"), on="2026-01-06"
        )
        bill_through("2026-02-01")
        record(used(account, subscription, "2026-02-01T10:00:00Z", "10"), on="2026-02-02")
        record(
            used(account, subscription, "2026-02-06T10:00:00Z", "60", meter="voice", to="4"), on="2026-02-06"
        )

        found = reading(account)

        assert (found.resume_on, days(found)) == (date(2026, 2, 2), ["2026-02-01", "2026-02-06"])

    def test_takes_the_level_that_goes_on(self, account: int, subscription: int) -> None:
        for day, level in (("2026-01-01", "5"), ("2026-01-11", "3")):
            record(used(account, subscription, f"{day}T00:00:00Z", level, meter="disk_gb"), on=day)
        bill_through("2026-02-01")
        record(used(account, subscription, "2026-02-15T00:00:00Z", "1", meter="disk_gb"), on="2026-02-15")

        found = reading(account)
        bill_through("2026-03-01")

        assert (found.resume_on, days(found)) == (date(2026, 2, 2), ["2026-01-11", "2026-02-15"])
        # January: (5 × 10 + 3 × 21) ÷ 31 days × 2 = 7.29; February: (3 × 14 + 1 × 14) ÷ 28 × 2 = 4.00.
        assert totals(account) == [729, 400]

    def test_takes_everything_where_usage_of_a_billed_day_came_late(
        self, account: int, subscription: int
    ) -> None:
        record(used(account, subscription, "2026-01-05T10:00:00Z", "10"), on="2026-01-05")
        bill_through("2026-02-01")
        record(used(account, subscription, "2026-01-31T10:00:00Z", "5"), on="2026-02-03")

        found = reading(account)
        bill_through("2026-03-01")

        assert (found.resume_on, days(found)) == (None, ["2026-01-05", "2026-01-31"])
        assert totals(account) == [100, 50]
        assert list(verify_documents()) == []

    def test_takes_everything_once_the_zone_has_changed(self, account: int, subscription: int) -> None:
        record(used(account, subscription, "2026-01-31T23:30:00Z", "10"), on="2026-01-31")
        bill_through("2026-02-01")

        change_profile(
            account_id=account, changes={"timezone": "Asia/Tokyo"}, now=at("2026-02-05"), actor=ACTOR
        )

        # It was 1 February in Tokyo then, and stays billed for January.
        assert (reading(account).resume_on, days(reading(account))) == (None, ["2026-01-31"])
        bill_through("2026-03-01")
        assert totals(account) == [100]
        assert list(verify_documents()) == []

    def test_knows_of_a_day_what_was_known_when_its_bill_was_made(
        self, account: int, subscription: int
    ) -> None:
        record(used(account, subscription, "2026-02-10T08:00:00Z", "10"), on="2026-02-10")
        cancel(subscription_id=subscription, on=on("2026-02-10"), now=at("2026-02-10"), actor=ACTOR)
        bill_through("2026-02-10")
        # After the bill, on the same day and of the same day: the same sum as before.
        record(used(account, subscription, "2026-02-10T09:00:00Z", "5"), on="2026-02-10")
        bill_through("2026-02-11")

        assert totals(account) == [100, 50]
        assert list(verify_documents()) == []
        apart = read_usage({account: Wanted(BY_DAY, seen=(1,))})[account]
        assert [(number, str(item.quantity)) for number, item in apart] == [(1, "10"), (2, "5")]
        together = read_usage({account: Wanted(BY_DAY, seen=(2,))})[account]
        assert [(number, str(item.quantity)) for number, item in together] == [(2, "15")]

    def test_audits_what_came_in_after_the_bill_of_the_same_day(
        self, account: int, subscription: int
    ) -> None:
        record(used(account, subscription, "2026-02-10T08:00:00Z", "10"), on="2026-02-10")
        cancel(subscription_id=subscription, on=on("2026-02-10"), now=at("2026-02-10"), actor=ACTOR)
        run = bill_through("2026-02-10")
        record(used(account, subscription, "2026-02-10T09:00:00Z", "5"), on="2026-02-10")

        february = Period(on("2026-02-01"), on("2026-03-01"))
        [[finding]] = audit_period(period=february, rulebook_id=run.rulebook_id)

        # 5 GB at 0.10, of which the day's sum of 15 alone would tell nothing.
        assert [(cause.kind, str(cause.amount)) for cause in finding.causes] == [("usage", "0.50")]

    def test_tells_which_records_cannot_be_billed(self, account: int, subscription: int) -> None:
        record(used(account, subscription, "2026-01-05T10:00:00Z", "10"), on="2026-01-05")
        bill_through("2026-02-01")
        record(
            used(account, subscription, "2025-12-24T10:00:00Z", "1"),
            used(account, subscription, "2025-12-24T11:00:00Z", "1"),
            used(account, subscription, "2025-12-25T11:00:00Z", "1"),
            on="2026-02-05",
        )

        found = reading(account)
        rulebook = parsed_rulebook(BillRun.objects.latest("id").rulebook_id)
        rejected = propose_for(found, rulebook=rulebook, on=on("2026-03-01")).rejected

        assert [(item.usage, item.reason) for item in rejected] == [
            ("data_gb on 2025-12-24: 2 records, numbers 2 to 3", "no active subscription"),
            ("data_gb on 2025-12-25: record 4", "no active subscription"),
        ]


class TestReadingManyAccounts:
    def test_holds_so_many_records_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        plan = a_metered_plan("calls", ("voice", CALLS))
        accounts = [an_account(timezone="UTC") for _ in range(5)]
        for account, calls in zip(accounts, (3, 0, 2, 9, 1), strict=True):
            subscription = a_subscription(account, plan, "2026-01-01")
            call = used(account, subscription, "2026-01-05T10:00:00Z", "60", meter="voice", to="4")
            record(*[call] * calls, on="2026-01-05")
        read: list[list[int]] = []

        def reading_some(wanted: dict[int, Wanted]) -> object:
            read.append(sorted(wanted))
            return read_usage(wanted)

        monkeypatch.setattr(usage_asked, "RECORDS_IN_MEMORY", 5)
        monkeypatch.setattr(usage_asked, "read_usage", reading_some)
        bill_through("2026-02-01")

        # 3 + 0 + 2 fit, 9 alone are too many, 1.
        one, _, three, four, five = accounts
        assert read == [[one, three], [four], [five]]
        assert [totals(account) for account in accounts] == [[180], [], [120], [540], [60]]
        read.clear()
        assert list(verify_documents()) == []
        rulebook_id = BillRun.objects.latest("id").rulebook_id
        january = Period(on("2026-01-01"), on("2026-02-01"))
        assert list(audit_period(period=january, rulebook_id=rulebook_id)) == [[]]
        assert read == [[one, three], [four], [five]] * 2


class TestQueries:
    """With sequential scans as the last resort, what can use an index does."""

    @pytest.mark.parametrize(
        ("query", "parameters", "index"),
        [
            (
                records.RECORDS,
                [[1], ["voice"], [date(2026, 1, 1)], [date(2026, 2, 1)]],
                "usage_usagerecord_by_day",
            ),
            (roll_ups.ROLL_UPS, [[1], [date(2026, 1, 1)], [None], [1], ["voice"]], "usage_dailyrollup_"),
            (roll_ups.LATE, [[1], [5], [date(2026, 1, 1)]], "usage_dailyrollup_as_known"),
        ],
        ids=["records", "roll-ups", "late"],
    )
    def test_find_an_account_s_days_by_index(self, query: str, parameters: list[object], index: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute(f"EXPLAIN {query}", parameters)
            plan = "\n".join(row[0] for row in cursor.fetchall())

        assert index in plan
