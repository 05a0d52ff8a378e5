"""Accounting by a real FreeRADIUS, from the packet to the invoice."""

from __future__ import annotations

import socket
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db.models import F, Sum

from broadbill.billing.models import Document
from broadbill.network.models import Packet, Session, SessionDay
from broadbill.network.operations.roll_up import roll_up
from broadbill.network.operations.upkeep import end_stale_sessions
from tests.network.edge import a_profile, access_servers, an_access
from tests.network.radius import SECRET, Radius
from tests.usage.metered import a_metered_plan
from tests.world import a_subscription, an_account, bill_through

pytestmark = [pytest.mark.radius, pytest.mark.django_db(transaction=True)]
# 10,000,000.00 a GB is a cent an octet: an invoice in cents is the octets.
A_CENT_AN_OCTET = {"type": "per_unit", "unit_amount": "10000000.00"}


@pytest.fixture
def account(transactional_db: None) -> int:
    """Amina, who pays by the octet and signs in as amina@isp."""
    access_servers()
    plan = a_metered_plan("data", ("data_gb", A_CENT_AN_OCTET))
    a_profile("fiber1000", "data", down=1_000_000, up=1_000_000)
    account = an_account(timezone="Europe/Vienna")
    an_access(account, a_subscription(account, plan, "2026-01-01"), "amina@isp", password="x")
    return account


