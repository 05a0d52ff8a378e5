"""What an interface carried between two readings of its counters, or why nobody can tell.

Counters are those of the IF-MIB (RFC 2863): ifHCInOctets and ifHCOutOctets, 64 bits wide, meaningful only while neither
the agent began anew (sysUpTime) nor the counters did (ifCounterDiscontinuityTime).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

SLOT_SECONDS = 300
# A mean over less or more than this stands for no five minutes.
SHORTEST_SECONDS, LONGEST_SECONDS = SLOT_SECONDS / 2, SLOT_SECONDS * 3 / 2
COUNTER_WRAPS = 2**64
# TimeTicks: hundredths of a second, which begin anew after 497 days (RFC 2578 §7.1.8).
TICKS_WRAP = 2**32
TICKS_A_SECOND = 100
# The agent's clock may differ from ours by so much, and by a tenth.
CLOCK_SECONDS = 10
# 10 Tbit/s: more than any interface carries. What seems faster is a counter that was set back.
MOST_OCTETS_A_SECOND = 10**13 // 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Counters as an agent told them at our instant `at`. Units: hundredths of a second, octets."""

    at: datetime
    up_ticks: int
    discontinuity_ticks: int
    in_octets: int
    out_octets: int


@dataclass(frozen=True, slots=True)
class Carried:
    """What came in and went out in `seconds` of the agent's clock."""

    seconds: Decimal
    in_octets: int
    out_octets: int

    @property
    def in_mbps(self) -> Decimal:
        return _mbps(self.in_octets, self.seconds)

    @property
    def out_mbps(self) -> Decimal:
        return _mbps(self.out_octets, self.seconds)


@dataclass(frozen=True, slots=True)
class Lost:
    """Nobody can tell: the agent `restarted`, or the counters were `reset`."""

    reason: str


def between(before: Reading, now: Reading) -> Carried | Lost:
    """What was carried from one reading to the next.

    Source: RFC 2863 §3.1.5 (wrapping) and ifCounterDiscontinuityTime; RFC 3418 sysUpTime.
    Raises: ValueError if `now` is not later (a caller's bug).
    """
    ours = (now.at - before.at).total_seconds()
    if ours <= 0:
        raise ValueError("readings are compared with earlier ones")
    ticks = (now.up_ticks - before.up_ticks) % TICKS_WRAP
    theirs = ticks / TICKS_A_SECOND
    if not ticks or abs(theirs - ours) > CLOCK_SECONDS + ours / 10:
        return Lost("restarted")
    if now.discontinuity_ticks != before.discontinuity_ticks:
        return Lost("reset")
    carried = Carried(
        Decimal(ticks) / TICKS_A_SECOND,
        (now.in_octets - before.in_octets) % COUNTER_WRAPS,
        (now.out_octets - before.out_octets) % COUNTER_WRAPS,
    )
    # Some agents set a counter back without saying so, which looks like nearly 2^64 octets.
    if max(carried.in_octets, carried.out_octets) > MOST_OCTETS_A_SECOND * theirs:
        return Lost("reset")
    return carried


def slot_of(starts: datetime, ends: datetime) -> datetime:
    """The beginning of the five minutes, of the clock, in which the middle of a span lies."""
    middle = starts.timestamp() + (ends - starts).total_seconds() / 2
    return datetime.fromtimestamp(middle - middle % SLOT_SECONDS, tz=UTC)


def _mbps(octets: int, seconds: Decimal) -> Decimal:
    """To six places, which is to the bit per second."""
    return (Decimal(octets) * 8 / seconds / 10**6).quantize(Decimal("0.000001"))
