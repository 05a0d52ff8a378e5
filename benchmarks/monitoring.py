"""How many devices one worker reads by SNMP in five minutes, and asks by ping in one.

Run with `python -m benchmarks.monitoring [--devices N]`. All of them are one real snmpd of this machine under as many
addresses of 127.0.0.0/8, so the agent's work is in what is measured.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.home import own_home

PORT = 16_161
COMMUNITY = "benchmark"
USER, PASSWORDS = "benchmark", ("authentication", "privacy-pass")
SNMPD = shutil.which("snmpd") or shutil.which("snmpd", path="/usr/sbin")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.monitoring", description=__doc__)
    parser.add_argument("--devices", type=int, default=2000)
    arguments = parser.parse_args()
    if SNMPD is None:
        print("monitoring is not measured: there is no snmpd")
        return
    with own_home("monitoring"), tempfile.TemporaryDirectory() as folder, _agent(Path(folder)):
        _measure(arguments.devices)


def _measure(devices: int) -> None:
    from broadbill.network.adapters.ping import privileged
    from broadbill.network.operations.poll_counters import poll_counters
    from broadbill.network.operations.probe import probe_devices

    interfaces = _fill(devices)
    for version in ("v2c", "v3"):
        _set_version(version)
        times = []
        for round_ in range(2):
            # The second round compares with the first, and keeps rates.
            ahead = timedelta(minutes=5 * round_)
            started = time.perf_counter()
            done = poll_counters(clock=lambda ahead=ahead: datetime.now(UTC) + ahead)  # type: ignore[misc]
            times.append(time.perf_counter() - started)
            assert done.read == devices * interfaces, done
        print(
            f"SNMP{version}: {devices:,} devices of {interfaces} interfaces in {times[0]:.1f} s (numbers looked up)"
            f" and {times[1]:.1f} s: {devices / times[1] * 300:,.0f} in five minutes"
        )
    if privileged() is None:
        print("pings are not measured: this process may send none")
        return
    started = time.perf_counter()
    probed = probe_devices(clock=lambda: datetime.now(UTC), actor="benchmark")
    seconds = time.perf_counter() - started
    print(
        f"ping: {probed.answered:,} of {devices:,} answered in {seconds:.1f} s: {devices / seconds * 60:,.0f} a minute"
    )


def _fill(devices: int) -> int:
    """Watch so many devices and read all interfaces of each; return how many those are."""
    from broadbill.network.models import Device, Interface, Watch
    from broadbill.network.operations.sites import set_device, set_site
    from broadbill.network.operations.snmp_test import ask_agent
    from broadbill.network.operations.watching import SnmpAccess, watch_device

    now = datetime.now(UTC)
    set_site(code="site", name="Site", now=now, actor="benchmark")
    set_device(code="device-0", site="site", now=now, actor="benchmark")
    watch_device(
        device="device-0", address="127.0.0.1", pings=True, now=now, actor="benchmark",
        snmp=SnmpAccess(community=COMMUNITY, port=PORT),
    )  # fmt: skip
    names = [one.name for one in ask_agent(device="device-0", clock=lambda: now).interfaces]
    site = Device.objects.get().site
    Device.objects.bulk_create(
        Device(code=f"device-{number}", site=site, recorded_at=now) for number in range(1, devices)
    )
    rows = list(Device.objects.order_by("id"))
    Watch.objects.bulk_create(
        Watch(device=row, address=f"127.1.{number // 250}.{number % 250 + 1}", snmp="v2c", snmp_port=PORT,
              community=COMMUNITY, recorded_at=now)
        for number, row in enumerate(rows) if row.code != "device-0"
    )  # fmt: skip
    Interface.objects.bulk_create(
        Interface(device=row, name=name, recorded_at=now) for row in rows for name in names
    )
    return len(names)


def _set_version(version: str) -> None:
    from broadbill.network.models import Interface, Watch

    authentication, privacy = PASSWORDS
    Watch.objects.update(
        snmp=version,
        community=COMMUNITY if version == "v2c" else "",
        username="" if version == "v2c" else USER,
        authentication_password="" if version == "v2c" else authentication,
        privacy_password="" if version == "v2c" else privacy,
    )
    Interface.objects.update(if_index=None, read_at=None)


@contextmanager
def _agent(folder: Path) -> Iterator[None]:
    (folder / "snmpd.conf").write_text(
        f"agentAddress udp:{PORT}\nrocommunity {COMMUNITY}\n"
        f'createUser {USER} SHA-256 "{PASSWORDS[0]}" AES "{PASSWORDS[1]}"\nrouser {USER} priv\n'
    )
    assert SNMPD is not None
    process = subprocess.Popen(
        [SNMPD, "-f", "-LF", "0-3", str(folder / "log"), "-C", "-c", str(folder / "snmpd.conf")],
        env={"SNMP_PERSISTENT_DIR": str(folder / "state"), "MIBS": ""},
    )
    try:
        time.sleep(1)
        yield
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