def epoch(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def report(radius: Radius, kind: str, at: datetime, **attributes: object) -> str:
    """Send one packet of session 0001 and return the answer's code."""
    told = {"Acct_Status_Type": kind, "Acct_Session_Id": '"0001"', "User_Name": '"amina@isp"',
            "Event_Timestamp": epoch(at), "Framed_IP_Address": "198.51.100.9", **attributes}  # fmt: skip
    return radius.account(**{name: str(value) for name, value in told.items()}).code


def octets(up: int, down: int) -> dict[str, int]:
    return {
        "Acct_Input_Octets": up % 2**32,
        "Acct_Input_Gigawords": up >> 32,
        "Acct_Output_Octets": down % 2**32,
        "Acct_Output_Gigawords": down >> 32,
    }


@pytest.fixture
def began() -> datetime:
    """Ten in the morning of yesterday in Vienna's winter."""
    return (datetime.now(tz=UTC) - timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)


class TestAccounting:
    def test_is_billed_to_the_octet(self, account: int, radius: Radius, began: datetime) -> None:
        later = began + timedelta(minutes=5)
        codes = [
            report(radius, "Start", began),
            report(radius, "Interim-Update", later, Acct_Session_Time=300, **octets(1_234_567, 5_000_000_000)),
            report(radius, "Stop", later + timedelta(minutes=5), Acct_Session_Time=600,
                   Acct_Terminate_Cause="User-Request", **octets(2_345_678, 9_876_543_210)),
        ]  # fmt: skip

        roll_up(now=datetime.now(tz=UTC))
        next_month = (began.replace(day=1) + timedelta(days=32)).replace(day=1)
        bill_through(f"{next_month:%Y-%m-%d}")

        assert codes == ["Accounting-Response"] * 3
        session = Session.objects.get()
        assert (session.acctinputoctets, session.acctoutputoctets) == (2_345_678, 9_876_543_210)
        assert (session.acctstarttime, session.acctstoptime) == (began, later + timedelta(minutes=5))
        # 2,345,678 + 9,876,543,210 octets at a cent each
        assert Document.objects.aggregate(total=Sum("total"))["total"] == 9_878_888_888

    def test_out_of_order_and_repeated_leaves_the_newest_and_what_is_over_stays_over(
        self, account: int, radius: Radius, began: datetime
    ) -> None:
        first, second, last = (began + timedelta(minutes=minutes) for minutes in (5, 10, 15))
        report(radius, "Interim-Update", second, Acct_Session_Time=600, **octets(200, 2_000))
        report(radius, "Interim-Update", first, Acct_Session_Time=300, **octets(100, 1_000))
        assert Session.objects.get().acctinputoctets == 200
        report(radius, "Stop", last, Acct_Session_Time=900, **octets(300, 3_000))
        report(radius, "Interim-Update", second, Acct_Session_Time=600, **octets(200, 2_000))
        report(radius, "Start", began)

        session = Session.objects.get()
        assert (session.acctstarttime, session.acctstoptime, session.acctinputoctets) == (began, last, 300)
        roll_up(now=datetime.now(tz=UTC))
        assert SessionDay.objects.aggregate(all=Sum(F("input_octets") + F("output_octets")))["all"] == 3_300

    def test_says_of_each_packet_whether_it_went_on_from_the_one_before(
        self, account: int, radius: Radius, began: datetime
    ) -> None:
        times = {minutes: began + timedelta(minutes=minutes) for minutes in (5, 10, 15, 20)}
        report(radius, "Start", began)
        report(radius, "Interim-Update", times[5], Acct_Session_Time=300, **octets(100, 1_000))
        report(radius, "Interim-Update", times[15], Acct_Session_Time=900, **octets(300, 3_000))
        report(radius, "Interim-Update", times[10], Acct_Session_Time=600, **octets(200, 2_000))
        report(radius, "Interim-Update", times[15], Acct_Session_Time=900, **octets(300, 3_000))
        report(radius, "Interim-Update", times[20], Acct_Session_Time=1200, **octets(299, 4_000))
        report(radius, "Stop", times[20])

        told = list(Packet.objects.order_by("id").values_list("in_order", flat=True))
        # The fourth came late, the sixth counted back, the last says nothing of octets.
        assert told == [True, True, True, False, True, False, False]

    def test_of_a_stop_without_octets_keeps_the_last_report(
        self, account: int, radius: Radius, began: datetime
    ) -> None:
        report(radius, "Interim-Update", began, Acct_Session_Time=300, **octets(100, 1_000))
        report(radius, "Stop", began + timedelta(minutes=1))

        roll_up(now=datetime.now(tz=UTC))

        assert Session.objects.get().acctoutputoctets == 1_000
        assert SessionDay.objects.get().output_octets == 1_000

    def test_of_a_server_that_starts_anew_ends_its_sessions(
        self, account: int, radius: Radius, began: datetime
    ) -> None:
        report(radius, "Start", began)
        on = began + timedelta(minutes=7)
        code = radius.account(
            Acct_Status_Type="Accounting-On", Acct_Session_Id="0", Event_Timestamp=epoch(on)
        ).code

        session = Session.objects.get()
        assert (code, session.acctstoptime, session.acctterminatecause) == (
            "Accounting-Response",
            on,
            "NAS-Reboot",
        )

    def test_of_a_session_that_is_reported_no_more_ends_at_its_last_report_and_goes_on_when_it_comes_back(
        self, account: int, radius: Radius
    ) -> None:
        now = datetime.now(tz=UTC).replace(microsecond=0)
        last = now - timedelta(minutes=31)
        report(radius, "Interim-Update", last, Acct_Session_Time=300, **octets(1, 1))

        assert end_stale_sessions(now=now) == 1
        assert Session.objects.get().acctstoptime == last
        report(radius, "Interim-Update", now, Acct_Session_Time=2_160, **octets(2, 2))
        assert Session.objects.get().acctstoptime is None

    def test_whose_clock_cannot_be_right_is_of_the_moment_it_came(self, account: int, radius: Radius) -> None:
        report(radius, "Start", datetime(2000, 1, 1, tzinfo=UTC), Acct_Delay_Time=10)

        late = datetime.now(tz=UTC) - Packet.objects.get().at
        assert timedelta(seconds=10) <= late < timedelta(seconds=40)

    def test_of_unknown_names_is_answered_and_kept_aside(
        self, account: int, radius: Radius, began: datetime
    ) -> None:
        code = report(
            radius, "Interim-Update", began, User_Name='"stranger"', Acct_Session_Time=1, **octets(5, 5)
        )
        roll_up(now=datetime.now(tz=UTC))

        assert code == "Accounting-Response"
        assert SessionDay.objects.get().account_id is None

    def test_survives_what_no_server_should_send(self, account: int, radius: Radius, began: datetime) -> None:
        port = radius.acct_port
        raw = [
            b"\x04\x01\x00\x03",
            b"\x04\x02\xff\xff" + bytes(16),
            b"\x04\x03\x00\x16" + bytes(16) + b"\x28\x00",
            bytes(4096),
        ]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for packet in raw:
                sender.sendto(packet, ("127.0.0.1", port))
        strange = report(radius, "Interim-Update", began, User_Name='"o\'hara; DROP TABLE radacct; --"')
        good = report(radius, "Start", began)

        assert (strange, good) == ("Accounting-Response", "Accounting-Response")
        assert set(Session.objects.values_list("username", flat=True)) == {
            "o'hara; DROP TABLE radacct; --", "amina@isp"
        }  # fmt: skip

    def test_goes_on_through_many_packets_at_once(self, account: int, radius: Radius, tmp_path: Path) -> None:
        began = epoch(datetime.now(tz=UTC) - timedelta(minutes=5))
        lines = [
            f'Acct-Status-Type = Start\nAcct-Session-Id = "{number}"\nUser-Name = "amina@isp"\n'
            f"Event-Timestamp = {began}\n"
            for number in range(500)
        ]
        (tmp_path / "packets").write_text("\n".join(lines))

        done = subprocess.run(
            ["radclient", "-q", "-p", "50", "-f", str(tmp_path / "packets"), f"127.0.0.1:{radius.acct_port}",
             "acct", SECRET], capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

        assert done.returncode == 0
        assert Session.objects.count() == 500
        assert Packet.objects.count() == 500
