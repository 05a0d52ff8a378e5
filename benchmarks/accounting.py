"""Accounting packets a second through FreeRADIUS into Broadbill's tables, next to FreeRADIUS's own schema.

Run with `python -m benchmarks.accounting [--sessions N] [--rounds N]`. Both take in turn the same packets, in the same
server, each session with a Start, interim reports and a Stop.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import radius
from benchmarks.home import own_home

INTERIMS = 8
STARTED = int(time.time()) - 86_400
PACKET = """\
Acct-Status-Type = {kind}
Acct-Session-Id = "{session}"
User-Name = "user{number}@isp"
Event-Timestamp = {at}
Acct-Session-Time = {seconds}
Acct-Input-Octets = {up}
Acct-Input-Gigawords = 0
Acct-Output-Octets = {down}
Acct-Output-Gigawords = {gigawords}
NAS-IP-Address = 127.0.0.1
NAS-Port-Type = Virtual
NAS-Port-Id = "ge-0/0/1:{number}"
Calling-Station-Id = "AA-BB-CC-{number:06d}"
Framed-IP-Address = 10.{a}.{b}.{c}
Framed-Protocol = PPP
Service-Type = Framed-User
Acct-Authentic = RADIUS
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accounting", description=__doc__)
    parser.add_argument("--sessions", type=int, default=2000, help="in each round")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if problem := radius.missing():
        print(f"accounting is not measured: {problem}")
        return
    with own_home("accounting"), tempfile.TemporaryDirectory() as folder:
        _measure(arguments.sessions, arguments.rounds, Path(folder) / "packets")


def _measure(sessions: int, rounds: int, packets: Path) -> None:
    from benchmarks.machine import Usage

    count = sessions * (INTERIMS + 2)
    speeds: dict[str, list[float]] = {"ours": [], "stock": []}
    processor: dict[str, list[float]] = {"ours": [], "stock": []}
    with radius.ours() as ours, radius.stock() as stock:
        for number in range(rounds + 1):
            packets.write_text(_packets(sessions, number), encoding="utf-8")
            # Who is first changes from round to round.
            turn = [("ours", ours), ("stock", stock)]
            for name, server in turn if number % 2 else reversed(turn):
                used = server.processor_seconds()
                began = time.monotonic()
                with Usage() as usage:
                    server.account(packets)
                if number:
                    speeds[name].append(count / (time.monotonic() - began))
                    whole = usage.server_seconds + server.processor_seconds() - used
                    processor[name].append(whole / count * 1e6)
    _check(sessions * (rounds + 1), count * (rounds + 1))
    for name in ("ours", "stock"):
        print(
            f"{name}: {statistics.median(speeds[name]):,.0f} packets a second (median of {rounds} rounds of {count:,}),"
            f" {statistics.median(processor[name]):.0f} µs of processor each, FreeRADIUS and database"
        )
    ratios = [one / other for one, other in zip(speeds["ours"], speeds["stock"], strict=True)]
    print(
        f"ours to stock, round by round: {', '.join(f'{ratio:.2f}' for ratio in ratios)};"
        f" median {statistics.median(ratios):.2f}; by processor"
        f" {statistics.median(processor['stock']) / statistics.median(processor['ours']):.2f}"
    )


def _packets(sessions: int, number: int) -> str:
    """All sessions' reports, time after time: a session's are far apart."""
    told = []
    for step in range(INTERIMS + 2):
        kind = "Start" if step == 0 else "Stop" if step == INTERIMS + 1 else "Interim-Update"
        for session in range(sessions):
            down = step * 1_300_000_007 % 2**32
            told.append(
                PACKET.format(
                    kind=kind,
                    session=f"{number:04x}{session:08x}",
                    number=session,
                    at=STARTED + step * 300,
                    seconds=step * 300,
                    up=step * 40_000_003,
                    down=down,
                    gigawords=step * 1_300_000_007 >> 32,
                    a=session >> 16 & 255,
                    b=session >> 8 & 255,
                    c=session & 255,
                )
            )
    return "\n".join(told)


def _check(sessions: int, packets: int) -> None:
    """Both hold what was sent, or the comparison says nothing."""
    from benchmarks.floor import superuser
    from broadbill.network.models import Packet, Session

    with superuser("stock") as opened:
        [(theirs, ended)] = opened.execute("SELECT count(*), count(acctstoptime) FROM radacct").fetchall()
    found = (Session.objects.count(), Session.objects.exclude(acctstoptime=None).count(), theirs, ended)
    if found != (sessions,) * 4 or Packet.objects.count() != packets:
        raise SystemExit(
            f"sent {packets} packets of {sessions} sessions, found {found} {Packet.objects.count()}"
        )


if __name__ == "__main__":
    main()
