"""What the network does in spite of what was agreed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from broadbill.contracts.operations.changes import suspend
from broadbill.network.models import Session, SessionDay
from broadbill.network.operations.addresses import assign_address
from broadbill.network.operations.reconcile import reconcile
from broadbill.network.operations.sites import hang_under, set_device, set_site
from broadbill.reports.queries.drift import DriftRead, drift
from tests.network.edge import NOW as FIRST
from tests.network.edge import a_profile, a_session, access_servers, an_access
from tests.world import ACTOR, a_plan, a_subscription, an_account, bill_through, euro, on


@pytest.fixture
def subscription(db: None) -> int:
    """Amina on fiber for 30.00 a month, as amina@isp since January."""
    access_servers()
    account = an_account("Amina Haddad", number="A/1")
    plan = a_plan("fiber", "30.00")
    a_profile("fiber100", "fiber")
    subscription = a_subscription(account, plan, "2026-01-01")
    an_access(account, subscription, "amina@isp", password="x")
    return subscription


def looked(now: datetime | None = None) -> list[DriftRead]:
    reconcile(now=now or datetime.now(tz=UTC))
    return drift(limit=10)


def told(rows: list[DriftRead]) -> list[tuple[str, str, str]]:
    return [(row.kind, row.wanted, row.found) for row in rows]


class TestReconcile:
    def test_finds_nothing_where_all_is_right(self, subscription: int) -> None:
        a_session("amina@isp")

        assert looked() == []

    def test_finds_who_is_online_and_not_billed_with_what_it_was_worth(self, subscription: int) -> None:
        bill_through("2026-01-01")
        suspend(subscription_id=subscription, on=on("2026-02-01"), now=FIRST, actor=ACTOR)
        a_session("amina@isp", klass=None)

        [row] = looked()

        assert (row.kind, row.account, row.wanted, row.found) == (
            "active_not_billed", "A/1", "suspended", "mikrotik",
        )  # fmt: skip
        assert row.worth == euro("30.00")

    def test_finds_who_is_billed_and_has_not_been_online_for_a_month(self, subscription: int) -> None:
        today = datetime.now(tz=UTC)
        day = SessionDay.objects.create(
            acctuniqueid="1", used_on=(today - timedelta(days=40)).date(), subscription_id=subscription,
            username="amina@isp", input_octets=1, output_octets=1, passed_octets=2, gap_seconds=0, wraps=0, resets=0,
        )  # fmt: skip

        assert told(looked()) == [("billed_not_active", "active", day.used_on.isoformat())]
        a_session("amina@isp")
        assert looked() == []

    def test_finds_another_speed_address_and_device(self, subscription: int) -> None:
        assign_address(
            username="amina@isp", kind="ipv4", address="198.51.100.7", starts_at=FIRST, now=FIRST, actor=ACTOR
        )
        set_site(code="hill", name="The hill", now=FIRST, actor=ACTOR)
        set_device(code="hill-bng", site="hill", nas="cisco", now=FIRST, actor=ACTOR)
        hang_under(username="amina@isp", device="hill-bng", now=FIRST, actor=ACTOR)
        a_session("amina@isp", klass="slow")

        assert sorted(told(looked())) == [
            ("wrong_address", "198.51.100.7", "198.51.100.9"),
            ("wrong_device", "cisco", "mikrotik"),
            ("wrong_speed", "fiber100", "slow"),
        ]

    def test_keeps_when_it_was_first_seen_until_it_is_right_again(self, subscription: int) -> None:
        a_session("amina@isp")
        a_session("stranger@isp")
        first = datetime.now(tz=UTC) - timedelta(hours=5)

        [before] = looked(first)
        [after] = looked()

        assert (before.kind, before.username, before.worth) == ("orphan", "stranger@isp", None)
        assert after.first_seen_at == first
        Session.objects.filter(username="stranger@isp").update(acctstoptime=first)
        assert looked() == []
