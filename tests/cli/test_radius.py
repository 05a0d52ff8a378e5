"""The commands by which a network is set up, as people run them, up to a sign-in at a FreeRADIUS of their making."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

pytestmark = pytest.mark.slow
FIRST_DAY = Path(__file__).parents[2] / "examples" / "first-day"
SECRET = "correct-horse-battery"


def ok(terminal: Terminal, *arguments: str) -> str:
    done = terminal.run(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(terminal: Terminal, *arguments: str) -> str:
    done = terminal.run(*arguments)
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.fixture(scope="module")
def provider(settled_terminal: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """The first day's customers, in service since January: 1001 has fibre-100, 1002 fibre-500."""
    since_january = tmp_path_factory.mktemp("map") / "customers.toml"
    told = (FIRST_DAY / "customers.toml").read_text(encoding="utf-8")
    since_january.write_text(told.replace("2026-12-01", "2026-01-01"), encoding="utf-8")
    ok(settled_terminal, "tax", "add", "VAT", "17", "--category", "home", "--inclusive")
    ok(settled_terminal, "plan", "add", str(FIRST_DAY / "plans.json"))
    ok(
        settled_terminal,
        *("import", str(FIRST_DAY / "customers.csv"), "--map", str(since_january)),
    )
    return settled_terminal


class TestNas:
    def test_is_added_and_listed_without_its_secret(self, provider: Terminal) -> None:
        added = ok(provider, "nas", "add", "bng1", "192.0.2.1", "--vendor", "cisco", "--site", "Tower 4")
        listed = ok(provider, "nas", "list")

        secret = added.rsplit(": ", 1)[1].strip()
        assert len(secret) == 32
        assert "bng1             192.0.2.1                cisco      CoA 3799   Tower 4" in listed
        assert secret not in listed

    def test_of_an_unknown_vendor_is_refused(self, provider: Terminal) -> None:
        told = refused(provider, "nas", "add", "x", "192.0.2.9", "--vendor", "acme")

        assert "NAS x: the vendor 'acme' is not one of mikrotik, cisco" in told


class TestAccess:
    def test_is_given_shown_and_tried(self, provider: Terminal) -> None:
        ok(provider, "access", "profile", "fibre", "--plan", "fibre-100", "--down", "100M", "--up", "20M")
        given = ok(provider, "access", "add", "1001", "S1", "amina@isp")

        password = given.rsplit(": ", 1)[1].strip()
        shown = ok(provider, "access", "show", "1001")
        assert "amina@isp" in shown
        assert "active" in shown
        assert password not in shown
        assert ok(provider, "radius", "test", "amina@isp", "--nas", "bng1") == (
            "amina@isp is let in: the subscription is in service (1001/S1).\n"
            "profile fibre\n"
            "  Acct-Interim-Interval := 300\n"
            "  Class := fibre\n"
            "  Cisco-Account-Info := QU;20000000;3750000;7500000;D;100000000;18750000;37500000\n"
        )

    def test_is_refused_where_it_cannot_be_right(self, provider: Terminal) -> None:
        assert "such as 500k, 100M or 1G" in refused(provider, "access", "profile", "p", "--down", "100")
        assert "it is no MAC address" in refused(
            provider, "access", "add", "1001", "S1", "x", "--kind", "mac"
        )
        assert "Nobody signs in as nobody@isp" in refused(provider, "radius", "test", "nobody@isp")


class TestPassword:
    def test_is_changed_and_told_once(self, provider: Terminal) -> None:
        made = ok(provider, "access", "password", "1001", "amina@isp")
        told = ok(provider, "access", "password", "1001", "amina@isp", "--password", "another one")

        assert "It is told this once: " in made
        assert told == "amina@isp has another password.\n"
        assert "Nobody signs in as nobody@isp" in refused(
            provider, "access", "password", "1001", "nobody@isp"
        )


class TestThrottling:
    def test_is_said_and_taken_back(self, provider: Terminal) -> None:
        reason = ("--reason", "too much at night")
        told = [
            ok(provider, "access", "throttle", "1001", "S1", *reason),
            ok(provider, "access", "throttle", "1001", "S1", *reason),
            ok(provider, "access", "release", "1001", "S1"),
            ok(provider, "radius", "worklist"),
        ]

        assert told == [
            "1001/S1 is throttled.\n",
            "1001/S1 is throttled already.\n",
            "1001/S1 has its own speed.\n",
            "Every session was told what changed.\n",
        ]


class TestAddresses:
    def test_are_given_told_and_taken_back(self, provider: Terminal) -> None:
        told = [
            ok(provider, "network", "pool", "north", "198.51.100.0/30", "--keep-back", "1"),
            ok(provider, "network", "give", "amina@isp", "--pool", "north", "--from", "2026-11-01T00:00Z"),
            ok(provider, "network", "who-had", "198.51.100.2", "--at", "2026-11-02T00:00Z"),
            ok(provider, "network", "take-back", "amina@isp", "198.51.100.2", "--at", "2026-11-03T00:00Z"),
            ok(provider, "network", "who-had", "198.51.100.2", "--at", "2026-11-03T00:00Z"),
            ok(provider, "network", "pools"),
        ]

        assert told[:2] == ["north: 1 to give out.\n", "amina@isp has 198.51.100.2.\n"]
        assert "amina@isp (1001/S1 " in told[2]
        assert "had 198.51.100.2 from 2026-11-01 00:00:00 on UTC" in told[2]
        assert told[4] == "Nobody had 198.51.100.2 then.\n"
        assert "0 of 1 given" in told[5]

    def test_are_refused_where_they_overlap_or_make_no_sense(self, provider: Terminal) -> None:
        ok(provider, "network", "pool", "east", "203.0.113.0/24")

        overlapping = refused(provider, "network", "pool", "west", "203.0.113.128/25")
        assert "Pool west: 203.0.113.128/25 overlaps 203.0.113.0/24 of east." in overlapping
        assert "is no instant" in refused(provider, "network", "who-had", "203.0.113.1", "--at", "noon")
        assert "say either --pool or --address" in refused(provider, "network", "give", "amina@isp")


