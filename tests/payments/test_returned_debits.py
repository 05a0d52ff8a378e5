"""After a return: the bank's fee is a cost, perhaps the customer's; they are told why, and asked again by policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from broadbill.accounts.operations.change_profile import close_account
from broadbill.billing.models import Document
from broadbill.contracts.models import Fact, Subscription
from broadbill.contracts.operations.changes import cancel
from broadbill.core.money import Currency
from broadbill.ledger.domain.chart import BANK, BANK_FEES
from broadbill.ledger.models import Posting
from broadbill.messaging.models import Message
from broadbill.payments.adapters.bank_files import read_bank_file
from broadbill.payments.domain.debit_policy import DebitPolicyRead
from broadbill.payments.domain.schemes import ACH, SEPA
from broadbill.payments.models import BankLine, Debit, DebitFile, Mandate
from broadbill.payments.operations.debit_policy import set_debit_policy
from broadbill.payments.operations.debit_reports import take_report
from broadbill.payments.queries.verify import verify_payments
from tests.payments.bank_samples import camt_entry, pain002, rejected
from tests.payments.test_direct_debits import (  # noqa: F401
    came,
    creditor,
    file_of,
    kate,
    open_of,
    prepare,
    returned,
    take_in,
)
from tests.world import ACTOR, at, bill_through, euro, on

EURO = Currency.of("EUR")
pytestmark = pytest.mark.django_db


@pytest.fixture
def debit(request: pytest.FixtureRequest) -> Debit:
    request.getfixturevalue("kate")
    prepare()
    file_of()
    return Debit.objects.get()


def policy(**terms: object) -> None:
    set_debit_policy(policy=DebitPolicyRead(**terms), now=at("2026-01-02"), actor=ACTOR)  # type: ignore[arg-type]


def with_charge(debit: Debit, code: str = "AM04", fee: str = "4.50") -> str:
    """A return of 30.00 with the bank's charge in its sum."""
    entry = returned(debit, code, amount=f"{Decimal('30.00') + Decimal(fee)}")
    return entry.replace("<RtrInf>", f'<Chrgs><Rcrd><Amt Ccy="EUR">{fee}</Amt></Rcrd></Chrgs><RtrInf>')


def with_asked_amount(debit: Debit) -> str:
    asked = '<AmtDtls><InstdAmt><Amt Ccy="EUR">30.00</Amt></InstdAmt></AmtDtls>'
    return returned(debit, "AM04", amount="34.50").replace("</Refs>", f"</Refs>{asked}")


def balance(account: int) -> int:
    return sum(Posting.objects.filter(ledger_account_id=account).values_list("amount", flat=True))


def charged() -> list[tuple[str, str]]:
    return [
        (fact.detail["amount"], fact.detail["name"])
        for fact in Fact.objects.filter(kind="charge").order_by("number")
    ]


def report(content: bytes) -> None:
    take_report(content=content, file="status.xml", now=at("2026-01-20"), actor=ACTOR)


