"""Watched devices in the office: how they stand, their charts, and what is said of the incidents they open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadbill.network.adapters.ping import Echo
from broadbill.network.models import Detection, Device, Incident, Interface, InterfaceRate, Watch
from broadbill.network.operations.probe import take_in_echoes
from broadbill.network.operations.sites import set_device, set_site
from broadbill.network.operations.watching import SnmpAccess, read_interface, watch_device
from broadbill.network.queries.monitoring import monitoring_policy
from tests.console.page_checker import problems
from tests.world import ACTOR, at

pytestmark = pytest.mark.django_db
LONG_AGO = at("2026-01-01")


def body(response: Any) -> str:
    return str(response.content.decode())


def watched(code: str, uplink: str = "") -> None:
    set_device(code=code, site="hill", uplink=uplink, now=LONG_AGO, actor=ACTOR)
    watch_device(
        device=code, address="198.51.100.7", pings=True, now=LONG_AGO, actor=ACTOR,
        snmp=SnmpAccess(community="correct-horse"),
    )  # fmt: skip


def probed(at_moment: datetime, *silent: str) -> None:
    found = {
        device_id: Echo(3, 0) if code in silent else Echo(3, 3, 3600, 1500)
        for device_id, code in Device.objects.filter(watch__isnull=False).values_list("id", "code")
    }
    take_in_echoes(found, policy=monitoring_policy(), at=at_moment, now=at_moment, actor=ACTOR)


@pytest.fixture
def hill(db: None) -> datetime:
    """A router that answers, and a radio that has not for four minutes."""
    set_site(code="hill", name="The hill", now=LONG_AGO, actor=ACTOR)
    watched("router")
    watched("radio", "router")
    now = timezone.now()
    probed(now - timedelta(minutes=10))
    for minutes in (5, 4, 3, 2, 1):
        probed(now - timedelta(minutes=minutes), "radio")
    return now


class TestTheList:
    def test_tells_how_each_stands_with_its_incident(self, office: Client, hill: datetime) -> None:
        page = body(office.get("/network/devices/"))

        assert problems(page) == []
        for words in ("router", "198.51.100.7", "The hill", "1.2 ms", "Down", "Up", "by router",
                      f"incident {Incident.objects.get().id}", "Down after 3 minutes"):  # fmt: skip
            assert words in page, words
        assert page.index(">radio<") < page.index(">router<")

    def test_finds_a_device_by_its_code_its_site_or_its_address(self, office: Client, hill: datetime) -> None:
        assert ">router<" not in body(office.get("/network/devices/", {"q": "RADIO"}))
        assert ">router<" in body(office.get("/network/devices/", {"q": "the hill"}))
        assert ">router<" in body(office.get("/network/devices/", {"q": "198.51.100.7"}))
        assert "No device is called “olt”" in body(office.get("/network/devices/", {"q": "olt"}))

    def test_says_what_to_do_while_nothing_is_watched(self, office: Client) -> None:
        page = body(office.get("/network/devices/"))

        assert problems(page) == []
        assert "No device is watched yet" in page

    def test_asks_as_often_for_many_as_for_one(
        self, office: Client, hill: datetime, django_assert_num_queries: Any
    ) -> None:
        def asked() -> int:
            with django_assert_num_queries(5):
                return office.get("/network/devices/").status_code

        assert asked() == 200
        for number in range(20):
            watched(f"radio-{number}", "router")
        assert asked() == 200


class TestADevice:
    @pytest.mark.parametrize("span", ["day", "week", "month"])
    def test_has_charts_of_a_day_a_week_and_a_month(self, office: Client, hill: datetime, span: str) -> None:
        interface = read_interface(device="radio", interface="sfp1", now=hill, actor=ACTOR)
        slot = hill.replace(minute=hill.minute // 5 * 5, second=0, microsecond=0)
        InterfaceRate.objects.create(interface_id=interface, at=slot, in_kbps=12_500, out_kbps=700)

        page = body(office.get("/network/devices/radio/", {"span": span}))

        assert problems(page) == []
        # 5 rounds of 3 were lost, of 6.
        for words in ("83.3 % of 18 probes", "12.5 Mbit/s", "0.7 Mbit/s", "sfp1", "1.2 ms, at most 1.5 ms"):
            assert words in page, words

    def test_that_is_not_watched_is_not_found(self, office: Client, hill: datetime) -> None:
        assert office.get("/network/devices/nothing/").status_code == 404

    def test_takes_a_fixed_number_of_queries(
        self, office: Client, hill: datetime, django_assert_num_queries: Any
    ) -> None:
        for number in range(12):
            interface = read_interface(device="radio", interface=f"sfp{number}", now=hill, actor=ACTOR)
            InterfaceRate.objects.create(interface_id=interface, at=hill, in_kbps=1, out_kbps=1)

        with django_assert_num_queries(8):
            office.get("/network/devices/radio/")


class TestWatching:
    def test_is_begun_changed_and_ended(self, office: Client) -> None:
        set_site(code="hill", name="The hill", now=LONG_AGO, actor=ACTOR)
        set_device(code="edge", site="hill", now=LONG_AGO, actor=ACTOR)
        told = {"device": "edge", "address": "198.51.100.9", "pings": "on", "snmp": "", "snmp_port": "161"}

        refused = office.post("/network/devices/watch/", told | {"snmp": "v3", "username": "u"})
        assert refused.status_code == 422
        assert "SNMP needs it." in body(refused)
        assert office.post("/network/devices/watch/", told).status_code == 302
        assert (
            office.post(
                "/network/devices/edge/watch/", told | {"snmp": "v2c", "community": "s3cret"}
            ).status_code
            == 302
        )
        row = Watch.objects.get()
        assert (row.address, row.snmp, row.community) == ("198.51.100.9", "v2c", "s3cret")
        assert "s3cret" not in body(office.get("/network/devices/edge/watch/"))
        assert office.post("/network/devices/edge/interfaces/add/", {"interface": "sfp1"}).status_code == 302
        assert Interface.objects.get().name == "sfp1"
        assert office.post("/network/devices/edge/unwatch/").status_code == 302
        assert not Watch.objects.exists()

    def test_goes_by_the_policy_that_was_set(self, office: Client) -> None:
        told = {"down_after_minutes": "4", "up_after_minutes": "10", "reference": "198.51.100.254",
                "credit": "hour", "min_minutes": "30"}  # fmt: skip

        assert office.post("/network/devices/policy/", told).status_code == 302

        found = monitoring_policy()
        assert (found.down_after_minutes, found.up_after_minutes) == (4, 10)
        assert (found.reference, found.credit) == ("198.51.100.254", {"per": "hour", "min_minutes": 30})


class TestAnIncidentThatProbesFound:
    def test_is_confirmed_or_dismissed_on_its_page(self, office: Client, hill: datetime) -> None:
        number = Incident.objects.get().id
        page = body(office.get(f"/network/incidents/{number}/"))
        assert problems(page) == []
        assert "Found by probes" in page
        assert "False alarm" in page

        assert office.post(f"/network/incidents/{number}/false-alarm/").status_code == 302

        assert Detection.objects.get().review == "dismissed"
        assert "False alarm" in body(office.get(f"/network/incidents/{number}/"))
        again = office.post(f"/network/incidents/{number}/confirm/")
        assert again.status_code == 422
        assert "dismissed already" in body(again)

    def test_is_merged_into_one_that_goes_on(self, office: Client, hill: datetime) -> None:
        number = Incident.objects.get().id
        office.post("/network/incidents/declare/", {"place": "site:hill", "cause": "Storm", "credit": "",
                    "starts_at": f"{timezone.localtime(hill - timedelta(minutes=3)):%Y-%m-%dT%H:%M:%S}"})  # fmt: skip
        other = Incident.objects.exclude(pk=number).get()

        assert office.post(f"/network/incidents/{number}/merge/", {"into": other.id}).status_code == 302

        assert Detection.objects.get().merged_into == other
        assert f"Part of incident {other.id}" in body(office.get(f"/network/incidents/{number}/"))
