"""Reading interface counters every five minutes: rates for charts, samples for burstable lines, gaps told as such."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from broadbill.network.adapters.snmp import InterfaceRead, Manager, Told, at_once
from broadbill.network.domain.counters import (
    LONGEST_SECONDS,
    SHORTEST_SECONDS,
    SLOT_SECONDS,
    Carried,
    Lost,
    Reading,
    between,
    slot_of,
)
from broadbill.network.models import CounterGap, Interface, InterfaceRate, MeteredLine
from broadbill.network.queries.agents import Asked, agents
from broadbill.usage.domain.new_record import NewRecord
from broadbill.usage.operations.record import record_usage

ACTOR = "system:snmp"
READ = ("if_index", "is_up", "speed_mbps", "read_at", "up_ticks", "discontinuity_ticks", "in_octets",
        "out_octets", "trouble")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Polled:
    """How many interfaces were read and how many not, and what became of them."""

    read: int
    silent: int
    samples: int
    gaps: int


@dataclass(slots=True)
class _Found:
    """What the readings of one round say."""

    rates: list[InterfaceRate] = field(default_factory=list)
    samples: list[NewRecord] = field(default_factory=list)
    gaps: list[CounterGap] = field(default_factory=list)
    read: int = 0
    silent: int = 0


def poll_counters(*, clock: Callable[[], datetime], device: str = "") -> Polled:
    """Read all interfaces of all devices, or of one, and take in what they carried since they were last read.

    What was asked is answered before the transaction begins. A round too soon after another changes nothing.
    """
    asked = [one for one in agents(device) if one.interfaces]
    answers = asyncio.run(_ask(asked, clock))
    return _take_in({one.device_id: told for one, told in zip(asked, answers, strict=True)}, now=clock())


async def _ask(asked: Sequence[Asked], clock: Callable[[], datetime]) -> list[Told]:
    manager = Manager(clock)
    try:
        return await at_once(asked, lambda one: manager.read(one.agent, one.interfaces))
    finally:
        manager.close()


@transaction.atomic
def _take_in(answers: Mapping[int, Told], *, now: datetime) -> Polled:
    rows = list(Interface.objects.select_for_update().filter(device__in=answers).order_by("id"))
    lines = _lines_of(rows)
    found = _Found()
    for row in rows:
        told = answers[row.device_id]
        read = told.interfaces.get(row.name)
        if read is None:
            row.trouble = told.troubles.get(row.name, "")
            found.silent += 1
        else:
            _compare(row, read, lines.get(row.id, ()), found)
            found.read += 1
    Interface.objects.bulk_update(rows, READ, batch_size=500)
    InterfaceRate.objects.bulk_create(found.rates, batch_size=1000, ignore_conflicts=True)
    CounterGap.objects.bulk_create(found.gaps, ignore_conflicts=True)
    stored = record_usage(records=found.samples, now=now, actor=ACTOR).stored if found.samples else 0
    return Polled(found.read, found.silent, stored, len(found.gaps))


def _compare(row: Interface, read: InterfaceRead, lines: Sequence[MeteredLine], found: _Found) -> None:
    """Say what was carried since the last reading, and keep this one for the next."""
    reading, before = read.reading, _last(row)
    seconds = (reading.at - before.at).total_seconds() if before else 0.0
    if before is not None and seconds < SHORTEST_SECONDS:
        return
    if before is None:
        since = min((line.starts_at for line in lines), default=reading.at)
        if (reading.at - since).total_seconds() > LONGEST_SECONDS:
            found.gaps.append(_gap(row, since, reading.at, CounterGap.Reason.MISSED, None))
    else:
        _judge(row, before, reading, lines, found)
    row.if_index, row.is_up, row.speed_mbps = read.if_index, read.is_up, read.speed_mbps
    row.read_at, row.up_ticks, row.discontinuity_ticks = (
        reading.at,
        reading.up_ticks,
        reading.discontinuity_ticks,
    )
    row.in_octets, row.out_octets, row.trouble = Decimal(reading.in_octets), Decimal(reading.out_octets), ""


def _judge(
    row: Interface, before: Reading, reading: Reading, lines: Iterable[MeteredLine], found: _Found
) -> None:
    carried = between(before, reading)
    if isinstance(carried, Lost):
        found.gaps.append(_gap(row, before.at, reading.at, carried.reason, None))
        return
    if (reading.at - before.at).total_seconds() > LONGEST_SECONDS:
        found.gaps.append(_gap(row, before.at, reading.at, CounterGap.Reason.MISSED, carried))
        return
    slot = slot_of(before.at, reading.at)
    found.rates.append(
        InterfaceRate(
            interface_id=row.id,
            at=slot,
            in_kbps=int(carried.in_mbps * 1000),
            out_kbps=int(carried.out_mbps * 1000),
        )
    )
    found.samples += [_sample(line, slot, carried) for line in lines if _holds(line, slot)]


def _holds(line: MeteredLine, slot: datetime) -> bool:
    """Whether the whole five minutes are the line's, so that no sample mixes two customers."""
    ends = slot + timedelta(seconds=SLOT_SECONDS)
    return line.starts_at <= slot and (line.ends_at is None or line.ends_at >= ends)


def _sample(line: MeteredLine, slot: datetime, carried: Carried) -> NewRecord:
    """A rate in Mbit/s at the beginning of its five minutes; the name makes it count once."""
    return NewRecord(
        account_id=line.subscription.account_id,
        subscription_id=line.subscription_id,
        meter=line.meter,
        at=slot,
        inward=carried.in_mbps,
        outward=carried.out_mbps,
        source_id=f"snmp:{line.id}:{slot:%Y%m%dT%H%MZ}",
    )


def _gap(
    row: Interface, starts: datetime, ends: datetime, reason: str, carried: Carried | None
) -> CounterGap:
    return CounterGap(
        interface_id=row.id,
        starts_at=starts,
        ends_at=ends,
        reason=reason,
        in_octets=Decimal(carried.in_octets) if carried else None,
        out_octets=Decimal(carried.out_octets) if carried else None,
    )


def _last(row: Interface) -> Reading | None:
    if row.read_at is None or row.up_ticks is None or row.discontinuity_ticks is None:
        return None
    assert row.in_octets is not None
    assert row.out_octets is not None
    return Reading(
        at=row.read_at,
        up_ticks=row.up_ticks,
        discontinuity_ticks=row.discontinuity_ticks,
        in_octets=int(row.in_octets),
        out_octets=int(row.out_octets),
    )


def _lines_of(rows: Sequence[Interface]) -> dict[int, list[MeteredLine]]:
    """The lines that an interface is or has been since it was read last. One query."""
    found: dict[int, list[MeteredLine]] = {}
    lines = MeteredLine.objects.select_related("subscription").filter(interface__in=[row.id for row in rows])
    last_read = {row.id: row.read_at for row in rows}
    for line in lines.order_by("starts_at"):
        read_at = last_read[line.interface_id]
        if line.ends_at is None or read_at is None or line.ends_at > read_at:
            found.setdefault(line.interface_id, []).append(line)
    return found
