"""Promotions, coupons, discounts and outages as they are typed, and what they do to the bill of the first day."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.cli.first_day import first_day
from tests.databases import database, refused, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def books() -> Iterator[str]:
    with database("broadbill_promotions") as name:
        first_day(name)
        yield name


class TestPromotion:
    def test_is_added_and_listed(self, books: str) -> None:
        told = run(
            books, "promotion", "add", "summer", "Summer offer", "--percent", "20", "--periods", "3",
            "--plan", "fibre-100", "--limit", "100",
        )  # fmt: skip

        assert told == "summer: 20 % off, 3 periods, for fibre-100, 100 in all, 1 an account.\n"
        [summer] = json.loads(run(books, "promotion", "list", "--json"))
        assert summer["benefit"] == {"percent": "20", "periods": 3}
        assert (summer["plans"], summer["limit_per_account"], summer["redeemed"]) == (["fibre-100"], 1, 0)

    def test_that_cannot_be_given_is_refused(self, books: str) -> None:
        answer = refused(books, "promotion", "add", "x", "X", "--percent", "20", "--amount", "5")

        assert answer.returncode == 2
        assert "Promotion x: percent: needs either percent or amount" in answer.stderr

    def test_is_ended(self, books: str) -> None:
        run(books, "promotion", "add", "short", "Short", "--percent", "5")
        run(books, "coupon", "add", "short", "SHORT")

        told = run(books, "promotion", "end", "short", "--on", "2026-12-01")

        assert told == "short is not taken any more from 2026-12-01 on.\n"
        answer = refused(books, "coupon", "redeem", "SHORT", "1001", "--from", "2026-12-01")
        assert "Promotion short ended; its last day was 2026-11-30." in answer.stderr


class TestCoupon:
    """Goes on with the promotion of the tests above."""

    def test_is_added_redeemed_and_listed(self, books: str) -> None:
        run(books, "coupon", "add", "summer", "summer-20", "--limit", "2")

        told = run(books, "coupon", "redeem", "Summer20", "1001", "S1", "--from", "2026-12-01")

        assert told == "Amina Haddad gets Summer offer (SUMMER-20).\n"
        assert run(books, "coupon", "list", "summer") == (
            "SUMMER-20            redeemed 1 of 2\n  2026-12-01 by 1001/S1\n"
        )

    def test_is_refused_in_one_sentence(self, books: str) -> None:
        again = refused(books, "coupon", "redeem", "SUMMER-20", "1001", "S1", "--from", "2026-12-01")
        other_plan = refused(books, "coupon", "redeem", "SUMMER-20", "1002", "S1", "--from", "2026-12-01")

        assert "1001 has taken promotion summer as often as one account may." in again.stderr
        assert "Promotion summer is not for fibre-500." in other_plan.stderr

    def test_is_generated_by_the_batch(self, books: str) -> None:
        codes = run(books, "coupon", "generate", "summer", "50", "--to", "2027-01-01").split()

        assert len(set(codes)) == 50
        listed = json.loads(run(books, "coupon", "list", "summer", "--json"))["coupons"]
        assert {coupon["limit"] for coupon in listed if coupon["code"] in codes} == {1}

    def test_is_taken_back_with_its_use(self, books: str) -> None:
        run(books, "coupon", "redeem", "SUMMER-20", "1004", "--from", "2026-12-01", "S1")

        told = run(books, "coupon", "take-back", "summer-20", "1004", "--release")

        assert told == "Duarte Pires no longer has summer-20. Its use was given back.\n"
        [first] = [
            coupon
            for coupon in json.loads(run(books, "coupon", "list", "summer", "--json"))["coupons"]
            if coupon["code"] == "SUMMER-20"
        ]
        assert first["redeemed"] == 1


class TestDiscountAndOutage:
    def test_are_recorded(self, books: str) -> None:
        given = run(
            books, "discount", "1002", "S1", "--name", "Loyalty", "--amount", "4.00", "--from", "2026-12-01"
        )
        out = run(
            books, "outage", "1004/S1", "1005", "--from", "2026-12-01T08:00", "--to", "2026-12-01T20:00",
            "--step", "240:10", "--step", "600:50",
        )  # fmt: skip

        assert given.startswith("Bernd Kieffer gets Loyalty from 2026-12-01 on")
        assert out == (
            "Recorded for 2, from 2026-12-01T08:00 to 2026-12-01T20:00. The next bills give it back.\n"
        )

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (("1001",), "say either --per or --step"),
            (("1001", "--per", "day", "--step", "1:1"), "say either --per or --step"),
            (("1001", "--step", "240"), "--step needs MINUTES:PERCENT"),
        ],
    )
    def test_outage_says_what_is_given_back(
        self, books: str, arguments: tuple[str, ...], reason: str
    ) -> None:
        answer = refused(
            books, "outage", *arguments, "--from", "2026-12-01T08:00", "--to", "2026-12-01T20:00"
        )

        assert answer.returncode == 2
        assert reason in answer.stderr

    def test_outage_of_many_is_recorded_for_all_or_none(self, books: str) -> None:
        answer = refused(
            books, "outage", "1001", "1002/S9", "--from", "2026-12-01T08:00", "--to", "2026-12-02T08:00",
            "--per", "day",
        )  # fmt: skip

        assert "There is no subscription 1002/S9" in answer.stderr

    def test_discount_needs_a_percentage_or_an_amount(self, books: str) -> None:
        assert "needs either percent or amount" in refused(books, "discount", "1001").stderr
        assert "'much' is not a percentage" in refused(books, "discount", "1001", "--percent", "much").stderr


class TestTheBill:
    """Goes on with everything above."""

    def test_takes_off_what_was_given(self, books: str) -> None:
        billed = json.loads(run(books, "bill", "--through", "2026-12-01", "--json"))

        # 221.00 without. 1001: 20 % of 30.00 = 6.00; 1002: 4.00; 1004 and 1005, out for 720 minutes:
        # 50 % of 30.00 each.
        # 221.00 − 6.00 − 4.00 − 15.00 − 15.00 = 181.00
        assert (billed["documents"], billed["subtotal"]) == (6, "181.00")

    def test_is_explained_with_the_coupon(self, books: str) -> None:
        told = run(books, "explain", "2026-000001")

        assert "Summer offer (SUMMER-20)" in told
        assert "20 % of 30.00 = 6.00" in told

    def test_verifies(self, books: str) -> None:
        assert "6 documents checked, 0 deviations." in run(books, "verify")


class TestReferral:
    def test_is_added_and_written_down(self, books: str) -> None:
        added = run(
            books,
            "promotion",
            "add",
            "friends",
            "Bring a friend",
            "--referrer",
            "10.00",
            "--referred",
            "5.00",
        )
        told = run(books, "promotion", "refer", "friends", "1001", "1002")

        assert added == "friends: 10.00 EUR for who brings a customer, 5.00 EUR for the new customer.\n"
        assert told.startswith("Amina Haddad brought ")
        again = refused(books, "promotion", "refer", "friends", "1003", "1002")
        assert "1002 was referred by 1001 already." in again.stderr
