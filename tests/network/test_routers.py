"""A router without RADIUS is made what the subscription says, by its own API."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from broadbill.catalog.models import Plan
from broadbill.contracts.operations.changes import change_plan, resume, suspend
from broadbill.kernel.models import Event
from broadbill.network.adapters import routeros
from broadbill.network.domain.errors import AccessInvalid, RouterInvalid
from broadbill.network.domain.router_rows import differences
from broadbill.network.models import Drift, Enforcement, Router
from broadbill.network.operations.access import change_password
from broadbill.network.operations.enforce import enforce_due
from broadbill.network.operations.reconcile import reconcile
from broadbill.network.operations.routers import let_in_at, set_router
from broadbill.network.queries.worklist import not_enforced
from tests.network.edge import a_profile, an_access
from tests.network.router import StandInRouter
from tests.world import ACTOR, a_plan, a_subscription, an_account

pytestmark = pytest.mark.django_db
SECRETS, PROFILES, QUEUES = "/ppp/secret", "/ppp/profile", "/queue/simple"
ACTIVE, LISTS = "/ppp/active", "/ip/firewall/address-list"


def now() -> datetime:
    return datetime.now(tz=UTC)


def today() -> dict[str, object]:
    return {"on": now().date(), "now": now(), "actor": ACTOR}


@pytest.fixture
def router(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInRouter]:
    monkeypatch.setattr(routeros, "ANSWER_SECONDS", 2)
    with StandInRouter() as listening:
        yield listening


@pytest.fixture
def subscription(db: None, router: StandInRouter) -> int:
    """Amina on fiber by PPPoE, walled in when suspended; faster is another plan."""
    a_tower(router)
    account = an_account()
    a_profile("garden", down=1000, up=1000, address_list="garden")
    a_plan("faster")
    a_profile("fiber500", "faster", down=500_000, up=100_000)
    plan = a_plan("fiber")
    a_profile("fiber100", "fiber")
    subscription = a_subscription(account, plan, "2026-01-01")
    an_access(account, subscription, "amina@isp", password="secret")
    return subscription


@pytest.fixture
def fixed(subscription: int) -> int:
    """Badr, who has an address and no PPPoE."""
    a_profile("fiber100", "fiber", restricted_to="garden")
    account = an_account("Badr")
    badr = a_subscription(account, _plan("fiber"), "2026-01-01")
    an_access(account, badr, "AA-BB-CC-00-00-02", "mac", address="198.51.100.9")
    let_in("AA-BB-CC-00-00-02")
    return badr


def _plan(code: str) -> Plan:
    return Plan.objects.get(code=code)


def a_tower(router: StandInRouter, **terms: object) -> int:
    told = {"name": "tower", "address": "127.0.0.1", "username": "broadbill", "password": router.password,
            "port": router.port, "is_tls": False, **terms}  # fmt: skip
    return set_router(now=now(), actor=ACTOR, **told)


def let_in(username: str = "amina@isp") -> None:
    let_in_at(access=username, router="tower", now=now(), actor=ACTOR)
    enforce_due(clock=now)


def outcome() -> tuple[str, str]:
    return Enforcement.objects.order_by("-id").values_list("state", "outcome")[0]


class TestASecret:
    def test_lets_a_line_in_with_its_speed(self, subscription: int, router: StandInRouter) -> None:
        let_in()

        secret = router.row(SECRETS, name="amina@isp")
        assert (secret["password"], secret["disabled"], secret["service"]) == ("secret", "false", "pppoe")
        assert router.row(PROFILES, name=secret["profile"])["rate-limit"] == "20000k/100000k"
        assert outcome() == ("done", "tower lets amina@isp in as fiber100 now")
        assert Event.objects.get(verb="network.enforced").data["outcome"] == outcome()[1]

    def test_is_disabled_and_its_session_ended_on_suspension_and_given_again(
        self, subscription: int, router: StandInRouter
    ) -> None:
        let_in()
        router.tables[ACTIVE] = [{".id": "*1", "name": "amina@isp"}, {".id": "*2", "name": "badr@isp"}]

        suspend(subscription_id=subscription, **today())
        enforce_due(clock=now)

        assert router.row(SECRETS, name="amina@isp")["disabled"] == "true"
        assert [row["name"] for row in router.tables[ACTIVE]] == ["badr@isp"]
        assert outcome() == ("done", "tower keeps amina@isp out now")

        resume(subscription_id=subscription, **today())
        enforce_due(clock=now)
        assert router.row(SECRETS, name="amina@isp")["disabled"] == "false"

    def test_has_another_profile_after_a_change_of_plan(
        self, subscription: int, router: StandInRouter
    ) -> None:
        let_in()

        change_plan(subscription_id=subscription, plan="faster", **today())
        enforce_due(clock=now)

        profile = router.row(SECRETS, name="amina@isp")["profile"]
        assert router.row(PROFILES, name=profile)["rate-limit"] == "100000k/500000k"

    def test_follows_a_new_password(self, subscription: int, router: StandInRouter) -> None:
        let_in()
        [account] = Enforcement.objects.values_list("account_id", flat=True).distinct()

        change_password(account_id=account, username="amina@isp", password="another", now=now(), actor=ACTOR)
        enforce_due(clock=now)

        assert router.row(SECRETS, name="amina@isp")["password"] == "another"

    def test_is_written_once(self, subscription: int, router: StandInRouter) -> None:
        let_in()
        written = router.changes()

        let_in()

        assert router.changes() == written
        assert outcome() == ("done", "tower lets amina@isp in as fiber100 already")

    def test_of_somebody_else_is_left_alone(self, subscription: int, router: StandInRouter) -> None:
        router.tables[SECRETS] = [{".id": "*1", "name": "amina@isp", "password": "theirs"}]

        let_in()

        assert router.row(SECRETS, name="amina@isp")["password"] == "theirs"
        assert outcome()[0] == "failed"


class TestAQueue:
    def test_lets_an_address_through_with_its_speed(self, fixed: int, router: StandInRouter) -> None:
        queue = router.row(QUEUES, name="AA-BB-CC-00-00-02")

        assert (queue["target"], queue["max-limit"], queue["disabled"]) == (
            "198.51.100.9/32",
            "20000000/100000000",
            "false",
        )
        assert router.tables[LISTS] == []

    def test_puts_the_address_into_the_walled_garden_and_takes_it_out(
        self, fixed: int, router: StandInRouter
    ) -> None:
        suspend(subscription_id=fixed, **today())
        enforce_due(clock=now)
        assert [(row["list"], row["address"]) for row in router.tables[LISTS]] == [("garden", "198.51.100.9")]
        assert router.row(QUEUES)["max-limit"] == "1000000/1000000"

        router.tables[LISTS].append(
            {".id": "*99", "list": "vip", "address": "198.51.100.9", "comment": "theirs"}
        )
        resume(subscription_id=fixed, **today())
        enforce_due(clock=now)

        assert [row["list"] for row in router.tables[LISTS]] == ["vip"]

    def test_is_off_and_the_address_kept_out_where_there_is_no_garden(
        self, fixed: int, router: StandInRouter
    ) -> None:
        a_profile("fiber100", "fiber", restricted_to="")
        suspend(subscription_id=fixed, **today())
        enforce_due(clock=now)

        assert [row["list"] for row in router.tables[LISTS]] == ["broadbill-kept-out"]
        assert router.row(QUEUES)["disabled"] == "true"


class TestARouter:
    def test_that_is_silent_is_asked_again_and_then_on_the_worklist(
        self, subscription: int, router: StandInRouter
    ) -> None:
        Router.objects.update(port=1)
        let_in()
        waiting = Enforcement.objects.get()
        assert (waiting.state, waiting.tries) == ("waiting", 1)
        assert waiting.outcome == "tower cannot be reached for amina@isp"

        for hours in range(1, 9):
            later = now() + timedelta(hours=hours)
            enforce_due(clock=lambda at=later: at)

        [failed] = not_enforced()
        assert (failed.outcome, failed.tries) == ("tower cannot be reached for amina@isp", 8)

    def test_that_comes_back_is_told(self, subscription: int, router: StandInRouter) -> None:
        Router.objects.update(port=1)
        let_in()
        Router.objects.update(port=router.port)

        enforce_due(clock=lambda: now() + timedelta(minutes=5))

        assert outcome()[0] == "done"
        assert router.row(SECRETS, name="amina@isp")

    @pytest.mark.parametrize("reason", ["password", "permissions"])
    def test_that_refuses_is_a_persons_turn(
        self, subscription: int, router: StandInRouter, reason: str
    ) -> None:
        if reason == "password":
            Router.objects.update(password="wrong")
        else:
            router.refused.add("/ppp/secret/add")

        let_in()

        state, words = outcome()
        assert state == "failed"
        assert reason in words

    def test_is_refused_where_it_is_described_wrongly(self, router: StandInRouter) -> None:
        for terms, told in (
            ({"address": "tower.example"}, "no IP address"),
            ({"certificate": "x"}, "a certificate is for TLS"),
            ({"certificate": "x", "is_tls": True}, "not PEM"),
        ):
            with pytest.raises(RouterInvalid, match=told):
                a_tower(router, **terms)

    def test_tells_no_hotspot(self, subscription: int) -> None:
        an_access(an := an_account("Chi"), a_subscription(an, _plan("fiber"), "2026-01-01"), "chi", "hotspot",
                  password="x")  # fmt: skip

        with pytest.raises(AccessInvalid, match="by RADIUS"):
            let_in("chi")


def a_certificate(folder: Path) -> tuple[str, ssl.SSLContext]:
    """As a router makes itself one, of no name that anybody calls it by; and a server that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "MikroTik")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = (
        built.serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
    )
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "router.pem").write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "router.pem")
    return pem.decode(), context


