"""Bills from sums of days are the bills from records, whatever happened and whenever it became known."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from broadbill.accounts.operations.change_profile import change_profile
from broadbill.billing.models import Document
from broadbill.billing.queries import usage_asked, verify
from broadbill.billing.queries.verify import verify_documents
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.policy import set_policy
from broadbill.contracts.operations.changes import cancel, change_plan
from broadbill.core.rating.needs import UsageNeeds, usage_needs
from broadbill.usage.domain.new_record import NewRecord
from broadbill.usage.operations.record import record_usage
from broadbill.usage.queries.verify import verify_roll_ups
from tests.usage.metered import PER_GB, a_metered_plan
from tests.world import ACTOR, a_subscription, an_account, at, bill_through

pytestmark = pytest.mark.django_db

METERS = frozenset({"data_gb", "voice", "mbps", "disk_gb"})
CALLS = {
    "type": "rate_table",
    "rates": [{"prefix": "43", "unit_amount": "0.12"}, {"prefix": "", "unit_amount": "1"}],
}
TIERS = {
    "tiers": [
        {"up_to": "20", "unit_amount": "0.30", "flat_amount": "1"},
        {"up_to": None, "unit_amount": "0.1"},
    ]
}
DATA_MODELS: tuple[dict[str, Any], ...] = (
    PER_GB,
    {"type": "graduated", **TIERS},
    {"type": "volume", **TIERS, "included": "5"},
    {**PER_GB, "included": "15", "rollover": {"periods": 1}},
    {**PER_GB, "included": "15", "pool": "family"},
    {"type": "package", "size": "10", "amount": "1.99", "round_quantity_to": {"to": "1"}},
    {**PER_GB, "round_quantity_to": {"to": "1", "at": "record"}},
    {**PER_GB, "aggregate": "max"},
)
LEVELS = {"type": "per_unit", "unit_amount": "2", "aggregate": "time_weighted"}
PERCENTILE = {"type": "percentile", "commit": "2", "unit_amount": "1.5"}


@contextmanager
def record_by_record() -> Iterator[None]:
    """As if no price could be computed from sums of days."""

    def all_of_them(histories: Any, *, since: date | None = None, on: date | None = None) -> UsageNeeds:
        return dataclasses.replace(usage_needs(histories, since=since), by_record=METERS)

    with pytest.MonkeyPatch.context() as patch:
        for module in (usage_asked, verify):
            patch.setattr(module, "usage_needs", all_of_them)
        yield


def deviations() -> list[str]:
    return [str(found) for found in (*verify_documents(), *verify_roll_ups())]


class Provider:
    """Random months of one account: usage in batches, late, repeated, on both sides of a bill of the same day."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        policy = {"usage_late": self.random.choice(("next_bill", "next_bill", "drop"))}
        set_policy(content=policy, now=at("2025-12-01"), actor=ACTOR)
        self.plans = [self._plan(code) for code in ("one", "other")]
        self.zone = self.random.choice(("Europe/Vienna", "America/Los_Angeles", "UTC"))
        self.account = an_account(timezone=self.zone)
        self.subscriptions = [
            a_subscription(
                self.account, self.random.choice(self.plans), f"2026-01-{self.random.randint(1, 20):02d}"
            )
            for _ in range(2)
        ]
        self.lateness = self.random.choice((0, 0, 0.6))
        self.in_service = list(self.subscriptions)
        self.taken: list[NewRecord] = []

    def live(self) -> None:
        day = date(2026, 1, 20)
        while day < date(2026, 5, 3):
            self._use(day, hour=9)
            if day.day == 1 or self.random.random() < 0.05:
                bill_through(day.isoformat())
                self._use(day, hour=15)
            if self.random.random() < 0.02:
                self._change(day)
            day += timedelta(days=1)
        bill_through(day.isoformat())

    def _plan(self, code: str) -> Plan:
        charges = [
            ("data_gb", self.random.choice(DATA_MODELS)),
            ("voice", CALLS),
            ("mbps", PERCENTILE),
            ("disk_gb", LEVELS),
        ]
        return a_metered_plan(code, *(charge for charge in charges if self.random.random() < 0.7))

    def _use(self, day: date, *, hour: int) -> None:
        batch = [self._record(day, hour) for _ in range(self.random.choice((0, 0, 1, 3, 6)))]
        if self.taken and self.random.random() < 0.1:
            batch.append(self.random.choice(self.taken))
        self.taken += batch
        record_usage(records=batch, now=datetime.combine(day, time(hour), UTC), actor=ACTOR)

    def _record(self, day: date, hour: int) -> NewRecord:
        meter = self.random.choice(sorted(METERS))
        return NewRecord(
            account_id=self.account,
            subscription_id=self.random.choice(self.subscriptions),
            meter=meter,
            at=self._moment(day, hour),
            quantity=Decimal(self.random.randint(1, 2000)) / 100,
            to="43123" if meter == "voice" else None,
            source_id=f"{day} {hour} {self.random.random()}",
        )

    def _moment(self, day: date, hour: int) -> datetime:
        """Hours ago, or late: known in the morning and in the afternoon, with a bill between, of the same day."""
        if day.day == 1 and self.random.random() < self.lateness:
            return datetime.combine(day - timedelta(days=self.random.choice((1, 1, 20))), time(12), UTC)
        return datetime.combine(day, time(hour), UTC) - timedelta(minutes=self.random.randint(0, 500))

    def _change(self, day: date) -> None:
        subscription, now = self.random.choice(self.in_service), at(day.isoformat())
        match self.random.randrange(3):
            case 0:
                plan = self.random.choice(self.plans).code
                change_plan(subscription_id=subscription, plan=plan, on=day, now=now, actor=ACTOR)
            case 1:
                zone = self.random.choice(("Asia/Tokyo", "America/New_York"))
                change_profile(account_id=self.account, changes={"timezone": zone}, now=now, actor=ACTOR)
            case _ if len(self.in_service) > 1:
                cancel(subscription_id=self.in_service.pop(), on=day, now=now, actor=ACTOR)
            case _:
                pass


@pytest.mark.parametrize("seed", range(16))
def test_any_history_is_billed_from_days_as_from_records(seed: int) -> None:
    provider = Provider(seed)

    provider.live()

    assert Document.objects.filter(account_id=provider.account).exists()
    assert deviations() == []
    with record_by_record():
        assert deviations() == []
