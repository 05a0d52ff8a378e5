"""Vouchers: sold, redeemed once, counted, blocked, expired; and the books at every step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from broadbill.ledger.domain.chart import (
    ALLOWANCES,
    BREAKAGE,
    CASH,
    DEFERRED_REVENUE,
    RECEIVABLES,
    REVENUE,
    TAX_PAYABLE,
    VOUCHERS,
)
from broadbill.ledger.operations.recognition import recognise
from broadbill.ledger.queries.trial_balance import trial_balance
from broadbill.network.models import Grant, Session
from broadbill.network.queries.granted import Granted, granted
from broadbill.payments.domain.errors import RefundRefused, VoucherPaymentStays
from broadbill.payments.operations.record import reverse_payment
from broadbill.payments.operations.refund import NewRefund, request_refund
from broadbill.prepaid.domain.codes import CodeMistyped, code_of
from broadbill.prepaid.domain.errors import (
    BatchRefused,
    TooManyWrongCodes,
    VoucherAlreadyRedeemed,
    VoucherBlocked,
    VoucherExpired,
    VoucherKeyDiffers,
    VoucherNotForThis,
    VoucherNotSold,
    VoucherUnknown,
)
from broadbill.prepaid.models import Redemption, Voucher
from broadbill.prepaid.operations.end_vouchers import block_batch, block_voucher, expire_vouchers
from broadbill.prepaid.operations.look_up import look_up
from broadbill.prepaid.operations.sheet import codes_of
from broadbill.prepaid.queries.batches import batch_list
from broadbill.prepaid.queries.verify import verify_vouchers
from broadbill.tax.operations.rates import set_rate
from tests.network.edge import a_profile
from tests.prepaid.cards import HOUR, a_batch, codes, sold, use
from tests.prepaid.wallets import a_prepaid_plan, credit, deviations, draw, is_served
from tests.world import ACTOR, a_subscription, an_account, at, euro, on

pytestmark = pytest.mark.django_db

STRANGER = code_of(key=b"somebody else's", salt=b"", serial=1)


def books(day: str = "2026-12-31") -> dict[int, str]:
    rows = trial_balance(as_of=on(day))
    return {row.code: str(row.balance) for row in rows if row.balance}


def left_of(grant_id: int | None) -> Granted:
    assert grant_id is not None
    return granted([grant_id])[grant_id]


def a_voucher_session(grant_id: int | None, *, number: str = "one", seconds: int, octets: int = 0) -> Session:
    return Session.objects.create(
        acctsessionid=number,
        acctuniqueid=number,
        username=Grant.objects.get(pk=grant_id).username,
        nasipaddress="127.0.0.1",
        acctsessiontime=seconds,
        acctinputoctets=octets,
        acctoutputoctets=0,
    )


@pytest.fixture
def vat() -> None:
    set_rate(name="VAT", category="standard", percent=Decimal(20), valid_from=None, valid_to=None,
             now=at("2026-01-01"), actor=ACTOR)  # fmt: skip


class TestMoneyVoucher:
    def test_is_a_debt_when_sold_and_the_customers_credit_when_redeemed(self, vat: None) -> None:
        """Three of 10.00: no tax at sale (multi-purpose). One redeemed: 20.00 stay owed for the others."""
        batch = a_batch()
        assert sold(batch).number == "V-2026-000001"
        assert books() == {CASH: "30.00", VOUCHERS: "-30.00"}

        account = an_account()
        redeemed = use(codes(batch)[0], account_id=account)

        assert redeemed.payment == "R-2026-000001"
        assert credit(account) == 1000
        assert books() == {CASH: "30.00", VOUCHERS: "-20.00", RECEIVABLES: "-10.00"}
        assert list(verify_vouchers()) == []
        assert deviations() == []

    def test_sold_for_less_than_it_is_worth_allows_the_difference(self) -> None:
        """Three of 10.00 for 9.00 each: 27.00 in the till, 30.00 owed, 3.00 allowed."""
        sold(a_batch(price="9.00"))

        assert books() == {CASH: "27.00", ALLOWANCES: "3.00", VOUCHERS: "-30.00"}

    def test_restores_service_at_once(self) -> None:
        account = an_account()
        daily = a_subscription(account, a_prepaid_plan(), "2026-04-01")
        draw("2026-04-01")
        batch = a_batch()
        sold(batch)

        use(codes(batch)[0], account_id=account)

        assert is_served(daily, "2026-04-02")
        assert credit(account) == 900

    def test_cannot_be_taken_back_like_a_cheque(self) -> None:
        batch = a_batch()
        sold(batch)
        number = use(codes(batch)[0], account_id=an_account()).payment

        with pytest.raises(VoucherPaymentStays, match=str(number)):
            reverse_payment(number=str(number), reason="no", reversed_on=on("2026-04-03"),
                            now=at("2026-04-03"), actor=ACTOR)  # fmt: skip

    def test_is_no_money_to_be_paid_out(self) -> None:
        batch = a_batch()
        sold(batch)
        account = an_account()
        use(codes(batch)[0], account_id=account)
        asked = NewRefund(
            account_id=account, amount=euro("10.00"), method="cash", reason="wanted", idempotency_key="a"
        )

        with pytest.raises(RefundRefused, match=r"has 0\.00 EUR"):
            request_refund(refund=asked, on=on("2026-04-03"), now=at("2026-04-03"), actor=ACTOR)

    def test_is_refused_to_an_account_of_another_currency(self) -> None:
        batch = a_batch()
        sold(batch)

        with pytest.raises(VoucherNotForThis, match="billed in USD"):
            use(codes(batch)[0], account_id=an_account(currency="USD"))

        assert use(codes(batch)[0], account_id=an_account()).kind == "money"

    def test_is_refused_to_a_device(self) -> None:
        batch = a_batch()
        sold(batch)

        with pytest.raises(VoucherNotForThis, match="say whose"):
            use(codes(batch)[0], device="00:11:22:33:44:55")


class TestSinglePurposeVoucher:
    def test_owes_tax_when_sold_and_is_revenue_when_redeemed(self, vat: None) -> None:
        """Three of 5.00 net: 15.00 and 20 % are 18.00. Each is owed at 5.00 until it is redeemed."""
        batch = a_batch("time", 3 * HOUR, "5.00")
        sale = sold(batch)

        assert (sale.net, sale.tax, sale.total) == (1500, 300, 1800)
        assert books() == {CASH: "18.00", VOUCHERS: "-15.00", TAX_PAYABLE: "-3.00"}

        use(codes(batch)[0], device="00:11:22:33:44:55")

        assert books() == {CASH: "18.00", VOUCHERS: "-10.00", TAX_PAYABLE: "-3.00", REVENUE: "-5.00"}
        assert list(verify_vouchers()) == []

    def test_takes_a_tax_that_is_inside_the_price_out_of_it_and_loses_no_cent(self) -> None:
        """3 × 5.00 with 20 % inside: net 12.50, tax 2.50. 12.50 ÷ 3 is 4.17, 4.17 and 4.16."""
        set_rate(name="VAT", category="standard", percent=Decimal(20), valid_from=None, valid_to=None,
                 inclusive=True, now=at("2026-01-01"), actor=ACTOR)  # fmt: skip
        batch = a_batch("data", 10**9, "5.00")
        sold(batch)

        owed = Voucher.objects.filter(batch=batch).order_by("serial").values_list("liability", flat=True)
        assert list(owed) == [417, 417, 416]
        assert books() == {CASH: "15.00", VOUCHERS: "-12.50", TAX_PAYABLE: "-2.50"}

    def test_of_a_period_is_earned_over_its_days(self) -> None:
        """7.00 for seven days from 2 April: 1.00 each day, so 3.00 by the end of the 4th."""
        batch = a_batch("period", 7 * 24 * HOUR, "7.00", 1)
        sold(batch)
        use(codes(batch)[0], "2026-04-02", device="phone")
        assert books() == {CASH: "7.00", DEFERRED_REVENUE: "-7.00"}

        recognise(through=on("2026-04-04"), now=at("2026-04-05"))

        assert books() == {CASH: "7.00", DEFERRED_REVENUE: "-4.00", REVENUE: "-3.00"}
        recognise(through=on("2026-04-30"), now=at("2026-05-01"))
        assert books() == {CASH: "7.00", REVENUE: "-7.00"}

    def test_given_away_books_nothing(self) -> None:
        batch = a_batch("time", HOUR, "0.00", 1)
        sold(batch)
        use(codes(batch)[0], device="phone")

        assert books() == {}
        assert list(verify_vouchers()) == []


class TestSellVouchers:
    def test_sells_the_next_that_nobody_has(self) -> None:
        batch = a_batch()
        sold(batch, 1)
        sold(batch, 2)

        with pytest.raises(BatchRefused, match="only 0 of the 1"):
            sold(batch, 1)

    def test_sells_exactly_those_asked_for(self) -> None:
        batch = a_batch()
        sold(batch, codes=(codes(batch)[2],))

        states = [look_up(code=code).state for code in codes(batch)]
        assert states == ["unsold", "unsold", "sold"]

    def test_asked_twice_with_one_key_sells_once(self) -> None:
        batch = a_batch()

        assert sold(batch, 1, idempotency_key="a").id == sold(batch, 1, idempotency_key="a").id
        assert batch_list()[0].sold == 1

    def test_refuses_a_method_that_brings_no_money(self) -> None:
        with pytest.raises(BatchRefused, match="cash, cheque, transfer"):
            sold(a_batch(), method="voucher")


class TestRedeem:
    def test_happens_once(self) -> None:
        batch = a_batch()
        sold(batch)
        use(codes(batch)[0], account_id=an_account())

        with pytest.raises(VoucherAlreadyRedeemed, match="2026-04-02"):
            use(codes(batch)[0], "2026-04-03", account_id=an_account())

    def test_tells_a_typo_from_an_unknown_code(self) -> None:
        wrong = STRANGER[:-1] + ("2" if STRANGER[-1] != "2" else "3")

        with pytest.raises(CodeMistyped):
            use(wrong, account_id=an_account())
        with pytest.raises(VoucherUnknown):
            use(STRANGER, account_id=an_account())

    def test_refuses_what_nobody_paid_for(self) -> None:
        with pytest.raises(VoucherNotSold):
            use(codes(a_batch())[0], account_id=an_account())

    def test_refuses_a_blocked_batch_and_a_blocked_code(self) -> None:
        lost, kept = a_batch(), a_batch()
        sold(lost)
        sold(kept)
        first, second, _ = codes(kept)
        block_batch(batch_id=lost.id, reason="sheet lost", now=at("2026-04-02"), actor=ACTOR)
        block_voucher(code=first, reason="card lost", now=at("2026-04-02"), actor=ACTOR)

        for code in (codes(lost)[0], first):
            with pytest.raises(VoucherBlocked):
                use(code, account_id=an_account())
        assert use(second, account_id=an_account()).payment

    def test_refuses_from_the_day_after_the_last(self) -> None:
        batch = a_batch(valid_until=on("2026-06-30"))
        sold(batch)
        one, other, _ = codes(batch)

        assert use(one, "2026-06-30", account_id=an_account()).payment
        with pytest.raises(VoucherExpired, match="2026-06-30"):
            use(other, "2026-07-01", account_id=an_account())

    def test_refuses_more_than_ten_wrong_codes_in_a_quarter_of_an_hour_from_one_place(self) -> None:
        batch = a_batch()
        sold(batch)
        account = an_account()
        for _ in range(10):
            with pytest.raises(VoucherUnknown):
                use(STRANGER, source="10.0.0.7", account_id=account)

        with pytest.raises(TooManyWrongCodes, match="15 minutes"):
            use(codes(batch)[0], source="10.0.0.7", account_id=account)

        assert use(codes(batch)[0], source="10.0.0.8", account_id=account).payment
        assert use(codes(batch)[1], "2026-04-03", source="10.0.0.7", account_id=account).payment

    def test_leaves_the_voucher_as_it_was_when_it_is_refused(self) -> None:
        batch = a_batch("time", HOUR, "5.00")
        sold(batch)

        with pytest.raises(VoucherNotForThis, match="which device"):
            use(codes(batch)[0])

        assert not Redemption.objects.exists()


class TestRightToSignIn:
    """What is used of it is counted by the network: `tests/network/test_vouchers.py` has a FreeRADIUS report it."""

    def test_of_time_counts_only_what_was_used_and_stops_at_nothing(self) -> None:
        batch = a_batch("time", HOUR, "5.00")
        sold(batch)
        used = use(codes(batch)[0], device="phone").grant_id

        session = a_voucher_session(used, seconds=1500, octets=10**9)
        assert left_of(used).seconds_left == 2100
        a_voucher_session(used, number="another", seconds=2200)

        assert (left_of(used).seconds_left, left_of(used).state) == (0, "used_up")
        session.delete()
        assert left_of(used).seconds_left == 1400  # 3600 less 2200
        assert list(verify_vouchers()) == []

    def test_of_a_period_ends_by_the_clock(self) -> None:
        a_profile("hotspot")
        batch = a_batch("period", 24 * HOUR, "5.00", profile="hotspot")
        sold(batch)
        used = use(codes(batch)[0], "2026-04-02", device="phone").grant_id

        assert left_of(used).ends_at == at("2026-04-03")
        assert left_of(used).state == "used_up"
        Grant.objects.update(started_at=datetime.now(UTC) - timedelta(hours=23))
        assert left_of(used).state == "active"

    def test_of_data_counts_octets(self) -> None:
        batch = a_batch("data", 5 * 10**9, "5.00")
        sold(batch)
        used = use(codes(batch)[0], account_id=an_account()).grant_id

        a_voucher_session(used, octets=2 * 10**9, seconds=60)

        left = left_of(used)
        assert (left.octets_left, left.seconds_left, left.ends_at) == (3 * 10**9, None, None)


class TestExpireVouchers:
    def test_turns_what_is_owed_into_breakage_once(self) -> None:
        batch = a_batch(valid_until=on("2026-06-30"))
        sold(batch, 2)
        use(codes(batch)[0], account_id=an_account())

        expired = [
            expire_vouchers(on=on(day), now=at(day), actor=ACTOR)
            for day in ("2026-06-30", "2026-07-01", "2026-07-02")
        ]

        assert expired == [0, 1, 0]  # one was redeemed, one never sold
        assert books() == {CASH: "20.00", RECEIVABLES: "-10.00", BREAKAGE: "-10.00"}
        assert list(verify_vouchers()) == []

    def test_gives_up_what_is_owed_for_a_blocked_batch(self) -> None:
        batch = a_batch(valid_until=on("2026-06-30"))
        sold(batch)
        block_batch(batch_id=batch.id, reason="lost", now=at("2026-04-02"), actor=ACTOR)

        expire_vouchers(on=on("2026-07-01"), now=at("2026-07-01"), actor=ACTOR)

        assert books() == {CASH: "30.00", BREAKAGE: "-30.00"}


class TestBatchList:
    def test_tells_what_is_sold_used_and_owed(self) -> None:
        batch = a_batch(size=4)
        sold(batch, 3)
        first, second, *_ = codes(batch)
        use(first, account_id=an_account())
        block_voucher(code=second, reason="lost", now=at("2026-04-02"), actor=ACTOR)

        [row] = batch_list()

        assert (row.count, row.sold, row.redeemed, row.blocked, row.expired) == (4, 3, 1, 1, 0)
        assert row.outstanding == "20.00"


class TestVerifyVouchers:
    def test_finds_a_voucher_that_somebody_made_worth_something(self) -> None:
        batch = a_batch()
        sale = sold(batch, 1)

        Voucher.objects.filter(batch=batch, sale=None).update(sale=sale, liability=1000)

        assert [str(found) for found in verify_vouchers()] == [
            "vouchers: EUR: 1000 are booked as outstanding, 3000 are"
        ]

    def test_finds_time_that_somebody_added(self) -> None:
        batch = a_batch("time", HOUR, "5.00")
        sold(batch, 1)
        use(codes(batch)[0], device="phone")

        Grant.objects.update(seconds=2 * HOUR)

        assert [str(found) for found in verify_vouchers()] == [
            f"voucher: {batch}/1: it lets in for something else than its worth"
        ]

    def test_finds_a_redeemed_voucher_that_never_started(self) -> None:
        batch = a_batch("time", HOUR, "5.00")
        sold(batch, 1)
        use(codes(batch)[0], device="phone")

        Grant.objects.update(started_at=None)

        assert [found.finding for found in verify_vouchers()] == [
            "it was redeemed for something else than its worth"
        ]


class TestVoucherKey:
    def test_of_another_home_prints_nothing(self, settings: object) -> None:
        batch = a_batch()
        settings.VOUCHER_KEY = "another"

        with pytest.raises(VoucherKeyDiffers, match=r"vouchers\.key"):
            codes_of(batch)

    def test_is_needed_to_find_a_code_in_the_tables(self) -> None:
        batch = a_batch()
        code = codes(batch)[0].encode()

        stored = [bytes(value) for value in Voucher.objects.values_list("fingerprint", flat=True)]
        assert all(code not in value for value in [*stored, bytes(batch.salt)])
