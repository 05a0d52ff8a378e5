"""Octets that collectors summed up by address are usage of whoever had the address then; of a modem, of its line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from broadbill.network.operations.addresses import assign_address, take_back_address
from broadbill.network.queries.owners import OWNERS
from broadbill.usage.domain.errors import UsageFileRefused
from broadbill.usage.domain.layouts import layout_map
from broadbill.usage.models import UsageRecord
from broadbill.usage.operations.record import TakenIn
from broadbill.usage.operations.sources import set_source
from broadbill.usage.operations.take_in import take_in_file
from broadbill.usage.queries.sources import aside
from tests.network.edge import a_profile, a_session, an_access
from tests.usage.files import ipdr, nfdump, written
from tests.world import ACTOR, a_plan, a_subscription, an_account, at

NOW = at("2026-11-20")
FROM, TO = "2026-11-05 12:00:00", "2026-11-05 12:05:00"


def take(file: Path, source: str = "flows") -> TakenIn:
    return take_in_file(file=file, source=source, now=NOW, actor=ACTOR, resolve=OWNERS)


def octets() -> dict[str, int]:
    """What each account used."""
    found: dict[str, int] = {}
    for number, quantity in UsageRecord.objects.values_list("account__number", "quantity"):
        found[number] = found.get(number, 0) + int((quantity or 0) * 10**9)
    return found


@pytest.fixture(autouse=True)
def lines(db: None) -> None:
    """amina@isp of A has 198.51.100.7 and 2001:db8:7::/56 since November; badr@isp of B; the modem of C."""
    plan = a_plan("fiber")
    a_profile("fiber100", "fiber")
    for number, name, kind in (
        ("A", "amina@isp", "pppoe"),
        ("B", "badr@isp", "pppoe"),
        ("C", "00:1a:2b:00:00:01", "mac"),
    ):
        account = an_account(number=number)
        terms = {"password": "x"} if kind == "pppoe" else {}
        an_access(account, a_subscription(account, plan, "2026-01-01"), name, kind, **terms)
    for kind, address in (("ipv4", "198.51.100.7"), ("delegated_prefix", "2001:db8:7::/56")):
        held("amina@isp", address, kind)
    networks = ["198.51.100.0/24", "2001:db8::/32"]
    flows = layout_map("nfdump", timezone="Europe/Vienna", networks=networks)
    set_source(code="flows", file_map=flows, now=NOW, actor=ACTOR)
    set_source(code="cmts", file_map=layout_map("ipdr"), now=at("2026-11-01"), actor=ACTOR)


def held(username: str, address: str, kind: str = "ipv4", since: str = "2026-11-01") -> None:
    assign_address(
        username=username, kind=kind, address=address, starts_at=at(since), now=at(since), actor=ACTOR
    )


class TestSummariesByAddress:
    @pytest.mark.parametrize("header", ["both", "in"])
    def test_are_usage_of_whoever_had_it_both_ways(self, tmp_path: Path, header: str) -> None:
        up = [(FROM, TO, "198.51.100.7", 100), (FROM, TO, "2001:db8:7:1::9", 20), (FROM, TO, "9.9.9.9", 5000)]
        down = [(FROM, TO, "198.51.100.7", 3000)]

        taken = take(written(tmp_path, "flows.csv", nfdump(up, down, header=header)))

        assert taken == TakenIn(stored=3, repeated=0, skipped=1)
        assert octets() == {"A": 3120}

    def test_are_of_the_session_that_the_server_reported_rather_than_of_what_was_assigned(
        self, tmp_path: Path
    ) -> None:
        a_session(
            "badr@isp", acctstarttime=at("2026-11-05") - timedelta(hours=3), framedipaddress="198.51.100.7"
        )

        take(written(tmp_path, "flows.csv", nfdump([(FROM, TO, "198.51.100.7", 100)])))

        assert octets() == {"B": 100}

    def test_are_shared_out_over_the_midnight_between(self, tmp_path: Path) -> None:
        over = [("2026-11-05 23:45:00", "2026-11-06 00:15:00", "198.51.100.7", 101)]

        take(written(tmp_path, "flows.csv", nfdump(over)))

        days = UsageRecord.objects.order_by("used_on").values_list("used_on", "quantity")
        assert [(f"{day}", int((quantity or 0) * 10**9)) for day, quantity in days] == [
            ("2026-11-05", 50),
            ("2026-11-06", 51),
        ]

    def test_of_an_address_that_changed_hands_meanwhile_wait_for_a_person(self, tmp_path: Path) -> None:
        noon = at("2026-11-10")
        take_back_address(username="amina@isp", address="198.51.100.7", ends_at=noon, now=noon, actor=ACTOR)
        held("badr@isp", "198.51.100.7", since="2026-11-10")
        rows = [
            ("2026-11-10 09:00:00", "2026-11-10 10:00:00", "198.51.100.7", 1),
            ("2026-11-10 12:59:00", "2026-11-10 13:01:00", "198.51.100.7", 20),
            ("2026-11-10 15:00:00", "2026-11-10 15:01:00", "198.51.100.7", 300),
        ]

        taken = take(written(tmp_path, "flows.csv", nfdump(rows)))

        assert (octets(), taken.aside) == ({"A": 1, "B": 300}, 1)

    def test_of_an_address_nobody_had_are_kept_aside(self, tmp_path: Path) -> None:
        take(written(tmp_path, "flows.csv", nfdump([(FROM, TO, "198.51.100.200", 100)])))

        assert [(one.by, one.name, one.records) for one in aside(limit=9)] == [
            ("address", "198.51.100.200", 1)
        ]

    def test_without_any_flow_are_nothing(self, tmp_path: Path) -> None:
        assert take(written(tmp_path, "flows.csv", "No matching flows\n" + nfdump([]))) == TakenIn(0, 0)

    def test_of_ports_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UsageFileRefused, match="line 2: val: is no address"):
            take(written(tmp_path, "flows.csv", nfdump([(FROM, TO, "443", 100)])))


class TestAModemsReadings:
    def test_are_usage_of_the_line_that_signs_in_with_its_mac(self, tmp_path: Path) -> None:
        one = {"at": "2026-11-05T10:00:00Z", "octets": 70, "active": 60, "mac": "001A.2B00.0001"}

        take(written(tmp_path, "a.xml", ipdr(one, {**one, "octets": 80, "direction": 2})), "cmts")

        assert octets() == {"C": 150}
