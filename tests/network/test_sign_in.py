"""Who gets in, by a real FreeRADIUS on our configuration: what was agreed decides, at that instant."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from broadbill.contracts.operations.changes import cancel, change_plan, resume, suspend
from broadbill.network.models import Session, SignIn
from tests.network.edge import NAS_OF, a_profile, access_servers, an_access
from tests.network.radius import Radius
from tests.world import ACTOR, a_plan, a_subscription, an_account

pytestmark = [pytest.mark.radius, pytest.mark.django_db(transaction=True)]
PASSWORD = "s3cret pass"


def openssl(*arguments: str, data: bytes) -> bytes:
    command = ["openssl", *arguments, "-provider", "legacy", "-provider", "default"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def mschap2(username: str, password: str) -> dict[str, str]:
    """The attributes of an MS-CHAPv2 sign-in (RFC 2759 section 8, RFC 2548 section 2.3)."""
    challenge, peer = os.urandom(16), os.urandom(16)
    hashed = hashlib.sha1(peer + challenge + username.encode()).digest()[:8]
    key = openssl("dgst", "-md4", "-binary", data=password.encode("utf-16-le")).ljust(21, b"\0")
    response = b""
    for start in (0, 7, 14):
        bits = int.from_bytes(key[start : start + 7], "big")
        des_key = bytes(((bits >> (49 - 7 * place)) & 0x7F) << 1 for place in range(8))
        response += openssl("enc", "-des-ecb", "-nopad", "-K", des_key.hex(), data=hashed)
    return {
        "MS_CHAP_Challenge": "0x" + challenge.hex(),
        "MS_CHAP2_Response": "0x" + (b"\1\0" + peer + bytes(8) + response).hex(),
    }


def ways(username: str, password: str) -> dict[str, dict[str, str]]:
    return {
        "PAP": {"User_Password": f'"{password}"'},
        "CHAP": {"CHAP_Password": f'"{password}"'},
        "MS-CHAPv2": mschap2(username, password),
    }


def answers(radius: Radius, username: str, password: str = PASSWORD) -> dict[str, str]:
    """The answer to each way of signing in."""
    return {
        way: radius.sign_in(User_Name=f'"{username}"', Framed_Protocol="PPP", **attributes).code
        for way, attributes in ways(username, password).items()
    }


ACCEPTED = {"PAP": "Access-Accept", "CHAP": "Access-Accept", "MS-CHAPv2": "Access-Accept"}
REJECTED = {"PAP": "Access-Reject", "CHAP": "Access-Reject", "MS-CHAPv2": "Access-Reject"}


def now() -> datetime:
    return datetime.now(tz=UTC)


@pytest.fixture
def account(transactional_db: None) -> int:
    access_servers()
    return an_account()


@pytest.fixture
def subscription(account: int) -> int:
    plan = a_plan("fiber")
    a_profile("fiber100", "fiber")
    subscription = a_subscription(account, plan, "2026-01-01")
    an_access(account, subscription, "amina@isp", password=PASSWORD)
    return subscription


class TestPasswords:
    def test_are_checked_in_every_way_a_nas_asks(self, subscription: int, radius: Radius) -> None:
        assert answers(radius, "amina@isp") == ACCEPTED
        assert answers(radius, "amina@isp", "another") == REJECTED
        assert answers(radius, "nobody@isp") == REJECTED

    def test_are_not_kept_where_sign_ins_are_logged(self, subscription: int, radius: Radius) -> None:
        radius.sign_in(User_Name="amina@isp", User_Password=f'"{PASSWORD}"')
        radius.sign_in(User_Name="amina@isp", User_Password="mistyped")

        logged = SignIn.objects.order_by("id").values_list("username", "reply", "tried")
        assert list(logged) == [("amina@isp", "Access-Accept", ""), ("amina@isp", "Access-Reject", "")]


class TestService:
    def test_that_is_suspended_and_resumed_is_refused_and_given_at_once(
        self, subscription: int, radius: Radius
    ) -> None:
        today = now().date()
        assert answers(radius, "amina@isp") == ACCEPTED

        suspend(subscription_id=subscription, on=today, now=now(), actor=ACTOR)
        assert answers(radius, "amina@isp") == REJECTED

        resumed_at = time.monotonic()
        resume(subscription_id=subscription, on=today, now=now(), actor=ACTOR)
        accepted = radius.sign_in(User_Name="amina@isp", User_Password=f'"{PASSWORD}"')
        assert accepted.code == "Access-Accept"
        assert time.monotonic() - resumed_at < 1

    def test_that_is_suspended_from_tomorrow_on_is_given_today(
        self, subscription: int, radius: Radius
    ) -> None:
        suspend(subscription_id=subscription, on=now().date() + timedelta(days=2), now=now(), actor=ACTOR)

        assert answers(radius, "amina@isp") == ACCEPTED

    def test_that_has_ended_is_refused(self, subscription: int, radius: Radius) -> None:
        cancel(subscription_id=subscription, on=now().date(), now=now(), actor=ACTOR)

        assert answers(radius, "amina@isp") == REJECTED

    def test_that_is_suspended_with_a_walled_garden_gets_in_there_without_its_fixed_address(
        self, account: int, radius: Radius
    ) -> None:
        a_profile("garden", pool="garden", address_list="unpaid", down=1000, up=1000)
        a_profile("fiber100", "fiber2", restricted_to="garden") if a_plan("fiber2") else None
        subscription = a_subscription(account, _plan("fiber2"), "2026-01-01")
        an_access(account, subscription, "fixed@isp", password=PASSWORD, address="198.51.100.7")
        before = radius.sign_in(User_Name="fixed@isp", User_Password=f'"{PASSWORD}"')

        suspend(subscription_id=subscription, on=now().date(), now=now(), actor=ACTOR)
        after = radius.sign_in(User_Name="fixed@isp", User_Password=f'"{PASSWORD}"')

        assert before.attributes["Framed-IP-Address"] == "198.51.100.7"
        assert after.code == "Access-Accept"
        assert "Framed-IP-Address" not in after.attributes
        assert after.attributes["Framed-Pool"] == "garden"
        assert after.attributes["Mikrotik-Address-List"] == "unpaid"
        assert after.attributes["Mikrotik-Rate-Limit"] == "1000k/1000k"


def _plan(code: str):
    from broadbill.catalog.queries.plans import plan_coded

    return plan_coded(code)


class TestSpeeds:
    def test_are_told_in_the_words_of_the_vendor_that_asks(self, account: int, radius: Radius) -> None:
        plan = a_plan("fiber")
        a_profile("fiber100", "fiber", burst_down_kbps=150_000, burst_up_kbps=30_000, burst_seconds=8)
        an_access(account, a_subscription(account, plan, "2026-01-01"), "amina@isp", password=PASSWORD)
        speeds = {}
        for vendor, address in NAS_OF.items():
            answer = radius.sign_in(nas=address, User_Name="amina@isp", User_Password=f'"{PASSWORD}"')
            assert answer.code == "Access-Accept"
            common = {"Acct-Interim-Interval", "Class", "Message-Authenticator"}
            speeds[vendor] = {name: value for name, value in answer.attributes.items() if name not in common}

        assert speeds == {
            # RouterOS: rx/tx as the router sees it, so up/down; rate, burst, threshold, time.
            "mikrotik": {"Mikrotik-Rate-Limit": "20000k/100000k 30000k/150000k 20000k/100000k 8/8"},
            # 20 Mbit/s × 1.5 s ÷ 8 = 3,750,000 octets of burst, and twice that.
            "cisco": {"Cisco-Account-Info": "QU;20000000;3750000;7500000;D;100000000;18750000;37500000"},
            "juniper": {"ERX-Service-Activate:1": "broadbill(100000000,20000000)"},
            "huawei": {
                "Huawei-Input-Average-Rate": "20000000",
                "Huawei-Output-Average-Rate": "100000000",
                "Huawei-Input-Peak-Rate": "30000000",
                "Huawei-Output-Peak-Rate": "150000000",
            },
            "ubiquiti": {"WISPr-Bandwidth-Max-Up": "20000000", "WISPr-Bandwidth-Max-Down": "100000000"},
            "wispr": {"WISPr-Bandwidth-Max-Up": "20000000", "WISPr-Bandwidth-Max-Down": "100000000"},
        }

    def test_are_those_of_the_new_plan_from_its_first_day_on(self, subscription: int, radius: Radius) -> None:
        a_plan("faster")
        a_profile("fiber500", "faster", down=500_000, up=100_000)

        change_plan(subscription_id=subscription, plan="faster", on=now().date(), now=now(), actor=ACTOR)
        answer = radius.sign_in(User_Name="amina@isp", User_Password=f'"{PASSWORD}"')

        assert answer.attributes["Mikrotik-Rate-Limit"] == "100000k/500000k"


class TestDevices:
    def test_are_known_by_their_mac_in_any_spelling(self, account: int, radius: Radius) -> None:
        a_profile("fiber100", "fiber") if a_plan("fiber") else None
        subscription = a_subscription(account, _plan("fiber"), "2026-01-01")
        an_access(account, subscription, "aabb.ccdd.ee01", "mac")

        dhcp = radius.sign_in(User_Name="AA:BB:CC:DD:EE:01", Calling_Station_Id='"1:aa:bb:cc:dd:ee:01"')
        # Somebody who types a neighbour's address into a login page or dials in with it.
        typed = radius.sign_in(User_Name="AA:BB:CC:DD:EE:01", Calling_Station_Id="AA:BB:CC:DD:EE:02")
        dialled = radius.sign_in(
            User_Name="AA:BB:CC:DD:EE:01", Calling_Station_Id="AA:BB:CC:DD:EE:01", Framed_Protocol="PPP"
        )

        assert [dhcp.code, typed.code, dialled.code] == ["Access-Accept", "Access-Reject", "Access-Reject"]

    def test_are_known_by_the_circuit_they_are_plugged_into(self, account: int, radius: Radius) -> None:
        a_profile("fiber100", "fiber") if a_plan("fiber") else None
        subscription = a_subscription(account, _plan("fiber"), "2026-01-01")
        an_access(account, subscription, "olt1 1/2:3|onu-7", "circuit")

        here = radius.sign_in(
            User_Name="AA:BB:CC:DD:EE:01",
            ADSL_Agent_Circuit_Id='"olt1 1/2:3"',
            ADSL_Agent_Remote_Id='"onu-7"',
        )
        typed = radius.sign_in(User_Name='"circuit:olt1 1/2:3|onu-7"', User_Password="x")

        assert [here.code, typed.code] == ["Access-Accept", "Access-Reject"]


class TestAccessServers:
    def test_with_a_wrong_secret_or_unknown_are_not_answered(self, subscription: int, radius: Radius) -> None:
        asked = {"User_Name": "amina@isp", "User_Password": f'"{PASSWORD}"'}

        assert radius.sign_in(nas="127.0.0.99", **asked).code == ""
        assert (
            radius.account(
                secret="a wrong secret", Acct_Status_Type="Start", Acct_Session_Id="1", User_Name="amina@isp"
            ).code
            == ""
        )

    def test_that_send_malformed_packets_get_nobody_in_and_stop_nobody(
        self, subscription: int, radius: Radius
    ) -> None:
        malformed = {
            "no length": b"\x01\x00",
            "shorter than its head": b"\x01\x01",
            "beyond the end": b"\x01\xffamina",
            "vendor cut off": b"\x1a\x03\x00",
            "noise": bytes(range(60)),
        }
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for attributes in malformed.values():
                # RFC 2865 section 3: code, identifier, length, authenticator, attributes
                rest = b"\x07" + (20 + len(attributes)).to_bytes(2, "big") + bytes(16) + attributes
                for whole in (rest, rest[:8]):
                    sender.sendto(b"\x01" + whole, ("127.0.0.1", radius.auth_port))
                    sender.sendto(b"\x04" + whole, ("127.0.0.1", radius.acct_port))

        answer = radius.sign_in(User_Name="amina@isp", User_Password=f'"{PASSWORD}"')

        assert answer.code == "Access-Accept"
        assert [row.reply for row in SignIn.objects.all() if row.username != "amina@isp"] in (
            [],
            ["Access-Reject"],
        )
        assert not Session.objects.exists()
