"""The office's promotions: listed, made, paused, ended, and who took them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadbill.catalog.queries.promotions import coupon_coded, promotion_coded
from broadbill.contracts.models import Referral
from broadbill.contracts.operations.referrals import refer
from broadbill.identity.models import User
from tests.console.page_checker import problems
from tests.promotions import a_coupon, a_promotion, redeem
from tests.world import ACTOR, a_plan, an_account, at, on

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return str(response.content.decode())


def friends() -> str:
    benefit = {"referrer": "10.00", "referred": "5.00"}
    return a_promotion("friends", kind="referral", benefit=benefit, currency="EUR", name="Friends")


class TestTheList:
    def test_tells_uses_left_with_as_many_queries_for_many_as_for_one(
        self, office: Client, django_assert_num_queries: Any
    ) -> None:
        a_promotion("first", limit=100)
        for n in range(5):
            a_promotion(f"more-{n}")

        with django_assert_num_queries(5):  # session, user, provider, promotions, their plans
            page = body(office.get("/promotions/"))

        assert "20 % off, for 3 periods" in page
        assert "of 100" in page
        assert problems(page) == []

    def test_comes_a_page_at_a_time(self, office: Client) -> None:
        for n in range(26):
            a_promotion(f"p-{n:02}")

        first = body(office.get("/promotions/"))

        assert ">p-00<" not in first
        assert ">p-00<" in body(office.get(f"/promotions/?after={promotion_coded('p-01').id}"))

    def test_says_what_it_is_for_while_it_is_empty(self, office: Client) -> None:
        assert "No promotions yet" in body(office.get("/promotions/"))

    def test_is_read_by_a_technician_who_changes_nothing(self, client: Client, technician: User) -> None:
        a_promotion()
        client.force_login(technician)

        assert "New promotion" not in body(client.get("/promotions/"))
        for action in ("pause", "end", "coupons/add", "coupons/generate", "coupons/csv"):
            assert client.get(f"/promotions/summer/{action}/").status_code == 403
        assert client.post("/promotions/new-discount/").status_code == 403


class TestMakingOne:
    FORM = {"code": "summer", "name": "Summer offer"}

    def test_keeps_everything_that_was_said_and_its_coupon(self, office: Client) -> None:
        a_plan("fiber")

        answer = office.post(
            "/promotions/new-discount/",
            {**self.FORM, "percent": "20", "periods": "3", "plans": ["fiber"], "charges": ["access"],
             "starts_on": "2026-12-01", "last_day": "2026-12-31", "limit": "100", "limit_per_account": "1",
             "new_customers_only": "on", "is_exclusive": "on", "coupon": "summer-20"},
        )  # fmt: skip

        assert answer.headers["Location"] == "/promotions/"
        terms = promotion_coded("summer").terms
        assert terms.benefit == {"percent": "20", "periods": 3, "charges": ["access"]}
        assert (terms.starts_on, terms.ends_on) == (on("2026-12-01"), on("2027-01-01"))
        assert (terms.plans, terms.limit, terms.limit_per_account) == (frozenset({"fiber"}), 100, 1)
        assert (terms.new_customers_only, terms.is_exclusive, terms.currency) == (True, True, "")
        assert coupon_coded("SUMMER20").promotion == "summer"

    def test_takes_an_amount_in_the_providers_currency(self, office: Client) -> None:
        office.post("/promotions/new-discount/", {**self.FORM, "amount": "5,00"})

        terms = promotion_coded("summer").terms
        assert (terms.benefit, terms.currency) == ({"amount": "5.00"}, "EUR")

    @pytest.mark.parametrize(
        ("form", "says"),
        [
            ({}, "Write either a percentage or an amount."),
            ({"percent": "120"}, "less than or equal to 100"),
            ({"percent": "5", "starts_on": "2026-12-02", "last_day": "2026-12-01"}, "cannot end before"),
            ({"percent": "5", "coupon": "TAKEN"}, "Coupon TAKEN exists already"),
        ],
    )
    def test_refused_makes_nothing(self, office: Client, form: dict[str, str], says: str) -> None:
        a_coupon("TAKEN")

        answer = office.post("/promotions/new-discount/", {**self.FORM, **form})

        assert answer.status_code == 422
        assert says in body(answer)
        assert problems(body(answer)) == []
        assert office.get("/promotions/summer/").status_code == 404

    def test_of_a_referral_programme(self, office: Client) -> None:
        form = {"code": "friends", "name": "Friends", "referrer": "10", "referred": "5"}

        office.post("/promotions/new-referral/", form)

        assert promotion_coded("friends").terms.benefit == {"referrer": "10.00", "referred": "5.00"}
        assert "Write an amount" in body(office.post("/promotions/new-referral/", {"code": "x", "name": "X"}))


class TestOnePromotion:
    def test_tells_who_took_it_in_a_fixed_number_of_queries(
        self, office: Client, django_assert_num_queries: Any
    ) -> None:
        a_coupon("SUMMER-20", a_promotion(limit_per_account=None))
        for name in ("Amina", "Ben", "Cato"):
            redeem("SUMMER-20", an_account(name), "2026-01-05")

        with django_assert_num_queries(6):  # session, user, provider, promotion, its plans, who took it
            page = body(office.get("/promotions/summer/"))

        assert all(name in page for name in ("Amina", "Ben", "Cato"))
        assert problems(page) == []

    def test_is_paused_and_goes_on(self, office: Client, owner: User) -> None:
        a_promotion()

        office.post("/promotions/summer/pause/")
        assert promotion_coded("summer").is_paused
        assert "Paused" in body(office.get("/promotions/summer/"))

        office.post("/promotions/summer/go-on/")
        assert not promotion_coded("summer").is_paused

    def test_is_ended_after_its_last_day(self, office: Client) -> None:
        a_promotion()

        office.post("/promotions/summer/end/", {"last_day": "2026-12-31"})

        assert promotion_coded("summer").terms.ends_on == on("2027-01-01")

    def test_has_coupons_that_are_added_made_taken_as_a_file_and_ended(self, office: Client) -> None:
        a_promotion()

        office.post("/promotions/summer/coupons/add/", {"code": "summer-20", "limit": "5"})
        office.post("/promotions/summer/coupons/generate/", {"count": "3", "last_day": "2026-12-31"})
        office.post("/promotions/coupons/SUMMER-20/end/", {"last_day": "2020-01-31"})

        page = body(office.get("/promotions/summer/coupons/"))
        assert problems(page) == []
        assert (page.count("Running"), page.count("Ended")) == (1 + 3, 1)  # the promotion runs as well
        rows = b"".join(office.get("/promotions/summer/coupons/csv/").streaming_content).decode().splitlines()
        assert rows[:2] == ["coupon,limit,redeemed,last_day", "SUMMER-20,5,0,2020-01-31"]
        assert len(rows) == 5

    def test_of_referrals_notes_who_brought_whom(self, office: Client) -> None:
        friends()
        an_account("Amina", number="A1", opened_on=on("2026-01-01"))
        an_account("Ben", number="A2", opened_on=on("2026-01-02"))

        answer = office.post(
            "/promotions/friends/refer/", {"referrer": "A1", "referred": "A2", "on": "2026-02-01"}
        )

        assert answer.status_code == 302
        assert Referral.objects.get().referred.number == "A2"
        page = body(office.get("/promotions/friends/"))
        assert "Waits for a paid invoice" in page
        assert problems(page) == []

    def test_tells_why_a_referral_cannot_be(self, office: Client) -> None:
        friends()
        one = an_account("Amina", number="A1")
        an_account("Ben", number="A2")
        refer(promotion="friends", referrer_id=an_account("Cato"), referred_id=one, on=on("2026-02-01"),
              now=at("2026-02-01"), actor=ACTOR)  # fmt: skip

        answer = office.post(
            "/promotions/friends/refer/", {"referrer": "A2", "referred": "A1", "on": "2026-02-01"}
        )

        assert answer.status_code == 422
        assert Referral.objects.count() == 1
