"""A session under way follows what was agreed: its access server is told, and what came of it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from broadbill.contracts.operations.changes import change_plan, resume, suspend
from broadbill.kernel.models import Event
from broadbill.network.adapters import orders
from broadbill.network.domain.errors import AccessUnknown
from broadbill.network.models import Access, Enforcement, Session
from broadbill.network.operations.access import change_password
from broadbill.network.operations.enforce import ENFORCE_TASK, enforce_drift, enforce_due
from broadbill.network.operations.throttling import release, throttle
from broadbill.network.queries.answers import standing_of
from broadbill.network.queries.worklist import not_enforced
from tests.network.edge import a_profile, access_servers, an_access
from tests.network.radius import Radius
from tests.network.stand_in import StandInNas
from tests.world import ACTOR, a_plan, a_subscription, an_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def nas(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInNas]:
    monkeypatch.setattr(orders, "ANSWER_SECONDS", 0.2)
    with StandInNas() as listening:
        yield listening


@pytest.fixture
def account(db: None, nas: StandInNas) -> int:
    access_servers(coa_port=nas.port)
    return an_account()


@pytest.fixture
def subscription(account: int) -> int:
    """Amina on fiber, which is walled in when suspended and slow when throttled; faster is not."""
    a_profile("garden", pool="garden", down=1000, up=1000)
    a_profile("slow", down=2000, up=2000)
    a_plan("faster")
    a_profile("fiber500", "faster", down=500_000, up=100_000)
    plan = a_plan("fiber")
    a_profile("fiber100", "fiber", throttled_to="slow")
    subscription = a_subscription(account, plan, "2026-01-01")
    an_access(account, subscription, "amina@isp", password="x")
    return subscription


def now() -> datetime:
    return datetime.now(tz=UTC)


def a_session(klass: str | None = "fiber100", *, nas: str = "127.0.0.1", name: str = "0001") -> Session:
    return Session.objects.create(
        acctsessionid=name,
        acctuniqueid=name,
        username="amina@isp",
        nasipaddress=nas,
        acctstarttime=now(),
        acctupdatetime=now(),
        framedipaddress="198.51.100.9",
        klass=klass,
    )


def today() -> dict[str, object]:
    return {"on": now().date(), "now": now(), "actor": ACTOR}


def carry_out() -> None:
    enforce_due(clock=now)


def outcomes() -> list[tuple[str, str]]:
    return list(Enforcement.objects.order_by("id").values_list("state", "outcome"))


class TestSuspension:
    def test_ends_the_session(self, subscription: int, nas: StandInNas) -> None:
        a_session()
        suspend(subscription_id=subscription, **today())
        assert ProcrastinateJob.objects.filter(task_name=ENFORCE_TASK, status="todo").count() == 1

        carry_out()

        [(kind, told)] = nas.orders
        assert kind == "Disconnect"
        assert told["User-Name"] == "amina@isp"
        assert told["Acct-Session-Id"] == "0001"
        assert told["Framed-IP-Address"] == "198.51.100.9"
        assert abs(told["Event-Timestamp"] - now().timestamp()) < 60
        assert outcomes() == [("done", "mikrotik ended session 0001")]
        event = Event.objects.get(verb="network.enforced")
        assert event.data["outcome"] == "mikrotik ended session 0001"
        assert event.account_id is not None

    def test_that_is_taken_back_before_anybody_is_told_ends_nothing(
        self, subscription: int, nas: StandInNas
    ) -> None:
        a_session()
        suspend(subscription_id=subscription, **today())
        resume(subscription_id=subscription, **today())

        carry_out()

        assert nas.orders == []
        assert outcomes() == [("done", "session 0001 has fiber100 already")]

    def test_with_a_walled_garden_ends_the_session_so_that_it_begins_there(
        self, subscription: int, nas: StandInNas
    ) -> None:
        a_profile("fiber100", restricted_to="garden", throttled_to="slow")
        a_session()
        suspend(subscription_id=subscription, **today())

        carry_out()

        assert [kind for kind, _ in nas.orders] == ["Disconnect"]

    def test_of_a_subscription_that_signs_in_with_nothing_wants_nobody_told(self, account: int) -> None:
        other = a_subscription(account, a_plan("tv"), "2026-01-01")

        suspend(subscription_id=other, **today())

        assert not Enforcement.objects.exists()


class TestChangeOfPlan:
    @pytest.mark.parametrize(
        ("address", "attribute", "value"),
        [
            ("127.0.0.1", "Mikrotik-Rate-Limit", "100000k/500000k"),
            (
                "127.0.0.2",
                "Cisco-Account-Info",
                "QU;100000000;18750000;37500000;D;500000000;93750000;187500000",
            ),
            ("127.0.0.3", "ERX-Service-Activate", "broadbill(500000000,100000000)"),
            ("127.0.0.4", "Huawei-Output-Average-Rate", 500_000_000),
            ("127.0.0.6", "WISPr-Bandwidth-Max-Down", 500_000_000),
        ],
    )
    def test_changes_the_session_in_the_words_of_its_server(
        self, subscription: int, monkeypatch: pytest.MonkeyPatch, nas: StandInNas, address: str, attribute: str,
        value: str | int,
    ) -> None:  # fmt: skip
        session = a_session(nas=address)
        change_plan(subscription_id=subscription, plan="faster", **today())
        # The stand-in listens on the first of the loopback addresses alone.
        send = orders.Client.__init__
        monkeypatch.setattr(
            orders.Client, "__init__", lambda self, **terms: send(self, **{**terms, "server": "127.0.0.1"})
        )

        carry_out()

        [(kind, told)] = nas.orders
        assert (kind, told[attribute]) == ("CoA", value)
        session.refresh_from_db()
        assert session.klass == "fiber500"

    def test_ends_the_session_where_the_server_cannot_change_it(
        self, subscription: int, nas: StandInNas
    ) -> None:
        nas.answers["CoA"] = 401
        a_session()
        change_plan(subscription_id=subscription, plan="faster", **today())

        carry_out()

        assert [kind for kind, _ in nas.orders] == ["CoA", "Disconnect"]
        assert outcomes() == [("done", "mikrotik ended session 0001")]


class TestThrottle:
    def test_slows_a_session_down_and_lets_it_go(
        self, account: int, subscription: int, nas: StandInNas
    ) -> None:
        a_session()
        terms = {"account_id": account, "subscription_id": subscription, "now": now(), "actor": ACTOR}

        assert throttle(**terms, reason="allowance used up")
        carry_out()
        assert release(**{**terms, "now": now()})
        carry_out()

        assert [told["Mikrotik-Rate-Limit"] for _, told in nas.orders] == ["2000k/2000k", "20000k/100000k"]
        assert not release(**{**terms, "now": now()})

    def test_that_is_let_go_at_the_instant_it_began_was_none(self, account: int, subscription: int) -> None:
        terms = {"account_id": account, "subscription_id": subscription, "now": now(), "actor": ACTOR}

        assert throttle(**terms, reason="a mistake")
        assert release(**terms)

        assert standing_of("amina@isp").state == "active"


class TestProfile:
    def test_that_is_changed_is_told_to_the_sessions_that_have_it(
        self, subscription: int, nas: StandInNas
    ) -> None:
        session = a_session()

        a_profile("fiber100", "fiber", down=150_000, up=50_000, throttled_to="slow")
        carry_out()

        [(kind, told)] = nas.orders
        assert (kind, told["Mikrotik-Rate-Limit"]) == ("CoA", "50000k/150000k")
        session.refresh_from_db()
        assert session.klass == "fiber100"

    def test_whose_allowance_alone_is_changed_is_told_to_nobody(
        self, subscription: int, nas: StandInNas
    ) -> None:
        a_session()

        a_profile("fiber100", "fiber", throttled_to="slow", allowance_octets=10**12)
        carry_out()

        assert nas.orders == []


class TestPassword:
    def test_is_changed_for_the_next_sign_in_and_never_recorded(
        self, account: int, subscription: int
    ) -> None:
        given = change_password(account_id=account, username="amina@isp", now=now(), actor=ACTOR)

        assert Access.objects.get().password == given.password != "x"
        event = Event.objects.get(verb="access.password_changed")
        assert event.data == {"username": "amina@isp"}

    def test_of_somebody_else_is_refused(self, account: int, subscription: int) -> None:
        other = an_account("Other")

        with pytest.raises(AccessUnknown):
            change_password(account_id=other, username="amina@isp", now=now(), actor=ACTOR)


class TestServers:
    def test_that_do_not_answer_are_asked_again_until_it_is_a_persons_turn(
        self, subscription: int, nas: StandInNas
    ) -> None:
        nas.answers["Disconnect"] = "silence"
        a_session()
        suspend(subscription_id=subscription, **today())
        moment = now()
        waits = []
        while Enforcement.objects.get().state == "waiting":
            row = Enforcement.objects.get()
            moment = max(moment, row.next_try_at)
            enforce_due(clock=lambda moment=moment: moment)
            after = Enforcement.objects.get()
            if after.state == "waiting":
                waits.append(int((after.next_try_at - moment).total_seconds()))

        assert waits == [10, 30, 60, 120, 300, 300, 500]
        # Each order was sent twice.
        assert len(nas.orders) == 16
        [listed] = not_enforced()
        assert (listed.outcome, listed.tries) == ("mikrotik did not answer for session 0001", 8)
        assert Event.objects.filter(verb="network.enforcement_failed").count() == 1

    def test_with_another_secret_discard_the_order(self, subscription: int, nas: StandInNas) -> None:
        nas.secret = "some other secret"
        a_session()
        suspend(subscription_id=subscription, **today())

        carry_out()

        assert (nas.orders, nas.refused) == ([], 2)
        assert Enforcement.objects.get().state == "waiting"

    def test_that_know_no_such_session_have_ended_it(self, subscription: int, nas: StandInNas) -> None:
        nas.answers["Disconnect"] = 503
        session = a_session()
        suspend(subscription_id=subscription, **today())

        carry_out()

        session.refresh_from_db()
        assert session.acctstoptime is not None
        assert outcomes() == [("done", "mikrotik knows no session 0001")]

    def test_that_refuse_are_listed_at_once(self, subscription: int, nas: StandInNas) -> None:
        nas.answers["Disconnect"] = 501
        a_session()
        suspend(subscription_id=subscription, **today())

        carry_out()

        assert [each.outcome for each in not_enforced()] == [
            "mikrotik refused to end session 0001 (Error-Cause 501)"
        ]

    def test_that_are_not_ours_are_listed_at_once(self, subscription: int) -> None:
        a_session(nas="203.0.113.77")
        suspend(subscription_id=subscription, **today())

        carry_out()

        assert [each.outcome for each in not_enforced()] == ["203.0.113.77 is no access server of ours"]


class TestSessions:
    def test_reported_a_moment_after_the_change_are_found_by_the_second_look(
        self, subscription: int, nas: StandInNas
    ) -> None:
        suspend(subscription_id=subscription, **today())
        carry_out()
        assert outcomes() == [("waiting", "no session was open")]
        a_session()

        enforce_due(clock=lambda: now() + timedelta(seconds=61))

        assert [kind for kind, _ in nas.orders] == ["Disconnect"]

    def test_whose_standing_changes_with_the_day_are_found(self, subscription: int, nas: StandInNas) -> None:
        # Told yesterday's plan: no fact is recorded at midnight.
        a_session("fiber500")

        assert enforce_drift(now=now()) == 1
        assert enforce_drift(now=now()) == 0
        carry_out()

        assert [told["Mikrotik-Rate-Limit"] for _, told in nas.orders] == ["20000k/100000k"]
        assert enforce_drift(now=now()) == 0


@pytest.mark.radius
@pytest.mark.django_db(transaction=True)
def test_a_customer_who_signed_in_is_cut_off_on_suspension_and_let_in_on_resumption(
    transactional_db: None, subscription: int, nas: StandInNas, radius: Radius
) -> None:
    asked = {"User_Name": "amina@isp", "User_Password": "x"}
    accepted = radius.sign_in(**asked)
    radius.account(
        Acct_Status_Type="Start",
        Acct_Session_Id="0001",
        User_Name="amina@isp",
        Class=accepted.attributes["Class"],
    )

    suspend(subscription_id=subscription, **today())
    refused = radius.sign_in(**asked).code
    carry_out()
    resume(subscription_id=subscription, **today())

    assert (accepted.code, refused, radius.sign_in(**asked).code) == (
        "Access-Accept",
        "Access-Reject",
        "Access-Accept",
    )
    assert [kind for kind, _ in nas.orders] == ["Disconnect"]
