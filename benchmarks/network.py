"""Sign-ins looked up, packets rolled up next to one bare aggregation of the same rows, allowances that run out.

Run with `python -m benchmarks.network [--subscriptions N] [--packets M] [--online N]`. Rows are filled in by SQL, in a
home of its own.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from random import Random

from benchmarks.home import own_home

# Each more row of a table is a copy of its first with other keys.
COPIES = """
INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(first) || jsonb_build_object({keys}))).*
FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) AS first, generate_series(%s::int, %s::int) AS n
"""
TABLES = {
    "accounts_profile": "'id', n, 'account_id', n",
    "accounts_account": "'id', n, 'number', 'B' || n, 'profile_id', n",
    "contracts_subscription": "'id', n, 'account_id', n",
    "contracts_subscriptionterm": "'id', n, 'subscription_id', n",
    "network_access": "'id', n, 'subscription_id', n, 'username', 'user' || n || '@isp'",
}
PACKETS = """
INSERT INTO network_packet (acctuniqueid, username, nasipaddress, kind, at, session_seconds, input_octets,
    output_octets, wide, in_order)
SELECT md5(session::text), 'user' || (1000 + session) || '@isp', '192.0.2.1', 'Interim-Update',
       '2026-11-10T00:00Z'::timestamptz + make_interval(secs => report * 300), report * 300, report * 1000003::bigint,
       report * 9000001::bigint, true, true
FROM generate_series(1, %s) AS report, generate_series(1, %s) AS session
"""
REPORTS = 288
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# What adding up the same rows takes at the least: the highest counters of each session's days.
BARE = """
CREATE TEMPORARY TABLE bare AS
SELECT acctuniqueid, (at AT TIME ZONE 'Europe/Vienna')::date AS used_on, max(input_octets) - min(input_octets) AS input,
       max(output_octets) - min(output_octets) AS output
FROM network_packet GROUP BY acctuniqueid, used_on
"""
# One report of each that is online, all within the last five minutes. One in a hundred has used up what it may.
ONLINE = """
INSERT INTO network_packet (acctuniqueid, username, nasipaddress, kind, at, session_seconds, input_octets,
    output_octets, wide, in_order)
SELECT md5('online' || session), 'user' || (1000 + session) || '@isp', '192.0.2.1', 'Interim-Update',
       '2026-12-10T12:00Z'::timestamptz + make_interval(secs => session %% 300), 300, 1000003,
       CASE session %% 100 WHEN 0 THEN 60 ELSE 1 END * 1000000007::bigint, true, true