class TestFee:
    @pytest.mark.parametrize("entry", [with_charge, with_asked_amount])
    def test_is_a_cost_and_the_debt_is_open_without_it(
        self,
        debit: Debit,
        entry: Callable[[Debit], str],
    ) -> None:
        told = take_in(came(debit), entry(debit), closing="95.50")

        # 30.00 came, 34.50 went: the bank took 4.50.
        assert (told.debits, told.queued) == (2, 0)
        assert (balance(BANK_FEES), balance(BANK), open_of(debit.account_id)) == (450, -450, 3000)
        assert charged() == []
        assert list(verify_payments()) == []

    def test_of_returns_in_one_sum_is_that_of_each(self, debit: Debit) -> None:
        take_in(came(debit), closing="130.00")
        detail = (
            "<TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs>"
            "<AmtDtls><TxAmt><Amt Ccy='EUR'>{amount}</Amt></TxAmt></AmtDtls>"
            "<Chrgs><Rcrd><Amt Ccy='EUR'>4.50</Amt></Rcrd></Chrgs><RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf></TxDtls>"
        )
        head = camt_entry("54.00", out=True, reference="SUM", day="2026-01-26").partition("<NtryDtls>")[0]
        parts = detail.format(name=debit.end_to_end, amount="30.00") + detail.format(
            name="OTHER", amount="15.00"
        )

        # 30.00 + 4.50 + 15.00 + 4.50 = 54.00
        told = take_in(f"{head}<NtryDtls>{parts}</NtryDtls></Ntry>", closing="46.00")

        assert (told.debits, told.queued, balance(BANK_FEES)) == (1, 1, 450)
        assert BankLine.objects.get(state="queued").amount == -1950

    def test_is_read_from_mt940_too(self) -> None:
        content = (
            ":20:S\n:25:37040044/0532013000\n:28C:1/1\n:60F:C260126EUR100,00\n"
            ":61:2601260126DR34,50NRTINONREF//R1\n"
            ":86:109?00RUECKLASTSCHRIFT?20EREF+BB20260121-1?21OAMT+30,00?22COAM+4,50\n"
            ":62F:C260126EUR65,50\n-\n"
        )

        [statement] = read_bank_file(content.encode(), "s.sta")

        assert (statement.lines[0].amount.minor, statement.lines[0].fee) == (-3450, 450)

    def test_is_passed_on_as_it_was_taken_at_most_and_once(self, debit: Debit) -> None:
        policy(fee="taken", fee_amount=Decimal("3.00"))

        take_in(came(debit), with_charge(debit), closing="95.50")
        take_in(came(debit), with_charge(debit), closing="95.50")
        bill_through("2026-02-01")

        assert charged() == [("3.00", f"Fee for the returned direct debit {debit.end_to_end}")]
        # 30.00 a month and the fee
        assert Document.objects.order_by("-id")[0].total == 3300
        assert "3" in Message.objects.get(kind="debit_returned").body_text.partition("next bill: ")[2]

    def test_of_a_customer_who_has_left_is_charged_and_billed_all_the_same(self, debit: Debit) -> None:
        """Closed on 24 January with its service ended; the bank gives the collection back on the 26th."""
        policy(fee="amount", fee_amount=Decimal("5.00"))
        take_in(came(debit), closing="130.00")
        [subscription] = Subscription.objects.filter(account=debit.account_id)
        cancel(subscription_id=subscription.id, on=on("2026-01-24"), now=at("2026-01-24"), actor=ACTOR)
        close_account(
            account_id=debit.account_id, closed_on=on("2026-01-24"), now=at("2026-01-24"), actor=ACTOR
        )

        take_in(with_charge(debit), closing="65.50")
        bill_through("2026-02-01")

        assert charged() == [("5.00", f"Fee for the returned direct debit {debit.end_to_end}")]
        # 30.00 × 8 of 31 days were not served, 7.74 back: 30.00 + 5.00 − 7.74 = 27.26 are open.
        assert open_of(debit.account_id) == 2726
        assert list(verify_payments()) == []

    def test_a_fixed_one_is_charged_with_a_report_and_not_again_with_the_statement(
        self, debit: Debit
    ) -> None:
        policy(fee="amount", fee_amount=Decimal("5.00"))
        report(pain002(DebitFile.objects.get(), rejected(debit, "AM04"), status="PART"))

        batch = camt_entry("30.00", payer="").partition("<NtryDtls>")[0]
        name = f"<NtryDtls><Btch><PmtInfId>{debit.batch}</PmtInfId></Btch></NtryDtls></Ntry>"
        take_in(batch + name, with_charge(debit), closing="95.50")

        debit.refresh_from_db()
        assert (debit.state, debit.return_fee, debit.fee_passed_on) == ("returned", 450, 500)
        assert len(charged()) == 1

    def test_of_what_the_payer_did_not_do_stays_ours(self, debit: Debit) -> None:
        policy(fee="taken")

        take_in(came(debit), with_charge(debit, "MD01"), closing="95.50")

        assert (balance(BANK_FEES), charged()) == (450, [])

    def test_of_another_sum_is_for_a_person(self, debit: Debit) -> None:
        entry = with_charge(debit).replace(">34.50<", ">35.00<")

        assert take_in(came(debit), entry, closing="95.00").queued == 1
        assert balance(BANK_FEES) == 0