class TestIncidents:
    def test_find_who_hangs_under_a_site_and_make_a_register(self, provider: Terminal) -> None:
        told = [
            ok(provider, "site", "add", "hill", "The hill"),
            ok(provider, "site", "device", "sector", "--at", "hill"),
            ok(provider, "site", "hang", "amina@isp", "sector"),
            ok(provider, "site", "list"),
            ok(provider, "incident", "declare", "Lightning", "--site", "hill", "--from", "2026-11-20T08:00Z",
               "--per", "day"),
            ok(provider, "incident", "over", "1", "--at", "2026-11-20T10:00Z"),
            ok(provider, "incident", "list"),
        ]  # fmt: skip

        assert told[3].split(maxsplit=1) == ["hill", "The hill: sector\n"]
        assert told[5] == "Incident 1 is over. Given back to 1 with their next bills.\n"
        assert told[6].splitlines()[1] == (
            "1,hill,Lightning,2026-11-20T08:00:00+00:00,2026-11-20T10:00:00+00:00,120,1,120,1"
        )
        assert "Incident 1: it is over already." in refused(provider, "incident", "over", "1")


class TestReconcile:
    def test_says_so_when_the_network_does_what_was_agreed(self, provider: Terminal) -> None:
        assert ok(provider, "network", "reconcile") == "The network does what was agreed.\n"


class TestRollUp:
    def test_of_nothing_says_so(self, provider: Terminal) -> None:
        assert ok(provider, "radius", "roll-up") == (
            "0 packets counted; usage of 0 days of subscriptions handed on.\n"
            "Kept aside: 0 octets of 0 names that nobody has.\n"
            "Counters that began anew: 0. Days shared out over a silence: 0.\n"
        )


@pytest.fixture(scope="module")
def folder(provider: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A running FreeRADIUS, installed and started as the guide says; 127.0.0.1 may ask."""
    ok(provider, "nas", "add", "here", "127.0.0.1", "--vendor", "mikrotik", "--secret", SECRET)
    ok(provider, "access", "add", "1002", "S1", "bernd@isp", "--password", "a pass")
    ok(provider, "access", "profile", "fast", "--plan", "fibre-500", "--down", "500M", "--up", "100M")
    folder = tmp_path_factory.mktemp("radius") / "raddb"
    ports = [str(udp_port()), str(udp_port())]
    ok(provider, "radius", "install", "--dir", str(folder), "--run-as", "", "--address", "127.0.0.1",
       "--auth-port", ports[0], "--acct-port", ports[1])  # fmt: skip
    process = subprocess.Popen(["freeradius", "-f", "-l", "stdout", "-d", str(folder)],
                               stdout=(folder / "output").open("w"), stderr=subprocess.STDOUT)  # fmt: skip
    (folder / "port").write_text(" ".join(ports))
    ends = time.monotonic() + 20
    while "Ready to process" not in (said := (folder / "output").read_text()):
        assert process.poll() is None, said
        assert time.monotonic() < ends, said
        time.sleep(0.05)
    yield folder
    process.terminate()
    process.wait(10)


@pytest.mark.skipif(shutil.which("freeradius") is None, reason="no FreeRADIUS: install Debian's freeradius")
class TestInstall:
    def test_makes_a_server_that_lets_customers_in_over_a_role_of_its_own(self, folder: Path) -> None:
        asked = subprocess.run(
            ["radclient", "-x", f"127.0.0.1:{(folder / 'port').read_text().split()[0]}", "auth", SECRET],
            input='User-Name = "bernd@isp"\nUser-Password = "a pass"\n',
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip

        assert "Received Access-Accept" in asked.stdout
        assert 'Mikrotik-Rate-Limit = "100000k/500000k"' in asked.stdout
        assert "host='127.0.0.1'" in (folder / "mods" / "sql").read_text()

    def test_keeps_accounting_while_no_process_of_broadbill_runs(
        self, provider: Terminal, folder: Path
    ) -> None:
        assert "pages     stopped" in (status := provider.run("status").stdout)
        assert "worker    stopped" in status
        sent = subprocess.run(
            ["radclient", "-x", f"127.0.0.1:{(folder / 'port').read_text().split()[1]}", "acct", SECRET],
            input='Acct-Status-Type = Stop\nAcct-Session-Id = "1"\nUser-Name = "bernd@isp"\nAcct-Session-Time = 60\n'
            "Acct-Input-Octets = 70\nAcct-Output-Octets = 7000\n",
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip

        assert "Received Accounting-Response" in sent.stdout
        assert ok(provider, "radius", "roll-up").startswith(
            "1 packets counted; usage of 1 days of subscriptions handed on.\n"
        )

    def test_writes_nothing_that_others_may_read(self, folder: Path) -> None:
        modes = {path.name: path.stat().st_mode & 0o007 for path in [folder, *folder.glob("**/*")]}
        mine = {name: mode for name, mode in modes.items() if name not in {"output", "port"}}

        assert set(mine.values()) == {0}
        assert (folder / "database.password").stat().st_mode & 0o077 == 0


def udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
