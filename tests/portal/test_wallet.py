"""What is paid ahead, and whether service is on: credit, vouchers, why it stopped and what helps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from broadbill.contracts.operations.outages import NewOutage, record_outage
from broadbill.contracts.operations.switching import Switch, suspend_many
from broadbill.core.errors import DomainError
from broadbill.network.operations.incidents import declare_incident, end_incident
from broadbill.network.operations.restricting import restrict_many
from broadbill.network.operations.sites import hang_under, set_device, set_site
from broadbill.network.operations.throttling import throttle
from broadbill.payments.models import Payment
from broadbill.portal.refusals import REFUSALS, in_words
from tests.console.page_checker import problems
from tests.network.edge import a_profile, an_access
from tests.portal.conftest import Ada
from tests.prepaid.cards import a_batch, codes, sold, use
from tests.world import ACTOR, a_plan, a_subscription, at, on, pay

pytestmark = pytest.mark.django_db
VOUCHERS = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(at("2026-04-10"), tick=False):
        yield


def body(response: Any) -> str:
    return str(response.content.decode())


def subscription(ada: Ada) -> int:
    from broadbill.contracts.models import Subscription

    return Subscription.objects.get(account_id=ada.account).id


class TestTheWallet:
    def test_says_what_is_in_it_and_what_came_and_went(self, at_home: Client, ada: Ada) -> None:
        pay(ada.account, "50.00", "2026-01-05")

        page = body(at_home.get("/my/wallet/"))

        assert problems(page) == []
        assert "€20.00" in page  # 50.00 − 30.00
        assert "+50.00" in page
        assert "−30.00" in page

    def test_of_who_owes_is_empty(self, at_home: Client) -> None:
        page = body(at_home.get("/my/wallet/"))

        assert "€0.00" in page
        assert "money that comes pays them first" in page

    @VOUCHERS
    def test_is_filled_by_a_voucher_once(self, at_home: Client, ada: Ada) -> None:
        batch = a_batch()
        sold(batch)
        code = codes(batch)[0]

        done = body(at_home.post("/my/wallet/", {"code": code.lower()}, follow=True))
        again = at_home.post("/my/wallet/", {"code": code})

        assert problems(done) == []
        assert "is redeemed." in done
        assert Payment.objects.get().amount == 1000
        assert again.status_code == 422
        assert problems(body(again)) == []
        assert "This voucher was redeemed already." in body(again)

    @VOUCHERS
    @pytest.mark.parametrize(
        ("kind", "left"), [("time", "1 h left"), ("data", "3.6 kB left"), ("period", "until")]
    )
    def test_lists_what_is_left_of_other_vouchers(
        self, at_home: Client, ada: Ada, kind: str, left: str
    ) -> None:
        batch = a_batch(kind, worth=3600)
        sold(batch)
        use(codes(batch)[0], account_id=ada.account)

        page = body(at_home.get("/my/wallet/"))

        assert problems(page) == []
        assert left in page

    @VOUCHERS
    def test_is_closed_to_who_guesses(self, at_home: Client) -> None:
        batch = a_batch(size=1)
        sold(batch)
        (good,) = codes(batch)
        from broadbill.identity.models import User
        from broadbill.prepaid.operations.wrong_codes import note_wrong_code

        for _ in range(10):
            note_wrong_code(source=User.objects.get().actor, now=at("2026-04-10"))

        refused = body(at_home.post("/my/wallet/", {"code": good}))

        assert "Too many wrong codes. Try again in 15 minutes." in refused


class TestRefusals:
    def test_are_told_in_the_customers_words(self) -> None:
        class Unheard(DomainError):
            code = "somewhere.unheard"
            message = "Only the office may read this."

        assert in_words(Unheard()) == "That is not possible at the moment. Please ask us."

    def test_name_only_errors_that_exist_with_their_fields(self) -> None:
        import broadbill.payments.domain.card_errors
        import broadbill.prepaid.domain.codes
        import broadbill.prepaid.domain.errors
        import broadbill.support.domain.errors  # noqa: F401

        def every(kind: type) -> Iterator[Any]:
            for one in kind.__subclasses__():
                yield one
                yield from every(one)

        known = {one.code: one for one in every(DomainError) if hasattr(one, "code")}

        assert REFUSALS.keys() - known.keys() == set()
        for code, words in REFUSALS.items():
            fields = dict.fromkeys(getattr(known[code], "__dataclass_fields__", {}), "x")
            assert "{" not in str(words).format(**fields)


class TestStatus:
    def shown(self, at_home: Client) -> str:
        page = body(at_home.get("/my/status/"))
        assert problems(page) == []
        return re.sub(r"</?time[^>]*>", "", page)

    def test_of_what_is_on_says_so(self, at_home: Client, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(24):
            page = self.shown(at_home)

        assert "On our side everything is on." in page
        assert "None that we know of." in page

    def test_of_what_was_stopped_for_a_debt_says_what_to_pay(self, at_home: Client, ada: Ada) -> None:
        switch = Switch(ada.account, subscription(ada), on("2026-04-01"))
        suspend_many(switches=[switch], reason="collections", now=at("2026-04-01"), actor=ACTOR)

        page = self.shown(at_home)

        assert "It was stopped on 1 April 2026 because €30.00 is overdue." in page
        assert 'href="/my/pay/"' in page

    def test_of_what_is_restricted_for_a_debt_says_so_here_and_at_home(
        self, at_home: Client, ada: Ada
    ) -> None:
        a_profile("walled", down=512, up=512)
        a_profile("full", "fiber", restricted_to="walled")
        an_access(ada.account, subscription(ada), "ada@isp")
        restrict_many(account_ids=[ada.account], on=on("2026-04-01"), reason="collections", now=at("2026-04-01"),
                      actor=ACTOR)  # fmt: skip

        page = self.shown(at_home)
        home = re.sub(r"</?time[^>]*>", "", body(at_home.get("/my/")))

        words = "Since 1 April 2026 only our own pages open, because €30.00 is overdue."
        assert words in page
        assert "Restricted" in page
        assert 'href="/my/pay/"' in page
        assert problems(home) == []
        assert words in home

    def test_of_an_empty_wallet_leads_to_topping_up(self, at_home: Client, ada: Ada) -> None:
        switch = Switch(ada.account, subscription(ada), on("2026-04-01"))
        suspend_many(switches=[switch], reason="wallet empty", now=at("2026-04-01"), actor=ACTOR)

        page = self.shown(at_home)

        assert "Your credit ran out on 1 April 2026." in page
        assert 'href="/my/wallet/"' in page

    def test_keeps_to_itself_what_the_office_wrote(self, at_home: Client, ada: Ada) -> None:
        switch = Switch(ada.account, subscription(ada), on("2026-04-01"))
        suspend_many(switches=[switch], reason="rude", now=at("2026-04-01"), actor=ACTOR)

        page = self.shown(at_home)

        assert "Ask us if you do not know why." in page
        assert "rude" not in page

    def test_tells_of_an_outage_that_goes_on(self, at_home: Client, ada: Ada) -> None:
        an_access(ada.account, subscription(ada), "ada")
        set_site(code="hill", name="Hill", now=at("2026-04-01"), actor=ACTOR)
        set_device(code="sector", site="hill", now=at("2026-04-01"), actor=ACTOR)
        hang_under(username="ada", device="sector", now=at("2026-04-01"), actor=ACTOR)
        began, over = at("2026-04-09"), at("2026-04-10")
        incident = declare_incident(
            site="hill", cause="Mouse in the cabinet", credit={}, starts_at=began, now=over, actor=ACTOR
        )

        page = self.shown(at_home)
        end_incident(incident_id=incident, ends_at=over, now=over, actor=ACTOR)

        assert "There has been an outage where you are since 9 Apr, 12:00" in page
        assert "None that we know of" not in page
        assert "Restart your router" not in page
        assert "Mouse" not in page
        assert "Restart your router" in self.shown(at_home)

    def test_tells_of_outages(self, at_home: Client, ada: Ada) -> None:
        outage = NewOutage(
            starts=datetime.fromisoformat("2026-04-02T08:00:00+00:00"),
            ends=datetime.fromisoformat("2026-04-02T12:00:00+00:00"),
            credit={"per": "hour"},
        )
        record_outage(outage=outage, subscription_ids=[subscription(ada)], now=at("2026-04-03"), actor=ACTOR)

        page = self.shown(at_home)

        assert "Fiber" in page.partition("Outages of the last")[2]

    def test_of_what_is_slowed_down_says_until_when(self, at_home: Client, ada: Ada) -> None:
        plan = a_plan("capped", "10.00")
        capped = a_subscription(ada.account, plan, "2026-01-01")
        a_profile("slow", down=1000, up=1000)
        a_profile("capped", "capped", allowance_octets=10**9, throttled_to="slow")
        an_access(ada.account, capped, "ada")
        throttle(
            account_id=ada.account,
            subscription_id=capped,
            reason="x",
            now=at("2026-04-09"),
            actor=ACTOR,
            # What the network says is true now, by the database's own clock.
            ends_at=at("2096-05-01"),
        )

        page, usage = self.shown(at_home), body(at_home.get("/my/usage/"))

        assert "Full speed again on 1 May 2096." in page
        assert "1 GB left of 1 GB" in usage
        assert problems(usage) == []