class TestLetter:
    def test_says_what_was_not_paid_why_and_when_it_is_tried_again(self, debit: Debit) -> None:
        take_in(came(debit), returned(debit, "AM04"), closing="100.00")

        body = Message.objects.get(kind="debit_returned").body_text
        assert "your account did not hold enough" in body
        assert "Amount: " in body
        assert "ending in: 2051" in body
        # Returned on 26 January; five days later is a Saturday.
        assert "We will try again, on February 2, 2026 at the earliest" in body

    def test_asks_for_another_account_where_nothing_is_collected_from_this_one(self, debit: Debit) -> None:
        take_in(came(debit), returned(debit, "AC04"), closing="100.00")

        assert "give us another bank account" in Message.objects.get(kind="debit_returned").body_text

    def test_is_not_written_to_who_has_died(self, debit: Debit) -> None:
        take_in(came(debit), returned(debit, "MD07"), closing="100.00")

        assert not Message.objects.filter(kind="debit_returned").exists()

    def test_is_not_written_where_the_bank_rejects_our_file(self, debit: Debit) -> None:
        policy(fee="amount", fee_amount=Decimal("5.00"))

        report(pain002(DebitFile.objects.get(), status="RJCT", code="AM04"))

        assert not Message.objects.filter(kind="debit_returned").exists()
        assert charged() == []


class TestTryingAgain:
    def test_is_not_before_the_day_that_the_policy_says(self, debit: Debit) -> None:
        policy(retry_days=(20,))
        take_in(came(debit), returned(debit, "AM04"), closing="100.00")

        early = prepare("2026-02-12", today="2026-01-27")

        # 26 January and 20 days is Sunday, 15 February.
        assert early.passed_over[0][1].endswith("it is asked for again from 2026-02-16 on")
        assert prepare("2026-02-16", today="2026-01-27").debits == 1

    def test_may_be_never(self, debit: Debit) -> None:
        policy(retry_days=())
        take_in(came(debit), returned(debit, "AM04"), closing="100.00")

        assert prepare("2026-03-02", today="2026-01-27").debits == 0

    def test_reasons_may_be_added_that_end_the_mandate(self, debit: Debit) -> None:
        policy(stop_codes=("MS02",))
        take_in(came(debit), returned(debit, "MS02"), closing="100.00")

        assert Mandate.objects.get().cancelled_because == "MS02: the payer refused it"


class TestPolicy:
    @pytest.mark.parametrize(
        ("terms", "reason"),
        [
            ({"retry_days": (0,)}, "whole days after each return"),
            ({"retry_codes": ("AC04",)}, "closed"),
            ({"retry_codes": ("R08",)}, "stopped the payment"),
            ({"retry_codes": ("X1",)}, "not known: X1"),
            ({"fee": "amount"}, "say the amount"),
            ({"fee": "taken", "fee_amount": Decimal(0)}, "more than nothing"),
            ({"fee": "taken", "fee_tax": "none-such"}, "no tax category none-such"),
        ],
    )
    def test_that_cannot_be_is_refused(self, terms: dict[str, object], reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            policy(**terms)

    def test_asks_by_ach_three_times_and_by_sepa_twice_at_most(self) -> None:
        always = DebitPolicyRead(retry_days=(5, 10, 15))
        once, twice = [("R01", date(2026, 2, 2))], [("R01", date(2026, 2, 2))] * 2

        assert always.asks_again_from(ACH, once) == date(2026, 2, 9)
        assert always.asks_again_from(ACH, twice) == date(2026, 2, 12)
        assert always.asks_again_from(ACH, [*twice, *once]) is None
        assert always.asks_again_from(SEPA, [("AM04", date(2026, 2, 2))] * 2) is None

    def test_passes_on_what_was_taken_or_an_amount(self) -> None:
        taken, capped = DebitPolicyRead(fee="taken"), DebitPolicyRead(fee="taken", fee_amount=Decimal("3.00"))
        amount = DebitPolicyRead(fee="amount", fee_amount=Decimal("5.00"))

        assert taken.passed_on("AM04", EURO, euro("4.50")) == euro("4.50")
        assert capped.passed_on("AM04", EURO, euro("4.50")) == euro("3.00")
        assert capped.passed_on("AM04", EURO, euro("2.50")) == euro("2.50")
        assert amount.passed_on("AM04", EURO, None) == euro("5.00")
        assert DebitPolicyRead().passed_on("AM04", EURO, euro("4.50")) is None
        assert taken.passed_on("FF01", EURO, euro("4.50")) is None
