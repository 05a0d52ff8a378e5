"""Vouchers sign in by their code alone, by a real FreeRADIUS, and are drawn down by what sessions report."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from broadbill.network.models import Drift, Grant, Nas, Packet, Session, SignIn
from broadbill.network.operations.grants import end_what_is_used_up
from broadbill.network.operations.reconcile import reconcile
from broadbill.network.operations.roll_up import roll_up
from broadbill.network.queries.granted import Granted, granted
from broadbill.network.queries.traffic import doubts
from broadbill.prepaid.models import Redemption, Voucher
from broadbill.prepaid.operations.end_vouchers import block_voucher, expire_vouchers
from broadbill.prepaid.operations.network_names import grant_sold_before
from broadbill.prepaid.operations.redeem import redeem_started
from broadbill.prepaid.queries.verify import verify_vouchers
from tests.network.edge import a_profile, access_servers, an_access
from tests.network.radius import Answer, Radius
from tests.network.stand_in import StandInNas
from tests.prepaid.cards import HOUR, a_batch, codes, sold, use
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, on

pytestmark = [pytest.mark.radius, pytest.mark.django_db(transaction=True)]
PHONE, TABLET = "AA-BB-CC-00-00-01", "AA-BB-CC-00-00-02"
GB = 10**9
WISPR = "127.0.0.6"


@pytest.fixture(autouse=True)
def hotspot(transactional_db: None) -> None:
    access_servers()
    a_profile("hotspot", down=10_000, up=2_000, session_seconds=8 * HOUR)


def a_code(kind: str, worth: int, **terms: object) -> str:
    batch = a_batch(kind, worth, "5.00", 1, **{"profile": "hotspot", **terms})
    sold(batch)
    return codes(batch)[0]


def sign_in(radius: Radius, code: str, device: str = PHONE, **attributes: str) -> Answer:
    return radius.sign_in(User_Name=f'"{code}"', Calling_Station_Id=f'"{device}"', **attributes)


def report(radius: Radius, code: str, kind: str, number: str = "1", device: str = PHONE, *, seconds: int = 0,
           up: int = 0, down: int = 0, nas: str = "127.0.0.1") -> None:  # fmt: skip
    told = {"Acct_Status_Type": kind, "Acct_Session_Id": f'"{number}"', "User_Name": f'"{code}"',
            "Calling_Station_Id": f'"{device}"', "Acct_Session_Time": seconds,
            "Acct_Input_Octets": up % 2**32, "Acct_Input_Gigawords": up >> 32,
            "Acct_Output_Octets": down % 2**32, "Acct_Output_Gigawords": down >> 32}  # fmt: skip
    assert radius.account(nas=nas, **{name: str(value) for name, value in told.items()}).code


def left() -> Granted:
    [found] = granted(Grant.objects.values_list("id", flat=True)).values()
    return found


class TestSigningIn:
    def test_takes_the_code_in_any_spelling_and_no_password(self, radius: Radius) -> None:
        code = a_code("time", 3 * HOUR)
        spelled = f"{code[:4]}-{code[4:8]}-{code[8:]}".lower()

        assert sign_in(radius, code).code == "Access-Accept"
        assert sign_in(radius, spelled, User_Password=f'"{code}"').code == "Access-Accept"
        assert sign_in(radius, spelled, CHAP_Password='""').code == "Access-Accept"
        other = code[:-1] + ("2" if code[-1] != "2" else "3")
        assert sign_in(radius, other).code == "Access-Reject"

    def test_tells_the_profile_and_what_is_left(self, radius: Radius) -> None:
        told = sign_in(radius, a_code("time", 3 * HOUR)).attributes

        assert told["Mikrotik-Rate-Limit"] == "2000k/10000k"
        assert told["Session-Timeout"] == "10800"
        assert told["Class"] == "0x" + b"hotspot".hex()

    def test_never_lasts_longer_than_the_profile_lets_anybody(self, radius: Radius) -> None:
        assert sign_in(radius, a_code("time", 24 * HOUR)).attributes["Session-Timeout"] == str(8 * HOUR)

    def test_needs_it_sold_and_not_blocked(self, radius: Radius) -> None:
        unsold = codes(a_batch("time", HOUR, "5.00", 1, profile="hotspot"))[0]
        blocked = a_code("time", HOUR)
        block_voucher(code=blocked, reason="lost", now=at("2026-04-02"), actor=ACTOR)

        assert sign_in(radius, unsold).code == "Access-Reject"
        refused = sign_in(radius, blocked)
        assert (refused.code, refused.attributes["Reply-Message"]) == (
            "Access-Reject",
            "This voucher is blocked.",
        )

    def test_is_refused_from_the_day_after_the_last(self, radius: Radius) -> None:
        code = a_code("time", HOUR, valid_until=on("2026-06-30"))

        refused = sign_in(radius, code)

        assert (refused.code, refused.attributes["Reply-Message"]) == (
            "Access-Reject",
            "This voucher has expired.",
        )
        assert left().state == "expired"

    def test_is_refused_where_no_profile_is_named(self, radius: Radius) -> None:
        refused = sign_in(radius, a_code("time", HOUR, profile="nowhere"))

        assert refused.attributes["Reply-Message"] == "This voucher is not for this network."

    def test_by_what_is_stored_of_a_code_is_refused(self, radius: Radius) -> None:
        a_code("time", HOUR)

        stored = Grant.objects.get().username

        assert sign_in(radius, stored).code == "Access-Reject"

    def test_leaves_a_subscriber_whose_name_looks_like_a_code_alone(self, radius: Radius) -> None:
        account, plan = an_account(), a_plan("fiber")
        a_profile("fiber100", "fiber")
        subscription = a_subscription(account, plan, "2026-01-01")
        an_access(account, subscription, "MARYHANCKS22", "hotspot", password="secret")

        assert sign_in(radius, "MARYHANCKS22", User_Password="secret").code == "Access-Accept"
        assert sign_in(radius, "MARYHANCKS22", User_Password="other").code == "Access-Reject"

    def test_writes_the_code_nowhere(self, radius: Radius) -> None:
        code = a_code("time", HOUR)
        sign_in(radius, code)
        report(radius, code, "Start")

        stored = {
            *SignIn.objects.values_list("username", flat=True),
            *Session.objects.values_list("username", flat=True),
            *Packet.objects.values_list("username", flat=True),
        }
        assert stored == {Grant.objects.get().username}
        assert code not in Grant.objects.get().username


class TestStarting:
    def test_by_twenty_devices_at_once_happens_once(self, radius: Radius) -> None:
        code = a_code("period", 24 * HOUR)

        with ThreadPoolExecutor(20) as threads:
            answers = list(threads.map(lambda n: sign_in(radius, code, f"AA-BB-CC-00-01-{n:02X}"), range(20)))

        assert Counter(answer.code for answer in answers) == {"Access-Accept": 1, "Access-Reject": 19}
        said = {a.attributes["Reply-Message"] for a in answers if a.code == "Access-Reject"}
        assert said == {"This voucher is in use on another device."}
        assert redeem_started(now=timezone.now()) == 1
        assert redeem_started(now=timezone.now()) == 0
        redemption = Redemption.objects.get()
        grant = Grant.objects.get()
        assert (redemption.device, redemption.redeemed_at) == (grant.station, grant.started_at)
        assert list(verify_vouchers()) == []

    def test_a_period_runs_by_the_clock_from_then_on(self, radius: Radius) -> None:
        code = a_code("period", 4 * HOUR)
        assert sign_in(radius, code, nas=WISPR).attributes["Session-Timeout"] == str(4 * HOUR)
        Grant.objects.update(started_at=timezone.now() - timedelta(hours=3))

        told = sign_in(radius, code, nas=WISPR).attributes

        assert 3590 <= int(told["Session-Timeout"]) <= 3600
        ends = datetime.strptime(told["WISPr-Session-Terminate-Time"], "%Y-%m-%dT%H:%M:%SZ").replace(
            tzinfo=UTC
        )
        assert abs(ends - timezone.now() - timedelta(hours=1)) < timedelta(seconds=10)

        Grant.objects.update(started_at=timezone.now() - timedelta(hours=4))
        refused = sign_in(radius, code)
        assert (refused.code, refused.attributes["Reply-Message"]) == (
            "Access-Reject",
            "This voucher is used up.",
        )

    def test_by_redeeming_it_at_the_desk_is_the_same(self, radius: Radius) -> None:
        code = a_code("period", 24 * HOUR)
        use(code, day="2026-11-01", account_id=an_account())

        assert sign_in(radius, code).attributes["Reply-Message"] == "This voucher is used up."

    def test_and_expiring_do_not_both_book_it(self, radius: Radius) -> None:
        """It signed in on its last day, and nobody booked it before the night."""
        code = a_code("time", HOUR, valid_until=timezone.localdate())
        assert sign_in(radius, code).code == "Access-Accept"

        tomorrow = timezone.localdate() + timedelta(days=1)
        assert expire_vouchers(on=tomorrow, now=timezone.now(), actor=ACTOR) == 0
        assert redeem_started(now=timezone.now()) == 1
        assert list(verify_vouchers()) == []


class TestDrawingDown:
    def test_time_counts_while_online_and_is_refused_at_nothing(self, radius: Radius) -> None:
        code = a_code("time", HOUR)
        sign_in(radius, code)
        report(radius, code, "Start")
        report(radius, code, "Interim-Update", seconds=1500)
        report(radius, code, "Interim-Update", seconds=1500)  # the same again
        report(radius, code, "Stop", seconds=2000)

        assert left().seconds_left == 1600  # 3600 less 2000
        assert sign_in(radius, code).attributes["Session-Timeout"] == "1600"

        report(radius, code, "Stop", "2", seconds=1600)
        refused = sign_in(radius, code)
        assert (refused.code, refused.attributes["Reply-Message"]) == (
            "Access-Reject",
            "This voucher is used up.",
        )

    def test_data_counts_both_ways_before_and_after_the_roll_up(self, radius: Radius) -> None:
        code = a_code("data", 10 * GB)
        told = sign_in(radius, code).attributes
        # 10,000,000,000 = 2 × 4,294,967,296 + 1,410,065,408
        assert (told["Mikrotik-Total-Limit"], told["Mikrotik-Total-Limit-Gigawords"]) == ("1410065408", "2")
        assert "Session-Timeout" in told  # the profile's own

        report(radius, code, "Start")
        report(radius, code, "Interim-Update", seconds=60, up=1 * GB, down=4 * GB)
        assert left().octets_left == 5 * GB
        roll_up(now=timezone.now())
        assert left().octets_left == 5 * GB
        report(radius, code, "Stop", seconds=120, up=2 * GB, down=6 * GB)
        assert left().octets_left == 2 * GB
        roll_up(now=timezone.now())
        assert left().octets_left == 2 * GB

        assert sign_in(radius, code).attributes["Mikrotik-Total-Limit"] == "2000000000"
        assert sign_in(radius, code, nas=WISPR).attributes["ChilliSpot-Max-Total-Octets"] == "2000000000"
        report(radius, code, "Stop", "2", seconds=120, up=2 * GB)
        assert sign_in(radius, code).attributes["Reply-Message"] == "This voucher is used up."

    def test_of_data_survives_a_counter_that_began_anew(self, radius: Radius) -> None:
        code = a_code("data", 10 * GB)
        report(radius, code, "Interim-Update", seconds=600, down=3 * GB)
        roll_up(now=timezone.now())
        report(radius, code, "Interim-Update", seconds=60, down=1 * GB)
        roll_up(now=timezone.now())

        assert left().octets_used == 4 * GB

    def test_is_nobodys_usage_to_be_doubted(self, radius: Radius) -> None:
        code = a_code("data", 10 * GB)
        report(radius, code, "Stop", seconds=600, down=3 * GB)
        roll_up(now=timezone.now())

        assert doubts().unknown_octets == 0


class TestSimultaneousUse:
    def test_is_one_device_unless_the_profile_says_more(self, radius: Radius) -> None:
        code = a_code("time", 3 * HOUR)
        sign_in(radius, code, PHONE)
        report(radius, code, "Start", device=PHONE)

        assert sign_in(radius, code, TABLET).code == "Access-Reject"
        assert sign_in(radius, code, PHONE).code == "Access-Accept"  # it lost its connection a moment ago

        a_profile("hotspot", down=10_000, up=2_000, sessions=2)
        assert sign_in(radius, code, TABLET).code == "Access-Accept"

    def test_moves_to_another_device_once_the_first_has_left(self, radius: Radius) -> None:
        code = a_code("time", 3 * HOUR)
        sign_in(radius, code, PHONE)
        report(radius, code, "Start", device=PHONE)
        report(radius, code, "Stop", device=PHONE, seconds=60)

        assert sign_in(radius, code, TABLET).code == "Access-Accept"


class TestWhatIsUsedUp:
    def test_is_ended_where_the_server_did_not(self, radius: Radius) -> None:
        code = a_code("data", GB)
        sign_in(radius, code)
        report(radius, code, "Interim-Update", seconds=60, down=2 * GB)
        reconcile(now=timezone.now())
        assert [(drift.kind, drift.wanted) for drift in Drift.objects.all()] == [
            ("active_not_billed", "used_up")
        ]

        with StandInNas() as nas:
            Nas.objects.filter(address="127.0.0.1").update(coa_port=nas.port)
            assert end_what_is_used_up(clock=timezone.now) == 1

        [(kind, told)] = nas.orders
        assert (kind, told["Acct-Session-Id"]) == ("Disconnect", "1")
        assert "User-Name" not in told

    def test_is_left_alone_while_something_is_left(self, radius: Radius) -> None:
        code = a_code("data", GB)
        report(radius, code, "Interim-Update", seconds=60, down=GB // 2)

        assert end_what_is_used_up(clock=timezone.now) == 0
        reconcile(now=timezone.now())
        assert not Drift.objects.exists()


def test_vouchers_sold_before_the_network_knew_any_may_sign_in(radius: Radius) -> None:
    code, redeemed = a_code("time", HOUR), a_code("time", HOUR)
    use(redeemed, device="phone")
    Voucher.objects.update(grant=None)
    Grant.objects.all().delete()
    assert sign_in(radius, code).code == "Access-Reject"

    assert grant_sold_before() == 2
    assert grant_sold_before() == 0

    assert sign_in(radius, code).code == "Access-Accept"
    assert Grant.objects.filter(started_at=at("2026-04-02")).count() == 1
    assert list(verify_vouchers()) == []