FROM generate_series(0, %s) AS session
"""
ALLOWANCE_OCTETS = 50_000_000_000
LOOK_UP = (
    "SELECT id, username, attribute, value, op FROM radius_check(%(user)s)",
    "SELECT id, username, attribute, value, op FROM radius_reply(%(user)s, '192.0.2.1')",
    "SELECT groupname FROM radius_groups(%(user)s)",
    "SELECT id, groupname, attribute, value, op FROM radius_group_check('fiber100')",
    "SELECT id, groupname, attribute, value, op FROM radius_group_reply('fiber100', '192.0.2.1')",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.network", description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=1_000_000)
    parser.add_argument("--packets", type=int, default=10_000_000)
    parser.add_argument("--online", type=int, default=100_000)
    arguments = parser.parse_args()
    with own_home("network"):
        _fill(arguments.subscriptions)
        _look_up(arguments.subscriptions)
        _roll_up(arguments.packets)
        _allowances(min(arguments.online, arguments.subscriptions))


def _fill(subscriptions: int) -> None:
    from django.db import connection

    from benchmarks.floor import superuser
    from broadbill.accounts.domain.new_account import NewAccount
    from broadbill.accounts.operations.open_accounts import open_account
    from broadbill.catalog.operations.plans import define_plan
    from broadbill.contracts.operations.subscribe import NewSubscription, subscribe
    from broadbill.network.operations.access import NewAccess, give_access
    from broadbill.network.operations.nas import set_nas
    from broadbill.network.operations.profiles import NewProfile, set_profile

    told = {"now": NOW, "actor": "benchmark"}
    charge = {
        "code": "access",
        "type": "recurring",
        "period": "month",
        "model": {"model": "flat", "amount": "30.00"},
    }
    plan = define_plan(code="fiber", name="Fiber", currency="EUR", charges=[charge], **told)
    account = open_account(
        account=NewAccount(
            name="First", number="B0", opened_on=date(2026, 1, 1), currency="EUR", timezone="Europe/Vienna"
        ),
        **told,
    )
    new = NewSubscription(account_id=account, plan=plan, starts_on=date(2026, 1, 1))
    subscription = subscribe(subscription=new, **told)
    set_profile(profile=NewProfile(code="slow", down_kbps=1_000, up_kbps=1_000), plans=[], **told)
    fiber = NewProfile(
        code="fiber100",
        down_kbps=100_000,
        up_kbps=20_000,
        allowance_octets=ALLOWANCE_OCTETS,
        throttled_to="slow",
    )
    set_profile(profile=fiber, plans=["fiber"], **told)
    set_nas(name="bng1", address="192.0.2.1", secret=secrets.token_hex(8), vendor="mikrotik", **told)
    give_access(
        access=NewAccess(
            account_id=account, subscription_id=subscription, kind="pppoe", username="first@isp"
        ),
        **told,
    )
    with superuser(str(connection.settings_dict["NAME"])) as opened:
        # The copies are as right as the first: nothing is checked.
        opened.execute("SET session_replication_role = replica")
        for table, keys in TABLES.items():
            began = time.monotonic()
            opened.execute(COPIES.format(table=table, keys=keys).encode(), [1000, 999 + subscriptions])
            print(f"  {table}: {subscriptions:,} rows in {time.monotonic() - began:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _look_up(subscriptions: int) -> None:
    from django.db import connection

    chance = Random(1)  # noqa: S311  # the same users in every run
    taken = []
    with connection.cursor() as cursor:
        for _ in range(5000):
            user = f"user{1000 + chance.randrange(subscriptions)}@isp"
            began = time.perf_counter()
            for statement in LOOK_UP:
                cursor.execute(statement, {"user": user})
                cursor.fetchall()
            taken.append((time.perf_counter() - began) * 1000)
    taken = taken[500:]
    # Where others use the machine, the waits for a core are theirs: the quietest of nine parts has the fewest.
    parts = [_p95(taken[start : start + 500]) for start in range(0, len(taken), 500)]
    print(
        f"sign-in at {subscriptions:,} subscriptions, all five statements: median {statistics.median(taken):.2f} ms,"
        f" p95 {_p95(taken):.2f} ms, {min(parts):.2f} ms in the quietest 500",
        flush=True,
    )


def _p95(taken: Sequence[float]) -> float:
    return statistics.quantiles(taken, n=20)[18]


def _roll_up(packets: int) -> None:
    from django.db import connection

    from broadbill.network.operations.roll_up import count_packets, pass_on

    sessions = packets // REPORTS
    now = datetime(2026, 11, 12, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(PACKETS, [REPORTS, sessions])
        cursor.execute("ANALYZE network_packet")
        began = time.monotonic()
        cursor.execute(BARE)
        bare = time.monotonic() - began
    began = time.monotonic()
    counted = count_packets(now=now)
    taken = time.monotonic() - began
    began = time.monotonic()
    days = 0
    while batch := pass_on(now=now):
        days += batch
    handed = time.monotonic() - began
    print(
        f"roll-up of {counted:,} packets of {sessions:,} sessions: {taken:.1f} s, {taken / bare:.1f} × one bare"
        f" aggregation ({bare:.1f} s); {days:,} days handed on to usage in {handed:.1f} s",
        flush=True,
    )


def _allowances(online: int) -> None:
    """From the reports of a whole interim until everybody who has used up an allowance is slowed down."""
    from django.db import connection

    from broadbill.network.models import Throttle
    from broadbill.network.operations.roll_up import roll_up

    with connection.cursor() as cursor:
        cursor.execute(ONLINE, [online - 1])
        cursor.execute("ANALYZE network_packet")
    before = Throttle.objects.count()
    began = time.monotonic()
    counted = roll_up(now=datetime(2026, 12, 10, 12, 5, tzinfo=UTC))
    taken = time.monotonic() - began
    slowed = Throttle.objects.count() - before
    if (counted.packets, slowed) != (online, -(-online // 100)):
        raise SystemExit(f"{online} reports, but {counted} and {slowed} slowed down")
    print(
        f"allowances of {online:,} online: {slowed:,} slowed down {taken:.1f} s after the reports of five minutes"
        " were asked for, usage handed on",
        flush=True,
    )


if __name__ == "__main__":
    main()
