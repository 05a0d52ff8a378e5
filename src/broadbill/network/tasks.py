"""Background work of the network."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from broadbill.network.operations.addresses_of_ended import take_back_of_ended
from broadbill.network.operations.enforce import ENFORCE_TASK, enforce_drift, enforce_due, wake
from broadbill.network.operations.grants import end_what_is_used_up
from broadbill.network.operations.poll_counters import poll_counters
from broadbill.network.operations.probe import probe_devices
from broadbill.network.operations.reconcile import reconcile
from broadbill.network.operations.roll_up import roll_up
from broadbill.network.operations.upkeep import end_stale_sessions, keep_partitions

ORDERS_PER_JOB = 1000


@app.periodic(cron="*/5 * * * *")
@app.task(name="network.roll_up", queueing_lock="network.roll_up", lock="network.roll_up")
def roll_up_packets(timestamp: int) -> int:
    """Every five minutes, as often as most servers report: octets of days, and usage."""
    return roll_up(now=datetime.fromtimestamp(timestamp, tz=UTC)).packets


@app.periodic(cron="*/5 * * * *")
@app.task(name="network.end_stale_sessions", queueing_lock="network.end_stale_sessions")
def end_sessions(timestamp: int) -> int:
    """Every five minutes: sessions that nobody reports any more are over."""
    return end_stale_sessions(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="* * * * *")
@app.task(name=ENFORCE_TASK, queueing_lock=ENFORCE_TASK)
def enforce(timestamp: int | None = None) -> None:  # noqa: ARG001  # periodic tasks are given it
    """Tell access servers what has changed: every minute, and whenever something has."""
    if enforce_due(clock=lambda: datetime.now(UTC), limit=ORDERS_PER_JOB) == ORDERS_PER_JOB:
        wake()


@app.periodic(cron="*/5 * * * *")
@app.task(name="network.enforce_drift", queueing_lock="network.enforce_drift")
def find_drift(timestamp: int) -> int:
    """Every five minutes: sessions whose standing changed because a day began."""
    return enforce_drift(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="*/5 * * * *")
@app.task(name="network.poll_counters", queueing_lock="network.poll_counters", lock="network.poll_counters")
def read_counters(timestamp: int) -> int:  # noqa: ARG001  # periodic tasks are given it
    """Every five minutes: interface counters, for charts and burstable lines."""
    return poll_counters(clock=lambda: datetime.now(UTC)).read


@app.periodic(cron="* * * * *")
@app.task(name="network.probe_devices", queueing_lock="network.probe_devices", lock="network.probe_devices")
def ask_devices(timestamp: int) -> int:  # noqa: ARG001  # periodic tasks are given it
    """Every minute: whether watched devices answer, and what their silence means."""
    return probe_devices(clock=lambda: datetime.now(UTC), actor="system:monitoring").silent


@app.periodic(cron="* * * * *")
@app.task(name="network.end_used_up", queueing_lock="network.end_used_up", lock="network.end_used_up")
def end_used_up(timestamp: int) -> int:  # noqa: ARG001  # periodic tasks are given it
    """Every minute: sessions of vouchers that are used up or blocked are ended, where the server did not do it."""
    return end_what_is_used_up(clock=lambda: datetime.now(UTC))


@app.periodic(cron="10 * * * *")
@app.task(name="network.take_back", queueing_lock="network.take_back", lock="network.take_back")
def take_addresses_back(timestamp: int) -> int:
    """Every hour, since days end at another time in each zone: addresses of ended subscriptions are free again."""
    return take_back_of_ended(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="35 * * * *")
@app.task(name="network.reconcile", queueing_lock="network.reconcile")
def look_for_drift(timestamp: int) -> int:
    """Every hour: what the network does in spite of what was agreed is listed."""
    return reconcile(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="20 2 * * *")
@app.task(name="network.keep_partitions", queueing_lock="network.keep_partitions")
def make_and_drop_partitions(timestamp: int) -> int:
    """Every night: partitions of the months to come, and none of months no longer kept."""
    return len(keep_partitions(today=datetime.fromtimestamp(timestamp, tz=UTC).date()).made)
