"""Devices that do not answer open incidents by themselves: one for each event, over when they are back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadbill.contracts.models import Fact
from broadbill.network.adapters import ping as pinging
from broadbill.network.adapters.ping import Echo, privileged
from broadbill.network.domain.errors import IncidentInvalid
from broadbill.network.domain.reachability import Patience, Reach
from broadbill.network.models import Affected, Detection, Device, DeviceState, Incident, ProbeSlot
from broadbill.network.operations.incidents import decide_credit, declare_incident, end_incident
from broadbill.network.operations.monitoring_policy import set_monitoring_policy
from broadbill.network.operations.probe import Round, probe_devices, take_in_echoes
from broadbill.network.operations.review import confirm_detection, dismiss_detection, merge_detection
from broadbill.network.operations.sites import hang_under, set_device, set_site
from broadbill.network.operations.watching import SnmpAccess, watch_device
from broadbill.network.queries.incidents import incidents_over
from broadbill.network.queries.monitoring import answers_of, monitoring_policy, watched_devices
from tests.network.edge import a_profile, an_access
from tests.network.snmp_agent import COMMUNITY, SnmpAgent
from tests.world import ACTOR, a_plan, a_subscription, an_account, at

NOON = at("2026-11-05")
# RFC 1112 §4: class E, to which no packet is ever sent on.
GONE = "240.0.0.1"


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def watched(code: str, uplink: str = "", address: str = "127.0.0.1", site: str = "hill") -> None:
    set_device(code=code, site=site, uplink=uplink, now=NOON, actor=ACTOR)
    watch_device(device=code, address=address, pings=True, snmp=None, now=NOON, actor=ACTOR)


def minute(number: float, *silent: str) -> Round:
    """A round of probes so many minutes after noon, in which these devices do not answer."""
    found = {
        device_id: Echo(3, 0) if code in silent else Echo(3, 3, 3000, 1500)
        for device_id, code in Device.objects.filter(watch__isnull=False).values_list("id", "code")
    }
    return take_in_echoes(found, policy=monitoring_policy(), at=after(number), now=after(number), actor=ACTOR)


def minutes(numbers: Iterable[float], *silent: str) -> None:
    for number in numbers:
        minute(number, *silent)


@pytest.fixture
def customer(db: None) -> tuple[int, int]:
    """An account with a subscription under the sector, that hangs under the router; a day's credit is the policy."""
    set_site(code="hill", name="Hill", now=NOON, actor=ACTOR)
    watched("router")
    watched("sector", "router")
    set_monitoring_policy(down_after_minutes=3, up_after_minutes=5, credit={"per": "day"}, reference="",
                          now=NOON, actor=ACTOR)  # fmt: skip
    plan = a_plan("fiber", "30.00")
    a_profile("fiber100", "fiber")
    account = an_account()
    subscription = a_subscription(account, plan, "2026-01-01")
    an_access(account, subscription, "amina@isp", password="x")
    hang_under(username="amina@isp", device="sector", now=NOON, actor=ACTOR)
    return account, subscription


def found() -> list[tuple[str, datetime, datetime | None]]:
    rows = Incident.objects.order_by("id").values_list("device__code", "starts_at", "ends_at")
    return [(code or "", starts, ends) for code, starts, ends in rows]


class TestPatience:
    PATIENCE = Patience(down_after=timedelta(minutes=3), up_after=timedelta(minutes=5))

    @given(st.lists(st.booleans(), max_size=60))
    def test_never_calls_down_what_answered_within_it_nor_up_what_failed(self, answers: list[bool]) -> None:
        reach = Reach()
        for number, answered in enumerate(answers):
            before, reach = reach, reach.probed(answered=answered, at=after(number), patience=self.PATIENCE)
            if before.is_up is not False and reach.is_up is False:
                assert not any(answers[number - 3 : number + 1])
            if before.is_up is False and reach.is_up:
                assert all(answers[number - 5 : number + 1])
            assert (reach.failing_since is None) == answered


