"""Every minute: whether each watched device answers. What is found becomes its state and, once sure, an incident."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from broadbill.network.adapters.ping import Echo, ping
from broadbill.network.adapters.snmp import Manager, NoAnswer, at_once
from broadbill.network.domain.counters import SLOT_SECONDS
from broadbill.network.domain.reachability import Patience, Reach
from broadbill.network.models import DeviceState
from broadbill.network.operations.detect import open_and_close
from broadbill.network.queries.agents import Probed, probed_devices
from broadbill.network.queries.monitoring import Policy, monitoring_policy

# A silent device takes more than three seconds: so many at a time are 3,000 a minute and more.
PINGED_AT_ONCE = 200
STATE = ("is_up", "since", "failing_since", "answering_since", "probed_at", "answered_at", "round_trip_us",
         "trouble")  # fmt: skip
ADD = """
INSERT INTO network_probeslot AS slot (device_id, at, sent, answered, round_trip_us, worst_us)
SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[], %s::int[], %s::bigint[], %s::bigint[])
ON CONFLICT (device_id, at) DO UPDATE
SET sent = slot.sent + excluded.sent, answered = slot.answered + excluded.answered,
    round_trip_us = slot.round_trip_us + excluded.round_trip_us,
    worst_us = greatest(slot.worst_us, excluded.worst_us)
"""


@dataclass(frozen=True, slots=True)
class Round:
    """Of one round: devices that answered and that did not, incidents that began and ended.

    `is_cut_off`: the reference did not answer either, so nothing was concluded.
    """

    answered: int = 0
    silent: int = 0
    opened: int = 0
    closed: int = 0
    is_cut_off: bool = False


def probe_devices(*, clock: Callable[[], datetime], actor: str) -> Round:
    """Ask every watched device whether it is there; what was asked is answered before the transaction begins."""
    policy, devices = monitoring_policy(), probed_devices()
    if not devices:
        return Round()
    began = clock()
    reference, echoes = asyncio.run(_ask(policy.reference, devices, clock))
    if reference is not None and not reference.answered:
        return Round(is_cut_off=True)
    found = {one.device_id: echo for one, echo in zip(devices, echoes, strict=True)}
    return take_in_echoes(found, policy=policy, at=began, now=clock(), actor=actor)


@transaction.atomic
def take_in_echoes(
    found: Mapping[int, Echo], *, policy: Policy, at: datetime, now: datetime, actor: str
) -> Round:
    """Keep what a round of probes found, which began at `at`, and open and close incidents by it."""
    with connection.cursor() as cursor:
        # Of two rounds at once, the second sees the first one's states.
        cursor.execute("LOCK TABLE network_devicestate IN SHARE ROW EXCLUSIVE MODE")
    known = {row.device_id: row for row in DeviceState.objects.filter(device__in=found)}
    patience = Patience(
        down_after=timedelta(minutes=policy.down_after_minutes),
        up_after=timedelta(minutes=policy.up_after_minutes),
    )
    fresh, counted = [], {}
    for device_id, echo in found.items():
        row = known.get(device_id)
        if row is None:
            row = DeviceState(device_id=device_id, probed_at=at)
            fresh.append(row)
        elif row.probed_at >= at:
            continue
        _judge(row, echo, at, patience)
        counted[device_id] = echo
    DeviceState.objects.bulk_create(fresh)
    DeviceState.objects.bulk_update(known.values(), STATE, batch_size=500)
    _count({device_id: echo for device_id, echo in counted.items() if echo.sent}, at)
    opened, closed = open_and_close(policy=policy, now=now, actor=actor)
    answered = sum(1 for echo in found.values() if echo.answered)
    return Round(answered, sum(1 for echo in found.values() if echo.sent) - answered, opened, closed)


def _judge(row: DeviceState, echo: Echo, at: datetime, patience: Patience) -> None:
    row.probed_at, row.trouble = at, echo.trouble
    if not echo.sent:
        return
    reach = Reach(
        is_up=row.is_up,
        since=row.since,
        failing_since=row.failing_since,
        answering_since=row.answering_since,
    ).probed(answered=echo.answered > 0, at=at, patience=patience)
    row.is_up, row.since = reach.is_up, reach.since
    row.failing_since, row.answering_since = reach.failing_since, reach.answering_since
    row.round_trip_us = None
    if echo.answered:
        row.answered_at, row.round_trip_us = at, echo.round_trip_us // echo.answered


def _count(found: Mapping[int, Echo], at: datetime) -> None:
    slot = datetime.fromtimestamp(at.timestamp() // SLOT_SECONDS * SLOT_SECONDS, tz=UTC)
    rows = [
        (device_id, slot, echo.sent, echo.answered, echo.round_trip_us, echo.worst_us)
        for device_id, echo in found.items()
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(ADD, [list(column) for column in zip(*rows, strict=True)])


async def _ask(
    reference: str | None, devices: Sequence[Probed], clock: Callable[[], datetime]
) -> tuple[Echo | None, list[Echo]]:
    manager = Manager(clock)

    async def ask(one: Probed) -> Echo:
        echo = await ping(one.address) if one.pings else None
        if one.agent is None or (echo is not None and echo.sent):
            return echo or Echo(0, 0)
        started = time.perf_counter()
        try:
            await manager.uptime(one.agent)
        except NoAnswer:
            return Echo(1, 0)
        taken = round((time.perf_counter() - started) * 1_000_000)
        return Echo(1, 1, taken, taken)

    try:
        first = await ping(reference) if reference else None
        return first, await at_once(devices, ask, limit=PINGED_AT_ONCE)
    finally:
        manager.close()
