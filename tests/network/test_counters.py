"""What an interface carried between two readings: wraps, resets, restarts. Pure arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from broadbill.network.domain.counters import Carried, Lost, Reading, between, slot_of

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
MOST = 2**64


def reading(
    after: float = 0, octets: tuple[int, int] = (0, 0), ticks: int | None = None, broken: int = 0
) -> Reading:
    """So many seconds after noon, of an agent that then had run for 1,000 seconds."""
    told = 100_000 + round(after * 100) if ticks is None else ticks
    return Reading(
        at=NOON + timedelta(seconds=after), up_ticks=told, discontinuity_ticks=broken,
        in_octets=octets[0], out_octets=octets[1],
    )  # fmt: skip


class TestBetweenTwoReadings:
    def test_the_rate_is_the_octets_over_the_agents_own_time(self) -> None:
        carried = between(reading(octets=(1000, 0)), reading(300, (375_001_000, 37_500_000)))

        # 375,000,000 × 8 ÷ 300 s = 10 Mbit/s; 37,500,000 × 8 ÷ 300 = 1
        assert isinstance(carried, Carried)
        assert (carried.in_mbps, carried.out_mbps) == (Decimal("10.000000"), Decimal("1.000000"))

    def test_a_counter_that_wraps_goes_on(self) -> None:
        carried = between(reading(octets=(MOST - 100, 0)), reading(300, (200, 0)))

        assert carried == Carried(Decimal(300), 300, 0)

    def test_the_agents_clock_wraps_after_497_days(self) -> None:
        before = reading(ticks=2**32 - 10_000)

        assert between(before, reading(300, (5, 7), ticks=20_000)) == Carried(Decimal(300), 5, 7)

    def test_is_lost_when_the_agent_began_anew(self) -> None:
        assert between(reading(octets=(500, 500)), reading(300, (900, 900), ticks=100)) == Lost("restarted")

    def test_is_lost_when_the_counters_did(self) -> None:
        assert between(reading(octets=(500, 500)), reading(300, (900, 900), broken=7)) == Lost("reset")

    def test_is_lost_when_a_counter_went_back_and_nobody_said_so(self) -> None:
        assert between(reading(octets=(500, 500)), reading(300, (499, 900))) == Lost("reset")

    @given(
        start=st.integers(0, MOST - 1),
        octets=st.integers(0, 10**12),
        seconds=st.integers(150, 450),
        uptime=st.integers(0, 2**32 - 1),
    )
    def test_no_octet_is_gained_or_lost_wherever_the_counters_stand(
        self, start: int, octets: int, seconds: int, uptime: int
    ) -> None:
        before = reading(octets=(start, start), ticks=uptime)
        now = reading(
            seconds,
            ((start + octets) % MOST, (start + octets) % MOST),
            ticks=(uptime + seconds * 100) % 2**32,
        )

        assert between(before, now) == Carried(Decimal(seconds), octets, octets)


class TestSlot:
    def test_is_where_most_of_the_time_lies(self) -> None:
        late = slot_of(NOON - timedelta(seconds=2), NOON + timedelta(seconds=301))

        assert late == NOON
        assert slot_of(NOON + timedelta(seconds=140), NOON + timedelta(seconds=430)) == NOON
        assert slot_of(NOON + timedelta(seconds=160), NOON + timedelta(seconds=450)) == NOON + timedelta(
            minutes=5
        )
