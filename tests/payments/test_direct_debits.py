"""SEPA direct debit: announced, asked for once, paid when the bank says so, owed again when it comes back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from defusedxml.ElementTree import fromstring
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadbill.accounts.models import Account
from broadbill.accounts.operations.provider import change_provider
from broadbill.kernel.models import Event
from broadbill.messaging.models import Message
from broadbill.payments.adapters.bank_files import read_bank_file
from broadbill.payments.adapters.pain008 import NAMESPACE
from broadbill.payments.domain.debit_errors import DebitsRefused, MandateRefused
from broadbill.payments.domain.schemes import SEPA
from broadbill.payments.models import BankLine, Debit, DebitFile, Mandate, OpenItem, Payment
from broadbill.payments.operations.bank import TakenIn, import_statements
from broadbill.payments.operations.debit_files import make_debit_files, withdraw_debits
from broadbill.payments.operations.debits import Planned, prepare_debits
from broadbill.payments.operations.mandates import NewMandate, sign_mandate
from broadbill.payments.queries.in_flight import in_flight_of
from broadbill.payments.queries.verify import verify_payments
from tests.payments.bank_samples import camt, camt_entry
from tests.payments.cards import a_card, charge
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on, pay

pytestmark = pytest.mark.django_db
PAYER_IBAN = "DE02120300000000202051"
# Billed on 1 January, due on the 15th; announced on 2 January, collected on Wednesday the 21st.
DUE = "2026-01-21"


@pytest.fixture(autouse=True)
def creditor() -> None:
    change_provider(
        changes={
            "name": "Käufer & Söhne",
            "iban": "LU280019400644750000",
            "creditor_id": "DE98ZZZ09999999999",
        },
        now=at("2025-12-01"),
        actor=ACTOR,
    )


def a_payer(name: str = "Kate Nwosu", *, number: str = "K-1", mandate: bool = True, **terms: str) -> int:
    """Owes 30.00 from 1 January on, and pays by direct debit."""
    account = an_account(name, number=number, email=f"{number}@example.org")
    Account.objects.filter(pk=account).update(pays_by="direct_debit")
    if mandate:
        sign(account, f"{number}/1", **terms)
    return account


def sign(account: int, reference: str, *, signed: str = "2025-11-03", **terms: str) -> Mandate:
    new = NewMandate(
        account_id=account,
        reference=reference,
        signed_on=on(signed),
        bank_account=terms.pop("iban", PAYER_IBAN),
        holder="Kate Nwosu",
        **terms,
    )
    return sign_mandate(mandate=new, today=on("2026-01-02"), now=at("2026-01-02"), actor=ACTOR)


@pytest.fixture
def kate() -> int:
    account = a_payer()
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    return account


def prepare(due: str = DUE, *, today: str = "2026-01-02", only: int | None = None) -> Planned:
    return prepare_debits(
        on=on(due), today=on(today), now=at(today), actor=ACTOR, scheme=SEPA, only_account=only
    )


def file_of(due: str = DUE, *, today: str = "2026-01-19") -> DebitFile:
    [file] = make_debit_files(on=on(due), today=on(today), now=at(today), actor=ACTOR)[0]
    return file


def take_in(*entries: str, closing: str) -> TakenIn:
    statements = read_bank_file(camt(entries, closing=closing), "statement.xml")
    return import_statements(statements=statements, file="statement.xml", now=at("2026-01-22"), actor=ACTOR)


def returned(debit: Debit, code: str, amount: str = "30.00", day: str = "2026-01-26") -> str:
    entry = camt_entry(amount, out=True, end_to_end=debit.end_to_end, reference=f"R{debit.id}", day=day)
    return entry.replace("</TxDtls>", f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf></TxDtls>")


def came(debit: Debit, amount: str = "30.00") -> str:
    return camt_entry(amount, end_to_end=debit.end_to_end, reference=f"C{debit.id}", day=DUE)


def open_of(account: int) -> int:
    return sum(OpenItem.objects.filter(account_id=account).values_list("open", flat=True))


class TestMandates:
    @pytest.mark.parametrize(
        ("terms", "reason"),
        [
            ({"iban": "DE02120300000000202052"}, "check digits"),
            ({"signed": "2026-01-03"}, "still to come"),
            ({"bank": "NOBIC"}, "no BIC"),
            ({"instrument": "COR1"}, "none of CORE, B2B"),
        ],
    )
    def test_one_that_cannot_be_is_refused(self, terms: dict[str, str], reason: str) -> None:
        with pytest.raises(MandateRefused, match=reason):
            a_payer(**terms)

    def test_a_new_one_ends_the_one_before_and_both_stay_on_record(self) -> None:
        account = a_payer()

        sign(account, "K-1/2")

        assert [
            (row.reference, row.cancelled_because)
            for row in Mandate.objects.filter(account=account).order_by("id")
        ] == [
            ("K-1/1", "followed by K-1/2"),
            ("K-1/2", ""),
        ]

    def test_events_show_only_the_end_of_the_bank_account(self) -> None:
        a_payer()

        [data] = Event.objects.filter(verb="mandate.signed").values_list("data", flat=True)
        assert data == {"reference": "K-1/1", "account_ends": "2051"}


class TestPreparing:
    def test_announces_what_is_due_and_holds_it_as_on_its_way(self, kate: int) -> None:
        planned = prepare()

        assert (planned.debits, str(planned.total), planned.passed_over) == (1, "30.00", ())
        assert in_flight_of([kate]) == {kate: 3000}
        letter = Message.objects.get(kind="debit_ahead")
        assert letter.recipient == "K-1@example.org"
        assert "30.00" in letter.body_text
        assert "Bank account ending in: 2051" in letter.body_text

    def test_asks_nobody_twice(self, kate: int) -> None:
        prepare()

        again = prepare("2026-01-22")

        assert again.debits == 0
        assert again.passed_over == (("K-1", "has a collection under way"),)

    def test_a_plan_without_a_file_holds_nobody_up_after_its_day(self, kate: int) -> None:
        prepare()

        assert prepare("2026-02-10", today="2026-01-22").debits == 1

    def test_takes_off_what_the_customer_has_paid(self, kate: int) -> None:
        pay(kate, "12.50", "2026-01-02")

        # 30.00 - 12.50 = 17.50
        assert str(prepare().total) == "17.50"

    def test_passes_over_who_gave_no_mandate_or_let_it_lapse(self) -> None:
        plan = a_plan()
        a_subscription(a_payer("No Mandate", number="N-1", mandate=False), plan, "2026-01-01")
        a_subscription(a_payer("Old Mandate", number="O-1", signed="2023-01-21"), plan, "2026-01-01")
        bill_through("2026-01-01")

        assert dict(prepare().passed_over) == {
            "N-1": "has no mandate in force",
            "O-1": "its mandate has lapsed: unused for 36 months",
        }

    @pytest.mark.parametrize(
        ("due", "reason"), [("2026-01-15", "14 days of notice"), ("2026-01-24", "take 2026-01-26")]
    )
    def test_gives_notice_and_collects_on_days_of_the_banks(self, kate: int, due: str, reason: str) -> None:
        with pytest.raises(DebitsRefused, match=reason):
            prepare(due)

    def test_asks_as_much_of_the_database_for_ten_payers_as_for_two(self) -> None:
        plan = a_plan()
        counts = []
        for due, numbers in ((DUE, range(2)), ("2026-01-22", range(2, 12))):
            for number in numbers:
                a_subscription(a_payer(number=f"M-{number}"), plan, "2026-01-01")
            bill_through("2026-01-01")
            with CaptureQueriesContext(
                connection,
            ) as asked:
                prepare(due)
            counts.append(len(asked))

        assert counts[0] == counts[1]


class TestFile:
    def test_holds_the_collections_in_latin_letters_and_fits_its_schema(self, kate: int) -> None:
        prepare()

        file = file_of()

        root = fromstring(bytes(file.content))
        expected = {
            "NbOfTxs": "1",
            "CtrlSum": "30.00",
            "SeqTp": "FRST",
            "MndtId": "K-1/1",
            "MsgId": file.message_id,
        }
        assert {tag: root.findtext(f".//{{{NAMESPACE}}}{tag}") for tag in expected} == expected
        assert {each.text for each in root.iter(f"{{{NAMESPACE}}}Nm")} == {"Kaufer   Sohne", "Kate Nwosu"}
        assert (file.debits_count, file.total) == (1, 3000)

    def test_sums_to_its_collections(self) -> None:
        plans = [a_plan(f"plan-{cents}", f"10.{cents}") for cents in (11, 22, 33)]
        for number, plan in enumerate(plans):
            a_subscription(a_payer(number=f"S-{number}"), plan, "2026-01-01")
        bill_through("2026-01-01")
        prepare()

        file = file_of()

        root = fromstring(bytes(file.content))
        amounts = [Decimal(each.text or "") for each in root.iter(f"{{{NAMESPACE}}}InstdAmt")]
        # 10.11 + 10.22 + 10.33 = 30.66
        assert (sum(amounts), file.total) == (Decimal("30.66"), 3066)

    def test_leaves_out_who_paid_meanwhile(self, kate: int) -> None:
        prepare()
        pay(kate, "30.00", "2026-01-10")

        files, dropped = make_debit_files(
            on=on(DUE), today=on("2026-01-19"), now=at("2026-01-19"), actor=ACTOR
        )

        assert (files, dropped) == ([], 1)
        assert in_flight_of([kate]) == {}

    def test_the_second_collection_of_a_mandate_is_recurring(self, kate: int) -> None:
        prepare()
        file_of()
        take_in(came(Debit.objects.get()), closing="130.00")
        bill_through("2026-02-01")
        prepare("2026-02-20", today="2026-02-02")

        assert b"<SeqTp>RCUR</SeqTp>" in bytes(file_of("2026-02-20", today="2026-02-18").content)


class TestOutcome:
    @pytest.fixture
    def debit(self, kate: int) -> Debit:
        prepare()
        file_of()
        return Debit.objects.get()

    def test_money_that_came_is_a_payment(self, kate: int, debit: Debit) -> None:
        assert take_in(came(debit), closing="130.00") == TakenIn(0, 0, 0, debits=1)

        payment = Payment.objects.get()
        assert (payment.method, payment.amount, payment.received_on) == ("direct_debit", 3000, on(DUE))
        assert (open_of(kate), in_flight_of([kate])) == (0, {})
        assert list(verify_payments()) == []

    def test_a_batch_booked_in_one_sum_pays_everybody_in_it(self) -> None:
        plan = a_plan()
        accounts = [a_payer(number=f"B-{number}") for number in range(3)]
        for account in accounts:
            a_subscription(account, plan, "2026-01-01")
        bill_through("2026-01-01")
        prepare()
        file = file_of()
        batch = f"<NtryDtls><Btch><PmtInfId>{file.message_id}-FRST</PmtInfId></Btch></NtryDtls></Ntry>"
        entry = camt_entry("90.00", payer="", day=DUE).partition("<NtryDtls>")[0] + batch

        assert take_in(entry, closing="190.00").debits == 1

        assert [open_of(account) for account in accounts] == [0, 0, 0]
        assert Payment.objects.count() == 3

    def test_another_sum_is_for_a_person(self, debit: Debit) -> None:
        take_in(came(debit, "29.00"), closing="129.00")

        assert BankLine.objects.get().reason == "debit_differs"
        assert Payment.objects.count() == 0

    @pytest.mark.parametrize(
        ("code", "stops"), [("AC04", True), ("MD01", True), ("AM04", False), ("MS02", False)]
    )
    def test_a_return_opens_the_debt_and_ends_the_mandate_where_its_reason_says_so(
        self, kate: int, debit: Debit, code: str, stops: bool
    ) -> None:
        taken = take_in(returned(debit, code), came(debit), closing="100.00")

        assert taken == TakenIn(0, 0, 0, debits=2)
        assert open_of(kate) == 3000
        debit.refresh_from_db()
        assert (debit.state, debit.return_code) == ("returned", code)
        assert (Mandate.objects.get().cancelled_at is not None) is stops
        assert list(verify_payments()) == []

    def test_a_return_of_what_never_came_is_for_a_person(self, debit: Debit) -> None:
        assert take_in(returned(debit, "AC04"), closing="70.00").queued == 1

    def test_want_of_money_is_tried_once_more_and_no_oftener(self, kate: int, debit: Debit) -> None:
        take_in(came(debit), returned(debit, "AM04"), closing="100.00")
        assert prepare("2026-02-10", today="2026-01-27").debits == 1
        file_of("2026-02-10", today="2026-02-08")
        second = Debit.objects.get(state="asked")
        take_in(came(second), returned(second, "AM04"), closing="100.00")

        third = prepare("2026-03-02", today="2026-02-12")

        assert third.passed_over == (
            ("K-1", "its last collection came back: the bank account did not hold enough"),
        )
        assert prepare("2026-03-02", today="2026-02-12", only=kate).debits == 1

    def test_a_file_the_bank_rejected_is_withdrawn_and_asked_for_again(self, kate: int, debit: Debit) -> None:
        file = DebitFile.objects.get()

        assert (
            withdraw_debits(name=file.message_id, because="rejected", now=at("2026-01-20"), actor=ACTOR) == 1
        )

        assert in_flight_of([kate]) == {}
        assert prepare("2026-02-10", today="2026-01-22").debits == 1
        assert b"<SeqTp>FRST</SeqTp>" in bytes(file_of("2026-02-10", today="2026-02-05").content)

    def test_the_same_statement_again_changes_nothing(self, kate: int, debit: Debit) -> None:
        take_in(came(debit), returned(debit, "MS03"), closing="100.00")

        assert take_in(came(debit), returned(debit, "MS03"), closing="100.00") == TakenIn(0, 0, 2)
        assert open_of(kate) == 3000


@pytest.mark.usefixtures("sandbox")
class TestACardIsBeingCharged:
    def test_nothing_is_collected_while_it_is_not_known_whether_the_card_pays(self, kate: int) -> None:
        charge(a_card(kate, "challenge"), "30.00", "2026-01-02")

        found = prepare_debits(
            on=on(DUE), today=on("2026-01-02"), now=at("2026-01-02"), actor=ACTOR, scheme=SEPA
        )

        assert (found.debits, found.passed_over) == (0, (("K-1", "its card is being charged just now"),))

    def test_what_was_planned_before_is_not_handed_to_the_bank(self, kate: int) -> None:
        prepare_debits(on=on(DUE), today=on("2026-01-02"), now=at("2026-01-02"), actor=ACTOR, scheme=SEPA)
        charge(a_card(kate, "challenge"), "30.00", "2026-01-03")

        files, dropped = make_debit_files(
            on=on(DUE), today=on("2026-01-16"), now=at("2026-01-16"), actor=ACTOR
        )

        assert (files, dropped) == ([], 1)
        assert Debit.objects.get().state == Debit.State.DROPPED