@pytest.mark.usefixtures("customer")
class TestAnIncident:
    def test_is_opened_after_the_policys_minutes_and_measured_by_the_probes(
        self, customer: tuple[int, int]
    ) -> None:
        minute(0)
        minutes((1, 2, 3), "sector")
        assert found() == []
        minute(4, "sector")
        assert found() == [("sector", after(1), None)]
        assert incidents_over(customer[0]) == {customer[1]: after(1)}

        minutes((5, 6), "sector")
        minutes(range(7, 13))

        assert found() == [("sector", after(1), after(7))]
        assert Affected.objects.get().minutes == 6
        assert incidents_over(customer[0]) == {}

    def test_proposes_the_policys_credit_which_a_person_grants(self, customer: tuple[int, int]) -> None:
        minute(0)
        minutes(range(1, 5), "sector")
        minutes(range(5, 11))
        incident = Incident.objects.get()
        assert Fact.objects.filter(kind="outage").count() == 0

        confirm_detection(incident_id=incident.id, now=after(60), actor=ACTOR)

        assert decide_credit(incident_id=incident.id, grants=True, now=after(60), actor=ACTOR) == 1
        assert Fact.objects.get(kind="outage").subscription_id == customer[1]

    def test_is_one_however_often_the_device_comes_and_goes(self) -> None:
        minute(0)
        minutes(range(1, 6), "sector")
        for start in (6, 10, 14):
            minutes((start, start + 1))
            minutes((start + 2, start + 3), "sector")
        minutes(range(18, 24))

        assert found() == [("sector", after(1), after(18))]

    def test_is_none_when_the_device_is_silent_for_less(self) -> None:
        minute(0)
        for start in range(1, 20, 4):
            minutes((start, start + 1), "sector")
            minutes((start + 2, start + 3))

        assert found() == []

    def test_of_a_parent_is_one_and_not_one_for_each_child(self) -> None:
        minute(0)
        minute(1, "sector")
        minutes(range(2, 30), "sector", "router")

        assert found() == [("router", after(2), None)]
        minutes(range(30, 40))
        assert found() == [("router", after(2), after(30))]

    def test_of_a_child_begins_when_its_parent_is_back(self) -> None:
        minute(0)
        minutes(range(1, 10), "sector", "router")
        minutes(range(10, 20), "sector")

        assert found() == [("router", after(1), after(10)), ("sector", after(10), None)]

    def test_is_not_opened_under_a_declared_one(self) -> None:
        minute(0)
        declared = declare_incident(
            site="hill", starts_at=NOON, cause="Works", credit={}, now=NOON, actor=ACTOR
        )
        minutes(range(1, 10), "sector")
        assert len(found()) == 1

        end_incident(incident_id=declared, ends_at=after(9.5), now=after(9.5), actor=ACTOR)
        minutes(range(10, 14), "sector")

        assert found()[1:] == [("sector", after(9.5), None)]

    def test_is_not_opened_by_the_same_round_twice(self) -> None:
        minute(0)
        minutes(range(1, 5), "sector")
        minutes((4, 4, 4), "sector")

        assert len(found()) == 1
        assert ProbeSlot.objects.get(device__code="sector", at=NOON).sent == 15