class TestTls:
    def test_tells_a_router_that_shows_its_certificate_and_no_other(
        self, subscription: int, router: StandInRouter, tmp_path: Path
    ) -> None:
        pem, shown = a_certificate(tmp_path)
        with StandInRouter(tls=shown) as secure:
            a_tower(secure, is_tls=True)
            let_in()
            assert outcome()[1] == "tower cannot be reached for amina@isp"  # nobody vouches for it
            assert "/login" not in secure.commands

            a_tower(secure, is_tls=True, certificate=pem)
            let_in()

            assert outcome() == ("done", "tower lets amina@isp in as fiber100 now")
            assert secure.row(SECRETS, name="amina@isp")["password"] == "secret"


def drift() -> list[tuple[str, str, str]]:
    reconcile(now=now())
    return list(Drift.objects.order_by("kind", "username").values_list("kind", "username", "found"))


class TestReconciling:
    def test_finds_nothing_where_all_is_right(
        self, fixed: int, router: StandInRouter, subscription: int
    ) -> None:
        let_in()

        assert drift() == []

    def test_finds_what_somebody_changed_and_puts_it_right(
        self, subscription: int, fixed: int, router: StandInRouter
    ) -> None:
        let_in()
        router.row(SECRETS, name="amina@isp")["disabled"] = "true"
        router.row(QUEUES)["max-limit"] = "1/1"
        router.tables[SECRETS].append({".id": "*77", "name": "old@isp", "comment": "broadbill"})

        assert drift() == [
            ("billed_not_active", "amina@isp", "tower"),
            ("orphan", "old@isp", "tower"),
            ("wrong_speed", "AA-BB-CC-00-00-02", "tower: max-limit"),
        ]

        enforce_due(clock=now)
        assert drift() == [("orphan", "old@isp", "tower")]

    def test_finds_who_is_let_in_and_should_not_be(self, subscription: int, router: StandInRouter) -> None:
        let_in()
        suspend(subscription_id=subscription, **today())

        assert drift() == [("active_not_billed", "amina@isp", "tower")]

    def test_says_which_router_it_could_not_read(self, subscription: int, router: StandInRouter) -> None:
        let_in()
        Router.objects.update(port=1)

        [(kind, name, _)] = drift()

        assert (kind, name) == ("unreachable", "tower")


@pytest.mark.parametrize(
    ("wanted", "found", "is_same"),
    [
        ({"max-limit": "20000k/100000k"}, {"max-limit": "20M/100M"}, True),
        ({"max-limit": "20000k/100000k"}, {"max-limit": "20000000/100000000"}, True),
        ({"max-limit": "20000k/100000k"}, {"max-limit": "20M/99M"}, False),
        ({"burst-time": "10/10"}, {"burst-time": "10s/10s"}, True),
        ({"disabled": "no"}, {"disabled": False}, True),
        ({"disabled": "yes"}, {}, False),
        ({"password": "0123"}, {"password": "0123"}, True),
        ({"password": "123"}, {"password": 123}, True),
    ],
)
def test_a_row_is_the_same_in_whatever_words_a_router_tells_it(
    wanted: dict[str, str], found: dict[str, object], is_same: bool
) -> None:
    assert (differences(wanted, found) == {}) is is_same
