from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from broadbill.billing.queries.explain import FactRead
from broadbill.console import stories
from broadbill.design import formats
from broadbill.design.steps import step_words
from broadbill.kernel.queries.events import EventRead

ENGLISH = formats.locale_of("en")
TODAY = date(2026, 11, 23)


def told(
    verb: str, data: dict[str, object], *, actor: str = "user:7", object_type: str = "account"
) -> stories.Moment:
    event = EventRead(1, datetime(2026, 11, 5, tzinfo=UTC), actor, verb, object_type, "12", data)
    names, plans = {"user:7": "Maria Duarte"}, {"fiber": "Fibre 500"}
    [moment] = stories.moments([event], names=names, plans=plans, locale=ENGLISH, today=TODAY)
    return moment


class TestMoments:
    def test_tell_a_payment_with_its_method_and_who_took_it(self) -> None:
        moment = told("payment.received", {"method": "cash", "amount": {"minor": 6240, "currency": "EUR"}})

        assert (moment.title, moment.detail, moment.tone) == ("Paid €62.40", "Cash, Maria Duarte", "good")

    def test_call_a_plan_by_its_name(self) -> None:
        moment = told("subscription.change_plan", {"plan": "fiber", "effective_on": "2026-11-13"})

        assert (moment.title, moment.detail) == ("Plan changed to Fibre 500", "from 13 Nov, Maria Duarte")

    def test_say_which_command_did_it(self) -> None:
        assert told("account.opened", {}, actor="command:import").detail == "by command import"

    def test_link_an_invoice_by_its_number(self) -> None:
        data = {"number": "INV/7", "total": {"minor": 100, "currency": "EUR"}}

        assert told("invoice.issued", data, object_type="invoice").href == "/invoices/INV/7/"

    @pytest.mark.parametrize(
        ("detail", "words"),
        [
            ({"percent": "20", "periods": 3}, "20 % off, 3 periods, from 1 Nov, Maria Duarte"),
            ({"percent": "20", "periods": 1}, "20 % off, 1 period, from 1 Nov, Maria Duarte"),
            (
                {"amount": "5.00", "until": "2027-01-01"},
                "5.00 off a period, from 1 Nov, until 1 Jan 2027, Maria Duarte",
            ),
        ],
    )
    def test_tell_a_discount_with_its_size_and_length(self, detail: dict[str, object], words: str) -> None:
        moment = told("subscription.discount", {"name": "Loyalty", "effective_on": "2026-11-01", **detail})

        assert (moment.title, moment.detail) == ("Discount: Loyalty", words)

    def test_tell_a_coupon_with_what_it_gave(self) -> None:
        redeemed = told("coupon.redeemed", {"coupon": "SUMMER-20", "name": "Summer offer"})
        taken_back = told("coupon.taken_back", {"coupon": "SUMMER-20", "is_given_back": True})

        assert (redeemed.title, redeemed.detail) == (
            "Coupon SUMMER-20 redeemed",
            "Summer offer, Maria Duarte",
        )
        assert taken_back.detail == "its use was given back, Maria Duarte"

    @pytest.mark.parametrize(
        ("side", "title"), [("referrer", "Brought customer B2"), ("referred", "Brought by customer A1")]
    )
    def test_tell_a_referral_from_the_side_of_the_page(self, side: str, title: str) -> None:
        data = {"promotion": "friends", "side": side, "referrer": "A1", "referred": "B2"}

        assert told("referral.made", data).title == title
        assert told("referral.rewarded", data, actor="system:referrals").detail == title

    def test_tell_an_outage_with_its_day(self) -> None:
        moment = told("account.outage", {"effective_on": "2026-11-01"})

        assert (moment.title, moment.detail) == ("Outage recorded", "on 1 Nov, Maria Duarte")

    def test_tell_an_unknown_verb_rather_than_hide_it(self) -> None:
        assert told("router.restart_asked", {}).title == "router: restart asked"


class TestStepWords:
    @pytest.mark.parametrize(
        ("step", "words"),
        [
            ("2026-10-01 to 2026-10-13 is 12 of 31 days", "1–12 October is 12 of 31 days"),
            ("due once, on 2025-03-01", "due once, on 1 Mar 2025"),
            ("161.81 − 418.00 = -256.19", "161.81 − 418.00 = \u2212256.19"),
            ("1 × 54.90 × 19 ÷ 31 = 33.65", "1 × 54.90 × 19 ÷ 31 = 33.65"),
        ],
    )
    def test_write_days_and_signs_as_people_do(self, step: str, words: str) -> None:
        assert step_words(step, ENGLISH, today=TODAY) == words


class TestFactWords:
    def test_say_when_it_became_known(self) -> None:
        fact = FactRead(2, "suspend", date(2026, 11, 5), date(2026, 11, 20), "user:7", {})

        words = stories.fact_words(fact, ENGLISH, today=TODAY)

        assert words == "Service suspended, from 5 Nov (recorded 20 Nov)"
