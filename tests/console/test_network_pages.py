"""The network in the office: who is online, ending a session, what could not be told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from broadbill.identity.models import User
from broadbill.kernel.models import Event
from broadbill.network.adapters import orders
from broadbill.network.models import Enforcement
from broadbill.network.operations.incidents import declare_incident
from broadbill.network.operations.pools import add_pool
from broadbill.network.operations.reconcile import reconcile
from broadbill.network.operations.sites import set_site
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


class TestAddresses:
    def test_tells_who_had_one_when(self, office: Client, amina: int) -> None:
        a_session("amina@isp", acctstoptime=at("2026-11-06"))

        page = body(office.get("/network/addresses/", {"q": "198.51.100.9", "at": "2026-11-05T18:00"}))
        later = body(office.get("/network/addresses/", {"q": "198.51.100.9", "at": "2026-11-07T18:00"}))

        assert problems(page) == []
        assert "Amina Haddad" in page
        assert "Nobody had it then" in later

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            ({"q": "amina", "at": ""}, "no IP address"),
            ({"q": "198.51.100.9", "at": "yesterday"}, "Give the moment as a day and a time."),
        ],
    )
    def test_says_what_it_does_not_understand(
        self, office: Client, asked: dict[str, str], words: str
    ) -> None:
        answer = office.get("/network/addresses/", asked)

        assert answer.status_code == 422
        assert words in body(answer)

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
