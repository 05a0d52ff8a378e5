"""Access and accounting: bugs that reached customers' connections and bills."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F, Sum

from broadbill.contracts.operations.changes import change_plan, resume, suspend
from broadbill.network.models import Session, SessionDay
from broadbill.network.operations.enforce import enforce_due
from broadbill.network.operations.roll_up import roll_up
from broadbill.network.operations.throttling import throttle
from broadbill.network.operations.upkeep import end_stale_sessions
from broadbill.network.queries.answers import attributes_for, standing_of
from tests.network.edge import a_profile, access_servers, an_access
from tests.network.octets import Report, keep
from tests.network.radius import Radius
from tests.network.stand_in import StandInNas
from tests.world import ACTOR, a_plan, a_subscription, an_account

pytestmark = pytest.mark.django_db(transaction=True)
WRAP = 2**32


def now() -> datetime:
    return datetime.now(tz=UTC)


def today() -> dict[str, object]:
    return {"on": now().date(), "now": now(), "actor": ACTOR}


def amina(nas: StandInNas | None = None, **access: str) -> tuple[int, int]:
    """Account and subscription of who signs in as amina@isp, walled in when suspended, slow when throttled."""
    access_servers(coa_port=nas.port if nas else 3799)
    a_profile("garden", pool="garden", down=1000, up=1000)
    a_profile("slow", down=2000, up=2000)
    a_plan("faster")
    a_profile("fiber500", "faster", down=500_000, up=100_000)
    plan = a_plan("fiber")
    a_profile("fiber100", "fiber", restricted_to="garden", throttled_to="slow")
    account = an_account()
    subscription = a_subscription(account, plan, "2026-01-01")
    an_access(account, subscription, "amina@isp", password="x", **access)
    return account, subscription


def a_session(updated: datetime, klass: str = "fiber100") -> Session:
    return Session.objects.create(
        acctsessionid="s", acctuniqueid="s", username="amina@isp", nasipaddress="127.0.0.1", acctstarttime=updated,
        acctupdatetime=updated, klass=klass,
    )  # fmt: skip


def told(username: str = "amina@isp") -> dict[str, str]:
    return {each.name: each.value for each in attributes_for(username=username, nas="mikrotik")}


def test_freeradius_5197_a_counter_of_32_bits_wraps_once() -> None:
    amina()
    began = datetime(2026, 11, 10, 10, tzinfo=UTC)
    keep("s", "amina@isp", [
        Report(began + timedelta(minutes=5), 300, 4_294_967_000, 0, wide=False),
        Report(began + timedelta(minutes=10), 600, 500, 0, wide=False),
    ])  # fmt: skip
    # A line of 20 Mbit/s cannot carry 4,294,967,000 octets in five minutes, but what a server says in its first
    # report is taken as it is: 2^32 - 4,294,967,000 + 500 = 796 come on top.

    roll_up(now=now())

    octets = SessionDay.objects.aggregate(all=Sum(F("input_octets") + F("output_octets")), wraps=Sum("wraps"))
    assert octets == {"all": 4_294_967_000 + 796, "wraps": 1}


def test_openwisp_643_a_change_carries_the_new_groups_replies_and_no_service_disconnects() -> None:
    with StandInNas() as nas:
        account, subscription = amina(nas)
        a_session(now())
        throttle(account_id=account, subscription_id=subscription, reason="allowance", now=now(), actor=ACTOR)
        enforce_due(clock=now)
        suspend(subscription_id=subscription, **today())
        enforce_due(clock=now)

    assert [(kind, order.get("Mikrotik-Rate-Limit")) for kind, order in nas.orders] == [
        ("CoA", "2000k/2000k"), ("Disconnect", None)
    ]  # fmt: skip


def test_toughradius_193_a_paid_upgrade_takes_effect_without_dropping_the_session() -> None:
    with StandInNas() as nas:
        _, subscription = amina(nas)
        a_session(now())
        change_plan(subscription_id=subscription, plan="faster", **today())
        enforce_due(clock=now)

    assert [(kind, order["Mikrotik-Rate-Limit"]) for kind, order in nas.orders] == [
        ("CoA", "100000k/500000k")
    ]


def test_phpnuxbill_309_a_fixed_address_goes_to_the_walled_garden_and_comes_back_when_paid() -> None:
    _, subscription = amina(address="198.51.100.7")
    before = told()
    suspend(subscription_id=subscription, **today())
    suspended = told()
    resume(subscription_id=subscription, **today())

    assert before["Framed-IP-Address"] == "198.51.100.7"
    assert ("Framed-IP-Address" in suspended, suspended["Framed-Pool"]) == (False, "garden")
    assert told() == before
    assert standing_of("amina@isp").state == "active"


@pytest.mark.radius
def test_daloradius_84_a_session_that_nobody_reports_any_more_keeps_nobody_out(radius: Radius) -> None:
    amina()
    a_profile("fiber100", sessions=1)
    asked = {"User_Name": "amina@isp", "User_Password": "x"}
    a_session(now())
    while_open = radius.sign_in(**asked).code
    last = now() - timedelta(minutes=31)
    Session.objects.update(acctupdatetime=last)
    unheard_of = radius.sign_in(**asked).code

    assert (while_open, unheard_of) == ("Access-Reject", "Access-Accept")
    assert end_stale_sessions(now=now()) == 1
    assert Session.objects.get().acctstoptime == last


@pytest.mark.radius
def test_openwisp_617_a_server_that_starts_anew_ends_its_sessions(radius: Radius) -> None:
    amina()
    began = a_session(now() - timedelta(minutes=1))

    code = radius.account(Acct_Status_Type="Accounting-On", Acct_Session_Id="0").code

    began.refresh_from_db()
    assert (code, began.acctterminatecause) == ("Accounting-Response", "NAS-Reboot")
