"""Addresses and prefixes: given once, kept on record, told to FreeRADIUS of the moment."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from broadbill.catalog.models import Plan
from broadbill.contracts.operations.changes import cancel, suspend
from broadbill.kernel.models import Event
from broadbill.network.domain.addresses import pieces_of, range_of
from broadbill.network.domain.errors import (
    AccessInvalid,
    AddressInvalid,
    AddressTaken,
    PoolInvalid,
    PoolRanDry,
    PoolUnknown,
)
from broadbill.network.models import Access, Assignment, Pool, Session
from broadbill.network.operations.addresses import assign_address, assign_from_pool, take_back_address
from broadbill.network.operations.addresses_of_ended import take_back_of_ended
from broadbill.network.operations.pools import add_pool
from broadbill.network.queries.addresses import WHO_HAD, pools, who_had
from broadbill.network.queries.answers import attributes_for
from broadbill.network.queries.under import UNDER
from tests.network.edge import a_profile, a_session, an_access
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, on

NOW = at("2026-11-05")


def a_pool(code: str = "north", network: str = "198.51.100.0/29", kind: str = "ipv4", **terms: int) -> int:
    return add_pool(code=code, kind=kind, network=network, now=NOW, actor=ACTOR, **terms)


def given(username: str, pool: str = "north") -> str:
    return assign_from_pool(username=username, pool=pool, starts_at=NOW, now=NOW, actor=ACTOR)


def fixed(username: str, address: str, kind: str = "ipv4") -> str:
    return assign_address(username=username, kind=kind, address=address, starts_at=NOW, now=NOW, actor=ACTOR)


def taken_back(username: str, address: str, hours: int = 1) -> None:
    ends_at = NOW + timedelta(hours=hours)
    take_back_address(username=username, address=address, ends_at=ends_at, now=ends_at, actor=ACTOR)


@pytest.fixture
def lines(db: None) -> int:
    """Two lines of one account, in service: amina@isp and badr@isp."""
    account = an_account("Amina Haddad", number="A/1")
    plan = a_plan("fiber")
    a_profile("fiber100", "fiber")
    for name in ("amina@isp", "badr@isp"):
        an_access(account, a_subscription(account, plan, "2026-01-01"), name, password="x")
    return account


class TestARange:
    @pytest.mark.parametrize(
        ("network", "kind", "length", "kept_back", "pieces"),
        [
            # without the network's own first and last address
            ("198.51.100.0/29", "ipv4", 32, 1, ("198.51.100.2/32", "198.51.100.6/32", 5)),
            ("198.51.100.0/31", "ipv4", 32, 0, ("198.51.100.0/32", "198.51.100.1/32", 2)),
            ("2001:db8::/32", "delegated_prefix", 56, 1, ("2001:db8:0:100::/56", "2001:db8:ffff:ff00::/56", 16777215)),
        ],
    )  # fmt: skip
    def test_holds_so_many(
        self, network: str, kind: str, length: int, kept_back: int, pieces: tuple[str, str, int]
    ) -> None:
        found = pieces_of("x", kind, range_of("x", kind, network), length, kept_back)

        assert (found.first, found.last, found.count) == pieces

    @pytest.mark.parametrize(
        ("network", "kind", "length", "kept_back", "reason"),
        [
            ("198.51.100.1/24", "ipv4", 32, 0, "has host bits set"),
            ("2001:db8::/32", "ipv4", 32, 0, "is IPv6, which ipv4 is not"),
            ("2001:db8::/60", "delegated_prefix", 56, 0, "a /60 has no pieces of length 56"),
            ("198.51.100.0/30", "ipv4", 32, 2, "nothing is left to give"),
            ("198.51.100.0/24", "ipv4", 28, 0, "its length is 32"),
            ("198.51.100.0/24", "other", 32, 0, "'other' is not one of"),
        ],
    )
    def test_is_refused_where_nothing_can_be_given_of_it(
        self, network: str, kind: str, length: int, kept_back: int, reason: str
    ) -> None:
        with pytest.raises(PoolInvalid, match=reason):
            pieces_of("x", kind, range_of("x", kind, network), length, kept_back)

    def test_overlaps_no_other(self, db: None) -> None:
        a_pool()

        with pytest.raises(PoolInvalid) as refused:
            a_pool("south", "198.51.0.0/16")

        assert str(refused.value) == "Pool south: 198.51.0.0/16 overlaps 198.51.100.0/29 of north."
        with pytest.raises(IntegrityError), transaction.atomic():
            Pool.objects.create(
                code="by hand", kind="ipv4", network="198.51.100.4/30", piece_length=32, recorded_at=NOW
            )


class TestGivenOut:
    def test_comes_from_a_pool_lowest_first_and_one_taken_back_is_given_again(self, lines: int) -> None:
        a_pool(kept_back=1)

        first, second = given("amina@isp"), given("badr@isp")
        taken_back("amina@isp", first)
        later = NOW + timedelta(hours=2)
        again = assign_from_pool(username="amina@isp", pool="north", starts_at=later, now=later, actor=ACTOR)

        assert (first, second, again) == ("198.51.100.2", "198.51.100.3", "198.51.100.2")
        assert Event.objects.filter(verb="address.assigned", account_id=lines).count() == 3

    def test_is_a_prefix_of_its_own_length(self, lines: int) -> None:
        a_pool("home", "2001:db8::/48", "delegated_prefix")

        assert [given(name, "home") for name in ("amina@isp", "badr@isp")] == [
            "2001:db8::/56",
            "2001:db8:0:100::/56",
        ]

    def test_is_nobody_elses_in_whole_or_in_part(self, lines: int) -> None:
        fixed("amina@isp", "2001:db8:7::/48", "delegated_prefix")

        with pytest.raises(AddressTaken) as refused:
            fixed("badr@isp", "2001:db8:7:100::/56", "delegated_prefix")

        assert str(refused.value).startswith(
            "2001:db8:7:100::/56 overlaps 2001:db8:7::/48, which amina@isp has."
        )
        row = Assignment.objects.get()
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)

    def test_is_one_of_a_kind(self, lines: int) -> None:
        fixed("amina@isp", "198.51.100.7")

        with pytest.raises(AccessInvalid, match=r"it has 198\.51\.100\.7 already"):
            fixed("amina@isp", "198.51.100.8")

    def test_counts_in_the_pool_it_lies_in(self, lines: int) -> None:
        fixed("badr@isp", "198.51.100.5")
        a_pool()
        fixed("amina@isp", "198.51.100.1")

        [pool] = pools(now=NOW)
        assert (pool.given, pool.count, pool.state) == (2, 6, "enough")

    def test_is_refused_where_it_cannot_be(self, lines: int) -> None:
        a_pool("home", "2001:db8::/48", "delegated_prefix")

        with pytest.raises(AddressInvalid, match="no IPv4 address"):
            fixed("amina@isp", "198.51.100.300")
        with pytest.raises(AddressInvalid, match="lies in pool home"):
            fixed("amina@isp", "2001:db8::/64", "link_prefix")
        with pytest.raises(AddressInvalid, match="does not have it then"):
            taken_back("amina@isp", "198.51.100.7")
        with pytest.raises(PoolUnknown):
            given("amina@isp", "nowhere")

    @pytest.mark.django_db
    def test_says_so_and_raises_the_alarm_when_a_pool_has_run_dry(self, lines: int) -> None:
        a_pool(network="198.51.100.4/32")
        given("amina@isp")

        with pytest.raises(PoolRanDry) as dry:
            given("badr@isp")

        assert str(dry.value).startswith("Pool north has run dry: all 1 of 198.51.100.4/32 are taken.")
        assert Event.objects.get(verb="pool.ran_dry").data == {
            "pool": "north", "network": "198.51.100.4/32", "wanted_by": "badr@isp",
        }  # fmt: skip
        assert [pool.state for pool in pools(now=NOW)] == ["dry"]


class TestOfASubscriptionThatEnded:
    @pytest.fixture
    def ending(self, lines: int) -> int:
        """Amina's line, which ends on 6 November in Vienna."""
        account = an_account("Chinua Okafor", timezone="Europe/Vienna")
        subscription = a_subscription(account, Plan.objects.get(code="fiber"), "2026-01-01")
        an_access(account, subscription, "chinua@isp", password="x")
        a_pool()
        given("chinua@isp")
        given("badr@isp")
        cancel(subscription_id=subscription, on=on("2026-11-06"), now=NOW, actor=ACTOR)
        return account

    def test_is_free_again_once_the_customers_day_is_over(self, ending: int) -> None:
        midnight = datetime(2026, 11, 6, tzinfo=ZoneInfo("Europe/Vienna"))

        assert take_back_of_ended(now=midnight - timedelta(seconds=1)) == 0
        assert take_back_of_ended(now=midnight) == 1
        assert take_back_of_ended(now=midnight) == 0

        assert [(one.username, one.ends_at) for one in who_had(address="198.51.100.1", at=NOW)] == [
            ("chinua@isp", midnight)
        ]
        event = Event.objects.get(verb="address.taken_back")
        assert (event.account_id, event.data["address"]) == (ending, "198.51.100.1")
        again = assign_from_pool(
            username="amina@isp", pool="north", starts_at=midnight, now=midnight, actor=ACTOR
        )
        assert again == "198.51.100.1"

    def test_stays_while_a_session_still_has_it(self, ending: int) -> None:
        session = a_session("chinua@isp", framedipaddress="198.51.100.1")
        later = at("2026-11-07")

        assert take_back_of_ended(now=later) == 0

        Session.objects.filter(pk=session.id).update(acctstoptime=later)
        assert take_back_of_ended(now=later) == 1

    def test_is_kept_by_a_line_that_is_only_suspended(self, lines: int) -> None:
        a_pool()
        given("amina@isp")
        [subscription] = Access.objects.filter(username="amina@isp").values_list("subscription_id", flat=True)
        suspend(subscription_id=subscription, on=on("2026-11-05"), now=NOW, actor=ACTOR)

        assert take_back_of_ended(now=at("2026-12-01")) == 0


