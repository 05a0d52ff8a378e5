"""The network in the office: who is online, ending a session, what could not be told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from broadbill.contracts.models import Fact
from broadbill.identity.models import User
from broadbill.kernel.models import Event
from broadbill.network.adapters import orders
from broadbill.network.models import Enforcement, Incident, Nas
from broadbill.network.operations.addresses import assign_from_pool
from broadbill.network.operations.incidents import declare_incident
from broadbill.network.operations.pools import add_pool
from broadbill.network.operations.reconcile import reconcile
from broadbill.network.operations.sites import set_device, set_site
from tests.console.page_checker import problems
from tests.network.edge import a_profile, a_session, access_servers, an_access
from tests.network.stand_in import StandInNas
from tests.world import ACTOR, a_plan, a_subscription, an_account, at

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def nas(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[StandInNas]:
    monkeypatch.setattr(orders, "ANSWER_SECONDS", 0.2)
    with StandInNas() as listening:
        access_servers(coa_port=listening.port)
        yield listening


@pytest.fixture
def amina(nas: StandInNas) -> int:
    """On fiber at 100 Mbit/s as amina@isp."""
    account = an_account("Amina Haddad", number="A/1")
    plan = a_plan("fiber")
    a_profile("fiber100", "fiber")
    an_access(account, a_subscription(account, plan, "2026-01-01"), "amina@isp", password="x")
    return account


class TestOnline:
    def test_tells_who_since_when_from_where_and_how_much(self, office: Client, amina: int) -> None:
        a_session("amina@isp")

        page = body(office.get("/network/"))

        assert problems(page) == []
        for words in ("Amina Haddad", "amina@isp", "198.51.100.9", "AA-BB-CC-00-00-01", "4.2 GB", "40 MB",
                      "1 session is online"):  # fmt: skip
            assert words in page, words

    @pytest.mark.parametrize(
        "asked", ["amina@isp", "198.51.100.9", "aa:bb:cc:00:00:01", "AABB.CC00.0001", " amina@isp "]
    )
    def test_finds_a_session_by_user_address_and_mac(self, office: Client, amina: int, asked: str) -> None:
        a_session("amina@isp")
        a_session("other@isp", framedipaddress="198.51.100.10", callingstationid="AA-BB-CC-00-00-02")

        page = body(office.get("/network/", {"q": asked}))

        assert "amina@isp" in page
        assert "other@isp" not in page

    def test_leaves_out_what_is_over(self, office: Client, amina: int) -> None:
        a_session("amina@isp", acctstoptime=at("2026-11-06"))

        assert "Nobody is online" in body(office.get("/network/"))

    def test_asks_as_often_for_many_as_for_one_and_comes_a_page_at_a_time(
        self, office: Client, amina: int, django_assert_num_queries: Any
    ) -> None:
        sessions = [a_session("amina@isp", number=f"{number}") for number in range(26)]

        with django_assert_num_queries(5):  # session, user, provider, the page, how many
            page = body(office.get("/network/"))

        assert "26 sessions are online" in page
        assert f"/network/sessions/{sessions[0].id}/" not in page
        assert f"/network/sessions/{sessions[0].id}/" in body(office.get(f"/network/?after={sessions[1].id}"))

    def test_is_on_the_customers_page_for_the_customers_own_lines(self, office: Client, amina: int) -> None:
        a_session("amina@isp")
        a_session("other@isp", framedipaddress="198.51.100.10")

        page = body(office.get("/customers/A/1/"))

        assert problems(page) == []
        assert "198.51.100.9" in page
        assert "198.51.100.10" not in page


class TestDisconnect:
    def test_has_the_server_end_the_session_and_is_recorded(
        self, office: Client, amina: int, nas: StandInNas
    ) -> None:
        session = a_session("amina@isp")

        asked = body(office.get(f"/network/sessions/{session.id}/disconnect/"))
        done = office.post(f"/network/sessions/{session.id}/disconnect/")

        assert problems(asked) == []
        assert done.status_code == 302
        [(kind, told)] = nas.orders
        assert (kind, told["User-Name"]) == ("Disconnect", "amina@isp")
        event = Event.objects.get(verb="session.disconnected")
        assert event.account_id == amina
        assert event.data["outcome"] == f"mikrotik ended session {session.acctsessionid}"

    def test_says_so_when_the_server_is_not_ours(self, office: Client, amina: int, nas: StandInNas) -> None:
        session = a_session("amina@isp", nasipaddress="203.0.113.9")

        answer = office.post(f"/network/sessions/{session.id}/disconnect/")

        assert answer.status_code == 422
        assert "203.0.113.9 is no access server of ours" in body(answer)
        assert Event.objects.filter(verb="session.not_disconnected").count() == 1

    def test_of_a_session_that_is_over_sends_nothing(
        self, office: Client, amina: int, nas: StandInNas
    ) -> None:
        session = a_session("amina@isp", acctstoptime=at("2026-11-06"))

        answer = office.post(f"/network/sessions/{session.id}/disconnect/")

        assert (answer.status_code, nas.orders) == (422, [])

    def test_is_for_technicians_too(self, client: Client, technician: User, amina: int) -> None:
        client.force_login(technician)

        assert client.get("/network/").status_code == 200


class TestNotReached:
    def test_lists_what_could_not_be_told(self, office: Client, amina: int) -> None:
        from broadbill.contracts.models import Subscription

        Enforcement.objects.create(
            account_id=amina,
            subscription_id=Subscription.objects.get().id,
            cause="what was agreed has changed",
            state="failed",
            wanted_at=at("2026-11-05"),
            next_try_at=at("2026-11-05"),
            tries=8,
            outcome="bng1 did not answer for session 0001",
            ended_at=at("2026-11-05"),
        )

        page = body(office.get("/network/not-reached/"))

        assert problems(page) == []
        assert "bng1 did not answer for session 0001" in page
        assert "8 tries" in page

    def test_says_so_when_there_is_nothing(self, office: Client) -> None:
        assert "Every session was told what changed" in body(office.get("/network/not-reached/"))


def asks(office: Client, address: str, moment: str, request: str = "Court 7/26") -> Any:
    return office.post("/network/who-had/", {"address": address, "at": moment, "request": request})


class TestWhoHadAnAddress:
    def test_is_told_and_who_asked_is_on_record(self, office: Client, owner: User, amina: int) -> None:
        a_session("amina@isp", acctstoptime=at("2026-11-06"))

        empty = body(office.get("/network/who-had/"))
        page = body(asks(office, "198.51.100.9", "2026-11-05T18:00"))
        later = body(asks(office, "198.51.100.9", "2026-11-07T18:00"))

        assert problems(empty) == []
        assert problems(page) == []
        assert "Amina Haddad" in page
        assert "Nobody had it then" in later
        first, second = Event.objects.filter(verb="address.traced").order_by("id")
        assert (first.actor, first.object_id) == (owner.actor, "198.51.100.9")
        assert (first.data["request"], first.data["usernames"]) == ("Court 7/26", ["amina@isp"])
        assert second.data["usernames"] == []

    @pytest.mark.parametrize(
        ("address", "moment", "request_", "words"),
        [
            ("amina", "2026-11-05T18:00", "Court 7/26", "no IP address"),
            ("198.51.100.9", "yesterday", "Court 7/26", "Enter a valid date/time."),
            ("198.51.100.9", "2026-11-05T18:00", "", "This field is required."),
        ],
    )
    def test_says_what_it_does_not_understand_and_records_nothing(
        self, office: Client, address: str, moment: str, request_: str, words: str
    ) -> None:
        answer = asks(office, address, moment, request_)

        assert answer.status_code == 422
        assert words in body(answer)
        assert Event.objects.filter(verb="address.traced").count() == 0

    def test_is_nothing_for_a_technician(self, client: Client, technician: User, amina: int) -> None:
        client.force_login(technician)

        assert client.get("/network/who-had/").status_code == 403
        assert asks(client, "198.51.100.9", "2026-11-05T18:00").status_code == 403
        assert "/network/who-had/" not in body(client.get("/network/"))


class TestAddresses:
    def test_get_a_pool_that_overlaps_no_other(self, office: Client) -> None:
        told = {"code": "north", "network": "198.51.100.0/24", "kind": "ipv4", "kept_back": "3"}

        asked = body(office.get("/network/addresses/add/"))
        done = office.post("/network/addresses/add/", told, follow=True)
        refused = office.post(
            "/network/addresses/add/", told | {"code": "south", "network": "198.51.100.128/25"}
        )

        assert problems(asked) == []
        # 256 without the network's own two and the three kept back
        assert "north has 251 to give out." in body(done)
        assert refused.status_code == 422
        assert "198.51.100.128/25 overlaps 198.51.100.0/24 of north" in body(refused)

    def test_that_run_dry_are_told_of_on_the_first_page(self, office: Client, amina: int) -> None:
        add_pool(code="tiny", kind="ipv4", network="198.51.100.4/32", now=at("2026-11-05"), actor=ACTOR)
        assert "runs dry" not in body(office.get("/"))
        assign_from_pool(
            username="amina@isp", pool="tiny", starts_at=at("2026-11-05"), now=at("2026-11-05"), actor=ACTOR
        )

        assert "1 pool that runs dry or has run dry" in body(office.get("/"))
        assert "Run dry" in body(office.get("/network/addresses/"))

    def test_shows_what_is_left_of_each_pool_with_as_many_queries_for_many(
        self, office: Client, django_assert_num_queries: Any
    ) -> None:
        for number in range(3):
            add_pool(code=f"north{number}", kind="ipv4", network=f"198.51.{number}.0/24", now=at("2026-11-05"),
                     actor=ACTOR)  # fmt: skip

        with django_assert_num_queries(4):  # session, user, provider, the pools
            page = body(office.get("/network/addresses/"))

        assert problems(page) == []
        assert "north2" in page
        assert "Enough left" in page


class TestIncidents:
    def test_are_listed_with_how_many_they_reach(
        self, office: Client, django_assert_num_queries: Any
    ) -> None:
        set_site(code="hill", name="The hill", now=at("2026-11-01"), actor=ACTOR)
        declare_incident(site="hill", starts_at=at("2026-11-05"), cause="Lightning", credit={},
                         now=at("2026-11-05"), actor=ACTOR)  # fmt: skip

        with django_assert_num_queries(4):  # session, user, provider, the incidents
            page = body(office.get("/network/incidents/"))

        assert problems(page) == []
        assert "Lightning" in page

    def test_says_so_when_there_are_none(self, office: Client) -> None:
        assert "Nothing is or was out" in body(office.get("/network/incidents/"))

    def test_are_declared_ended_and_given_credit_for_once_somebody_agrees(
        self, office: Client, amina: int
    ) -> None:
        set_site(code="hill", name="The hill", now=at("2026-11-01"), actor=ACTOR)
        set_device(code="bng", site="hill", nas="mikrotik", now=at("2026-11-01"), actor=ACTOR)
        a_session("amina@isp", nasipaddress="127.0.0.1")
        told = {"place": "site:hill", "starts_at": "2026-11-05T14:00", "cause": "Lightning", "credit": "day"}

        foreseen = body(office.post("/network/incidents/declare/", told | {"foresee": "1"}))
        assert Incident.objects.count() == 0
        office.post("/network/incidents/declare/", told)
        number = Incident.objects.get().id
        going_on = body(office.get(f"/network/incidents/{number}/"))
        office.post(f"/network/incidents/{number}/over/", {"ends_at": "2026-11-05T16:30"})
        proposed = body(office.get(f"/network/incidents/{number}/"))
        first_page = body(office.get("/"))
        facts = Fact.objects.filter(kind="outage").count()
        asked = body(office.get(f"/network/incidents/{number}/credit/"))
        office.post(f"/network/incidents/{number}/credit/", {"how": "bill"})
        again = office.post(f"/network/incidents/{number}/credit/", {"how": "bill"})

        assert "1 service hangs under it: Amina Haddad" in foreseen
        assert problems(going_on) == []
        assert "Amina Haddad" in going_on
        assert problems(proposed) == []
        assert "150 minutes" in proposed
        assert "Proposed" in proposed
        assert "1 incident&#x27;s credit to decide" in first_page
        assert problems(asked) == []
        assert facts == 0
        assert Fact.objects.filter(kind="outage").count() == 1
        assert again.status_code == 422
        assert "credit was granted already" in body(again)
        assert "given credit" in body(office.get(f"/network/incidents/{number}/"))
        register = b"".join(office.get("/network/incidents/register.csv").streaming_content).decode()
        assert register.splitlines()[1].endswith("2026-11-05T16:30:00+00:00,150,1,150,1,granted")

    def test_get_no_credit_where_somebody_declines(self, office: Client, amina: int) -> None:
        set_site(code="hill", name="The hill", now=at("2026-11-01"), actor=ACTOR)
        number = declare_incident(site="hill", starts_at=at("2026-11-05"), cause="Lightning", credit={"per": "day"},
                                  now=at("2026-11-05"), actor=ACTOR)  # fmt: skip
        early = office.post(f"/network/incidents/{number}/no-credit/")
        office.post(f"/network/incidents/{number}/over/", {"ends_at": "2026-11-05T16:30"})

        asked = body(office.get(f"/network/incidents/{number}/no-credit/"))
        office.post(f"/network/incidents/{number}/no-credit/")
        late = office.post(f"/network/incidents/{number}/credit/", {"how": "bill"})

        assert "is not over yet" in body(early)
        assert problems(asked) == []
        assert "credit was declined already" in body(late)

    def test_say_what_is_wrong_with_them(self, office: Client) -> None:
        set_site(code="hill", name="The hill", now=at("2026-11-01"), actor=ACTOR)
        told = {
            "place": "site:hill",
            "starts_at": "2026-11-05T14:00",
            "cause": "Lightning",
            "credit": "steps",
        }

        without = body(office.post("/network/incidents/declare/", told))
        odd = body(office.post("/network/incidents/declare/", told | {"steps": "four hours"}))
        falling = body(office.post("/network/incidents/declare/", told | {"steps": "240:110"}))

        assert "Say from how many minutes on how many percent." in without
        assert "Write minutes, a colon and percent, such as 240:10." in odd
        assert "percent" in falling
        assert Incident.objects.count() == 0

    def test_are_a_technicians_to_declare_and_not_to_pay_for(self, client: Client, technician: User) -> None:
        client.force_login(technician)

        assert client.get("/network/incidents/declare/").status_code == 200
        assert client.get("/network/incidents/1/credit/").status_code == 403


class TestSites:
    def test_are_added_and_changed_with_their_devices_and_servers(self, office: Client) -> None:
        server = {
            "name": "bng-1",
            "address": "192.0.2.1",
            "vendor": "cisco",
            "secret": "correct-horse",
            "coa_port": 3799,
        }
        office.post("/network/sites/servers/add/", server)
        office.post("/network/sites/add/", {"code": "hill", "name": "The hill"})
        office.post("/network/sites/add/", {"code": "mast", "name": "The mast", "parent": "hill"})
        office.post("/network/sites/devices/add/", {"code": "bng", "site": "hill", "nas": "bng-1"})
        office.post("/network/sites/devices/add/", {"code": "sector", "site": "mast", "uplink": "bng"})
        office.post("/network/sites/servers/bng-1/", server | {"secret": "", "site": "Tower 4"})
        circle = office.post("/network/sites/hill/", {"name": "The hill", "parent": "mast"})

        page = body(office.get("/network/sites/"))

        assert problems(page) == []
        for words in ("The mast", "part of hill", "access server bng-1", "Tower 4", "192.0.2.1"):
            assert words in page, words
        assert "correct-horse" not in page
        assert Nas.objects.get().secret == "correct-horse"
        assert circle.status_code == 422
        assert "mast lies in it" in body(circle)
        for path in ("sites/add/", "sites/hill/", "sites/devices/sector/", "sites/servers/bng-1/"):
            asked = body(office.get(f"/network/{path}"))
            assert problems(asked) == [], path
            assert "correct-horse" not in asked
        assert office.get("/network/sites/valley/").status_code == 404

    def test_are_listed_with_as_many_queries_for_many(
        self, office: Client, django_assert_num_queries: Any
    ) -> None:
        access_servers()
        for number in range(4):
            set_site(code=f"s{number}", name=f"Site {number}", now=at("2026-11-01"), actor=ACTOR)
            set_device(code=f"d{number}", site=f"s{number}", now=at("2026-11-01"), actor=ACTOR)

        with django_assert_num_queries(6):  # session, user, provider; sites, devices, servers
            office.get("/network/sites/")


class TestDrift:
    def test_is_listed_with_its_age(self, office: Client, amina: int, django_assert_num_queries: Any) -> None:
        a_session("stranger@isp")
        a_session("amina@isp", klass="slow")
        reconcile(now=at("2026-11-05"))

        with django_assert_num_queries(4):  # session, user, provider, the drift
            page = body(office.get("/network/drift/"))

        assert problems(page) == []
        for words in ("stranger@isp", "Nobody&#x27;s session", "Amina Haddad", "Another speed"):
            assert words in page, words

    def test_says_so_when_there_is_none(self, office: Client) -> None:
        assert "The network does what was agreed" in body(office.get("/network/drift/"))
