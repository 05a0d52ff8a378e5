"""Interfaces of a real snmpd, read every five minutes, become the samples that burstable lines are billed by."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from broadbill.billing.models import Line
from broadbill.catalog.operations.plans import define_plan
from broadbill.network.domain.errors import DeviceSilent, LineInvalid, WatchInvalid
from broadbill.network.models import Interface, InterfaceRate
from broadbill.network.operations.metered_lines import end_line, meter_line
from broadbill.network.operations.poll_counters import Polled, poll_counters
from broadbill.network.operations.sites import set_device, set_site
from broadbill.network.operations.snmp_test import ask_agent
from broadbill.network.operations.watching import SnmpAccess, unwatch_device, watch_device
from broadbill.network.queries.metered_lines import counter_gaps, metered_lines
from broadbill.usage.models import UsageRecord
from tests.network.snmp_agent import (
    AUTHENTICATION_PASSWORD,
    COMMUNITY,
    PRIVACY_PASSWORD,
    USER,
    Port,
    SnmpAgent,
)
from tests.world import ACTOR, a_subscription, an_account, at, bill_through

pytestmark = [pytest.mark.django_db, pytest.mark.snmp]
NOON = at("2026-11-05")
# 10 Mbit/s over five minutes.
TEN = 375_000_000


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def watched(agent: SnmpAgent, **access: object) -> None:
    set_site(code="hill", name="Hill", now=NOON, actor=ACTOR)
    set_device(code="edge", site="hill", now=NOON, actor=ACTOR)
    told = access or {"community": COMMUNITY}
    watch_device(
        device="edge", address="127.0.0.1", pings=False, now=NOON, actor=ACTOR,
        snmp=SnmpAccess(port=agent.port, **told),
    )  # fmt: skip


@pytest.fixture
def customer() -> tuple[str, int]:
    """The number of an account with a line that is billed by percentile, from 1 November on, and the account."""
    model = {"type": "percentile", "commit": "10", "unit_amount": "5.00", "overage_amount": "8.00"}
    transit = {"code": "transit", "type": "usage", "period": "month", "meter": "mbps", "model": model}
    plan = define_plan(code="transit", name="IP transit", currency="EUR", charges=[transit],
                       now=at("2025-12-01"), actor=ACTOR)  # fmt: skip
    account = an_account("Amina Haddad", number="1001")
    a_subscription(account, plan, "2026-11-01")
    return "1001", account


def metered(number: str, interface: str = "sfp1", starts: float = 0) -> None:
    meter_line(account=number, subscription="S1", device="edge", interface=interface, meter="mbps",
               starts_at=after(starts), now=NOON, actor=ACTOR)  # fmt: skip


@pytest.fixture
def poll(agent: SnmpAgent) -> Callable[..., Polled]:
    """Let the clocks of both stand so many minutes after noon, and read."""
    started = agent.up_ticks

    def act(minutes: float, *, is_running: bool = True) -> Polled:
        if is_running:
            agent.up_ticks = started + round(minutes * 6000)
        agent.tell()
        return poll_counters(clock=lambda: after(minutes))

    return act


def samples() -> list[tuple[datetime, Decimal | None, Decimal | None]]:
    return list(UsageRecord.objects.order_by("at").values_list("at", "inward", "outward"))


class TestSamples:
    def test_are_the_rates_of_each_five_minutes_and_the_bill_goes_by_them(
        self, agent: SnmpAgent, customer: tuple[str, int], poll: Callable[..., Polled]
    ) -> None:
        watched(agent)
        port = agent.ports[7] = Port("sfp1", in_octets=2**64 - 1000, out_octets=5)
        metered(customer[0])
        poll(0)
        for round_ in range(1, 21):
            port.in_octets += round_ * TEN // 10
            port.out_octets += round_ * TEN // 20
            poll(round_ * 5)
        bill_through("2026-12-01")

        assert [(inward, outward) for _, inward, outward in samples()[:2]] == [
            (Decimal("1.000000"), Decimal("0.500000")), (Decimal("2.000000"), Decimal("1.000000"))
        ]  # fmt: skip
        assert samples()[0][0] == NOON
        # 20 samples of 1 to 20 Mbit/s: item ⌈0.95 × 20⌉ = 19 is 19; 10 × 5.00 + 9 × 8.00 = 122.00
        assert [line.amount for line in Line.objects.filter(document__account_id=customer[1])] == [12_200]

    def test_of_a_poll_that_runs_twice_count_once(
        self, agent: SnmpAgent, customer: tuple[str, int], poll: Callable[..., Polled]
    ) -> None:
        watched(agent)
        port = agent.ports[7] = Port("sfp1")
        metered(customer[0])
        poll(0)
        port.in_octets += TEN

        assert poll(5).samples == 1
        assert poll(5.2).samples == 0
        assert len(samples()) == 1

    def test_a_missed_poll_is_a_gap_and_no_sample(
        self, agent: SnmpAgent, customer: tuple[str, int], poll: Callable[..., Polled]
    ) -> None:
        watched(agent)
        port = agent.ports[7] = Port("sfp1")
        metered(customer[0])
        poll(0)
        port.in_octets += 3 * TEN
        poll(15)
        port.in_octets += TEN
        poll(20)

        assert samples() == [(after(15), Decimal("10.000000"), Decimal("0.000000"))]
        [gap] = counter_gaps(limit=9)
        assert (gap.account, gap.subscription, gap.starts_at, gap.ends_at) == (
            "1001",
            "S1",
            after(0),
            after(15),
        )
        assert (gap.reason, gap.in_octets) == ("missed", 3 * TEN)
        assert metered_lines(limit=9)[0].gaps == 1

    @pytest.mark.parametrize("reason", ["restarted", "reset"])
    def test_a_reset_loses_that_interval_alone(
        self, agent: SnmpAgent, customer: tuple[str, int], poll: Callable[..., Polled], reason: str
    ) -> None:
        watched(agent)
        port = agent.ports[7] = Port("sfp1")
        metered(customer[0])
        poll(0)
        port.in_octets += TEN
        poll(5)
        if reason == "restarted":
            agent.up_ticks = 6000
        else:
            port.discontinuity = agent.up_ticks + 12_000
        port.in_octets = 17
        assert poll(10, is_running=reason == "reset").gaps == 1
        agent.up_ticks = agent.up_ticks + 30_000
        port.in_octets += TEN
        poll(15, is_running=False)

        assert [moment for moment, _, _ in samples()] == [after(0), after(10)]
        assert [(gap.reason, gap.in_octets) for gap in counter_gaps(limit=9)] == [(reason, None)]

    def test_go_to_whoever_had_the_interface_then(
        self, agent: SnmpAgent, customer: tuple[str, int], poll: Callable[..., Polled]
    ) -> None:
        watched(agent)
        port = agent.ports[7] = Port("sfp1")
        metered(customer[0])
        end_line(device="edge", interface="sfp1", ends_at=after(10), now=NOON, actor=ACTOR)
        for minutes in (0, 5, 10, 15, 20):
            port.in_octets += TEN
            poll(minutes)

        assert [moment for moment, _, _ in samples()] == [after(0), after(5)]
        # The chart goes on.
        assert InterfaceRate.objects.count() == 4

    def test_follow_an_interface_whose_number_changes(
        self, agent: SnmpAgent, customer: tuple[str, int], poll: Callable[..., Polled]
    ) -> None:
        watched(agent)
        port = agent.ports[7] = Port("sfp1")
        metered(customer[0])
        poll(0)
        agent.ports = {7: Port("ether9", in_octets=10**15), 12: port}
        port.in_octets += TEN
        poll(5)

        assert samples() == [(after(0), Decimal("10.000000"), Decimal("0.000000"))]
        assert Interface.objects.get().if_index == 12


class TestReading:
    def test_by_snmpv3_needs_both_passwords(self, agent: SnmpAgent, poll: Callable[..., Polled]) -> None:
        agent.ports[7] = Port("sfp1", in_octets=4_000_000_000_000)
        agent.tell()
        keys = {"username": USER, "privacy_password": PRIVACY_PASSWORD}
        watched(agent, **keys, authentication_password=AUTHENTICATION_PASSWORD)

        [one] = ask_agent(device="edge", clock=lambda: NOON).interfaces
        assert (one.name, one.reading.in_octets, one.speed_mbps) == ("sfp1", 4_000_000_000_000, 10_000)

        watched(agent, **keys, authentication_password="wrong-staple")
        with pytest.raises(DeviceSilent, match="authentication password"):
            ask_agent(device="edge", clock=lambda: NOON)

    def test_a_silent_agent_is_told_with_its_trouble(
        self, agent: SnmpAgent, customer: tuple[str, int], poll: Callable[..., Polled]
    ) -> None:
        watched(agent)
        metered(customer[0])

        assert poll(0).silent == 1
        assert Interface.objects.get().trouble == "there is no such interface"
        agent.stop()
        assert poll_counters(clock=lambda: after(5)).silent == 1
        assert Interface.objects.get().trouble.startswith("no answer")

    def test_a_machines_own_interface_counts_what_it_carries(self, tmp_path) -> None:
        real = SnmpAgent(tmp_path / "real", is_real=True)
        real.start()
        try:
            watched(real)

            def came_in() -> int:
                told = ask_agent(device="edge", clock=lambda: NOON)
                return next(one for one in told.interfaces if one.name == "lo").reading.in_octets

            before = came_in()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for _ in range(100):
                    sender.sendto(bytes(1000), ("127.0.0.1", 9))
            # The agent reads the kernel's counters anew every few seconds.
            for _ in range(100):
                if came_in() - before >= 100_000:
                    break
            else:
                pytest.fail("the counter of lo did not move")
        finally:
            real.stop()


class TestALine:
    def test_is_one_subscriptions_and_one_meters_at_a_time(
        self, agent: SnmpAgent, customer: tuple[str, int]
    ) -> None:
        watched(agent)
        metered(customer[0])

        with pytest.raises(LineInvalid, match="it is the line of 1001/S1 then"):
            metered(customer[0], starts=30)
        with pytest.raises(LineInvalid, match="counted at sfp1 of edge"):
            metered(customer[0], interface="sfp2")
        with pytest.raises(WatchInvalid, match="lines are metered on it"):
            unwatch_device(device="edge", now=NOON, actor=ACTOR)
        end_line(device="edge", interface="sfp1", ends_at=after(30), now=NOON, actor=ACTOR)
        metered(customer[0], interface="sfp2", starts=30)

    def test_is_not_billed_in_octets(self, agent: SnmpAgent) -> None:
        model = {"type": "percentile", "unit_amount": "5.00", "unit": "octets"}
        charges = [{"code": "transit", "type": "usage", "period": "month", "meter": "mbps", "model": model}]
        plan = define_plan(code="octets", name="Octets", currency="EUR", charges=charges,
                           now=at("2025-12-01"), actor=ACTOR)  # fmt: skip
        a_subscription(an_account(number="1002"), plan, "2026-11-01")
        watched(agent)

        with pytest.raises(LineInvalid, match="bills mbps in octets"):
            metered("1002")