class TestAnswered:
    def test_are_the_addresses_of_the_moment(self, lines: int) -> None:
        fixed("amina@isp", "198.51.100.7")
        fixed("amina@isp", "2001:db8:1::/64", "link_prefix")
        fixed("amina@isp", "2001:db8:7::/56", "delegated_prefix")
        fixed("badr@isp", "198.51.100.8")
        taken_back("badr@isp", "198.51.100.8")

        told = {item.name: item.value for item in attributes_for(username="amina@isp", nas="")}
        others = {item.name for item in attributes_for(username="badr@isp", nas="")}

        assert told["Framed-IP-Address"] == "198.51.100.7"
        assert told["Framed-IPv6-Prefix"] == "2001:db8:1::/64"
        assert told["Delegated-IPv6-Prefix"] == "2001:db8:7::/56"
        assert "Framed-IP-Address" not in others

    def test_are_not_those_of_a_day_to_come(self, lines: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement_timestamp() + interval '1 day'")
            [tomorrow] = cursor.fetchone()
        assign_address(username="amina@isp", kind="ipv4", address="198.51.100.7", starts_at=tomorrow,
                       now=NOW, actor=ACTOR)  # fmt: skip

        assert "Framed-IP-Address" not in {item.name for item in attributes_for(username="amina@isp", nas="")}


class TestWhoHad:
    def test_is_told_by_the_instant(self, lines: int) -> None:
        fixed("amina@isp", "198.51.100.7")
        taken_back("amina@isp", "198.51.100.7")
        later = NOW + timedelta(hours=1)
        assign_address(username="badr@isp", kind="ipv4", address="198.51.100.7", starts_at=later,
                       now=later, actor=ACTOR)  # fmt: skip

        def holders(hours: float) -> list[str]:
            return [one.username for one in who_had(address="198.51.100.7", at=NOW + timedelta(hours=hours))]

        # half-open: at the instant of the change it is the next one's
        assert [holders(hours) for hours in (-1, 0, 0.9, 1, 5)] == [
            [],
            ["amina@isp"],
            ["amina@isp"],
            ["badr@isp"],
            ["badr@isp"],
        ]

    def test_is_found_inside_a_prefix(self, lines: int) -> None:
        fixed("amina@isp", "2001:db8:7::/56", "delegated_prefix")

        [found] = who_had(address="2001:db8:7:42::1", at=NOW)

        assert (found.source, found.account, found.network) == ("assigned", "A/1", "2001:db8:7::/56")

    def test_is_told_of_what_access_servers_gave_too(self, lines: int) -> None:
        a_session("amina@isp", acctstoptime=NOW + timedelta(minutes=30))
        a_session("stranger@isp", framedipaddress="198.51.100.10", delegatedipv6prefix="2001:db8:9::/56")

        [found] = who_had(address="198.51.100.9", at=NOW + timedelta(minutes=10))
        [strange] = who_had(address="2001:db8:9::5", at=NOW + timedelta(minutes=10))

        assert (found.source, found.username, found.account, found.station) == (
            "session", "amina@isp", "A/1", "AA-BB-CC-00-00-01",
        )  # fmt: skip
        assert (strange.username, strange.account) == ("stranger@isp", "")
        assert who_had(address="198.51.100.9", at=NOW + timedelta(minutes=30)) == []

    def test_asks_for_an_address(self, db: None) -> None:
        with pytest.raises(AddressInvalid, match="no IP address"):
            who_had(address="amina", at=NOW)

    @pytest.mark.parametrize("address", ["198.51.100.9", "2001:db8:9::5"])
    def test_reads_no_sessions_but_those_with_the_address(self, years: None, address: str) -> None:
        assert sessions_read_by(WHO_HAD, {"address": address, "at": NOW}) >= {
            "radacct_open_of_address",
            "radacct_over_of_address",
            "radacct_of_address6",
            "radacct_within_framedipv6prefix",
            "radacct_within_delegatedipv6prefix",
        }


def test_what_hangs_under_a_server_is_found_without_reading_all_sessions(years: None) -> None:
    read = sessions_read_by(UNDER, {"site": 1, "device": None, "at": NOW})

    assert read >= {"radacct_open_of_nas", "radacct_over_of_nas"}


@pytest.fixture
def years(db: None) -> None:
    """Sessions of 250 servers and 20,000 customers, one in twenty still open, as the planner knows them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO radacct (acctsessionid, acctuniqueid, username, nasipaddress, framedipaddress, framedipv6prefix,
                                 delegatedipv6prefix, framedipv6address, acctstarttime, acctstoptime, in_order)
            SELECT number, number, number, '10.0.0.0'::inet + number % 250, '100.64.0.0'::inet + number,
                   format('2001:db8:%%s::/64', to_hex(number)), format('2001:db9:%%s::/56', to_hex(number)),
                   format('2001:db8:%%s::1', to_hex(number))::inet, %(now)s - number * interval '1 hour',
                   CASE WHEN number %% 20 > 0 THEN %(now)s - (number - 1) * interval '1 hour' END, true
            FROM generate_series(1, 20000) AS number
            """.replace("number % 250", "number %% 250"),
            {"now": NOW},
        )
        cursor.execute("ANALYZE radacct")


def sessions_read_by(query: str, parameters: dict[str, object]) -> set[str]:
    """The indexes by which a query is answered, which reads no sessions but by one."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan on radacct" not in plan, plan
    return set(re.findall(r"radacct_\w+", plan))