@pytest.mark.usefixtures("customer")
class TestReview:
    @pytest.fixture
    def incident(self) -> int:
        minute(0)
        minutes(range(1, 5), "sector")
        return Incident.objects.get().id

    def test_a_false_alarm_gives_nothing_and_is_not_opened_again(
        self, customer: tuple[int, int], incident: int
    ) -> None:
        dismiss_detection(incident_id=incident, now=after(4.5), actor=ACTOR)
        minutes(range(5, 30), "sector")

        assert len(found()) == 1
        assert incidents_over(customer[0]) == {}
        with pytest.raises(IncidentInvalid, match="no rule for credit"):
            decide_credit(incident_id=incident, grants=True, now=after(30), actor=ACTOR)
        # Once it has answered, the next event is one of its own.
        minutes(range(30, 40))
        minutes(range(40, 45), "sector")
        assert found()[1:] == [("sector", after(40), None)]

    def test_merged_everybody_is_under_the_declared_one_alone(
        self, customer: tuple[int, int], incident: int
    ) -> None:
        set_site(code="valley", name="Valley", now=NOON, actor=ACTOR)
        declared = declare_incident(site="valley", starts_at=after(3), cause="Storm", credit={"per": "day"},
                                    now=after(4), actor=ACTOR)  # fmt: skip

        merge_detection(incident_id=incident, into=declared, now=after(5), actor=ACTOR)
        minutes(range(6, 10), "sector")
        minutes(range(10, 20))
        assert end_incident(incident_id=declared, ends_at=after(20), now=after(20), actor=ACTOR) == 1

        # From the first silent probe, at 1, to 20.
        assert Affected.objects.get(incident=declared).minutes == 19
        assert Affected.objects.get(incident=incident).minutes is None
        assert len(found()) == 2

    def test_is_said_once_and_of_what_probes_found(self, incident: int) -> None:
        confirm_detection(incident_id=incident, now=after(5), actor=ACTOR)
        assert Detection.objects.get().review == "confirmed"
        with pytest.raises(IncidentInvalid, match="confirmed already"):
            dismiss_detection(incident_id=incident, now=after(5), actor=ACTOR)
        declared = declare_incident(
            site="hill", starts_at=NOON, cause="x", credit={}, now=after(5), actor=ACTOR
        )
        with pytest.raises(IncidentInvalid, match="not found by probes"):
            dismiss_detection(incident_id=declared, now=after(5), actor=ACTOR)


class TestProbes:
    @pytest.mark.skipif(privileged() is None, reason="this system lets the tests send no ICMP")
    def test_tell_what_answers_from_what_does_not(self, db: None) -> None:
        set_site(code="hill", name="Hill", now=NOON, actor=ACTOR)
        watched("here")
        watched("gone", address=GONE)

        assert probe_devices(clock=lambda: NOON, actor=ACTOR) == Round(answered=1, silent=1)

        states = {one.code: one for one in watched_devices()}
        assert (states["here"].state, states["gone"].state) == ("up", "failing")
        assert states["here"].round_trip_us is not None
        [answered] = answers_of(device="here", starts=NOON, ends=after(5), width="5 minutes")
        assert (answered.sent, answered.answered) == (3, 3)

    @pytest.mark.skipif(privileged() is None, reason="this system lets the tests send no ICMP")
    def test_conclude_nothing_while_the_reference_is_silent_too(self, db: None) -> None:
        set_site(code="hill", name="Hill", now=NOON, actor=ACTOR)
        watched("gone", address=GONE)
        set_monitoring_policy(down_after_minutes=1, up_after_minutes=1, credit={}, reference=GONE,
                              now=NOON, actor=ACTOR)  # fmt: skip

        assert probe_devices(clock=lambda: NOON, actor=ACTOR).is_cut_off
        assert DeviceState.objects.count() == 0

    def test_say_so_where_no_echo_may_be_sent(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pinging, "privileged", lambda: None)
        set_site(code="hill", name="Hill", now=NOON, actor=ACTOR)
        watched("here")

        probe_devices(clock=lambda: NOON, actor=ACTOR)

        [state] = watched_devices()
        assert (state.state, state.trouble) == ("unknown", pinging.NOT_ALLOWED)

    @pytest.mark.snmp
    def test_go_by_snmp_where_a_device_is_not_pinged(self, db: None, agent: SnmpAgent) -> None:
        set_site(code="hill", name="Hill", now=NOON, actor=ACTOR)
        set_device(code="edge", site="hill", now=NOON, actor=ACTOR)
        access = SnmpAccess(community=COMMUNITY, port=agent.port)
        watch_device(device="edge", address="127.0.0.1", pings=False, snmp=access, now=NOON, actor=ACTOR)

        assert probe_devices(clock=lambda: NOON, actor=ACTOR).answered == 1
        agent.stop()
        assert probe_devices(clock=lambda: after(1), actor=ACTOR).silent == 1

    def test_of_many_devices_take_a_fixed_number_of_queries(
        self, db: None, django_assert_max_num_queries
    ) -> None:
        set_site(code="hill", name="Hill", now=NOON, actor=ACTOR)
        for number in range(30):
            watched(f"radio-{number}")
        minute(0)

        with django_assert_max_num_queries(12):
            minute(1)
