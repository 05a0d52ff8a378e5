"""ACH debits: asked for as SEPA's are, in a NACHA file; what comes back is owed again, wrong accounts are corrected."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadbill.accounts.models import Account
from broadbill.accounts.operations.provider import change_provider
from broadbill.messaging.models import Message
from broadbill.payments.adapters.bank_files import read_bank_file
from broadbill.payments.adapters.nacha import BATCH_CONTROL, BATCH_HEADER, ENTRY, FILE_HEADER, fields
from broadbill.payments.domain.debit_errors import DebitsRefused, MandateRefused, ReportRefused
from broadbill.payments.domain.schemes import ACH, SEPA
from broadbill.payments.models import BankLine, Debit, DebitFile, DebitReport, Mandate, OpenItem, Payment
from broadbill.payments.operations.bank import assign_line_to_debits, import_statements
from broadbill.payments.operations.debit_files import make_debit_files
from broadbill.payments.operations.debit_reports import take_report
from broadbill.payments.operations.debits import Planned, prepare_debits
from broadbill.payments.operations.mandates import NewMandate, sign_mandate
from broadbill.payments.queries.debits import debit_file_content
from broadbill.payments.queries.in_flight import in_flight_of
from broadbill.payments.queries.verify import verify_payments
from tests.payments.ach_samples import COMPANY, changed, report, returned
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on

pytestmark = pytest.mark.django_db
ORIGINATOR = {
    "name": "Harbour Net",
    "currency": "USD",
    "ach_routing": "021000021",
    "ach_bank_name": "First Bank",
    "ach_origin": COMPANY,
    "ach_company_id": COMPANY,
}
# Billed on 1 January, due on the 15th; collected on Wednesday the 21st, a banking day.
DUE = "2026-01-21"


@pytest.fixture(autouse=True)
def originator() -> None:
    change_provider(changes=ORIGINATOR, now=at("2025-12-01"), actor=ACTOR)


def a_payer(number: str = "K-1", **terms: str) -> int:
    account = an_account("Kate Nwosu", number=number, email=f"{number}@example.org", currency="USD")
    Account.objects.filter(pk=account).update(pays_by="direct_debit")
    sign(account, f"{number}/1", **terms)
    return account


def sign(account: int, reference: str, **terms: str) -> Mandate:
    details = {
        "bank_account": "123456789",
        "bank": "021000021",
        "account_kind": "checking",
        "instrument": "PPD",
        **terms,
    }
    new = NewMandate(
        account_id=account, reference=reference, signed_on=on("2025-11-03"), holder="Kate Nwosu", **details
    )
    return sign_mandate(mandate=new, today=on("2026-01-02"), now=at("2026-01-02"), actor=ACTOR)


@pytest.fixture
def kate() -> int:
    account = a_payer()
    a_subscription(account, a_plan(currency="USD"), "2026-01-01")
    bill_through("2026-01-01")
    return account


def prepare(due: str = DUE, *, today: str = "2026-01-02", only: int | None = None) -> Planned:
    return prepare_debits(
        on=on(due), today=on(today), now=at(today), actor=ACTOR, scheme=ACH, only_account=only
    )


def file_of(due: str = DUE, *, today: str = "2026-01-19") -> DebitFile:
    [file] = make_debit_files(on=on(due), today=on(today), now=at(today), actor=ACTOR)[0]
    return file


@pytest.fixture
def debit(kate: int) -> Debit:
    prepare()
    file_of()
    return Debit.objects.get()


def statement(*rows: str) -> None:
    content = "\n".join(["date,amount,currency,payer,reference,id", *rows]).encode()
    statements = read_bank_file(content, "bank.csv")
    import_statements(statements=statements, file="bank.csv", now=at("2026-01-25"), actor=ACTOR)


def came(debit: Debit, day: str = DUE) -> None:
    statement(f"{day},30.00,USD,,ACH CREDIT {COMPANY} HARBOUR NET,C{debit.id}")


def take(*batches: tuple[str, list[str]]) -> DebitReport:
    return take_report(content=report(*batches), file="returns.ach", now=at("2026-01-25"), actor=ACTOR)


def open_of(account: int) -> int:
    return sum(OpenItem.objects.filter(account_id=account).values_list("open", flat=True))


class TestAuthorisations:
    @pytest.mark.parametrize(
        ("terms", "reason"),
        [
            ({"bank": "021000022"}, "routing number"),
            ({"bank_account": "12 34"}, "account number"),
            ({"bank_account": "123456789012345678"}, "account number"),
            ({"account_kind": "current"}, "neither checking nor savings"),
            ({"instrument": "TEL"}, "none of CORE, B2B, PPD, CCD, WEB"),
            ({"instrument": "CORE", "bank_account": "DE02120300000000202051", "bank": ""}, "billed in USD"),
        ],
    )
    def test_one_that_cannot_be_is_refused(self, terms: dict[str, str], reason: str) -> None:
        with pytest.raises(MandateRefused, match=reason):
            a_payer(**terms)

    def test_an_account_billed_in_euros_is_not_for_ach(self) -> None:
        with pytest.raises(MandateRefused, match="ACH collects USD and the account is billed in EUR"):
            sign(an_account(), "A/1")


class TestFile:
    def test_is_a_nacha_file_of_the_debits_planned_for_the_day(self, debit: Debit) -> None:
        file = DebitFile.objects.get()
        name, content = debit_file_content(file.message_id)

        records = content.decode().splitlines()
        header, batch, entry = (
            fields(FILE_HEADER, records[0]),
            fields(BATCH_HEADER, records[1]),
            fields(ENTRY, records[2]),
        )
        assert (name, len(records)) == (f"{file.message_id}.ach", 10)
        assert (header["destination"], header["origin"], header["modifier"]) == (" 021000021", COMPANY, "A")
        assert (batch["service"], batch["sec"], batch["effective"], batch["description"]) == (
            "225", "PPD", "260121", "INTERNET  ",
        )  # fmt: skip
        assert (entry["code"], entry["rdfi"] + entry["check_digit"], entry["cents"]) == (
            "27",
            "021000021",
            "0000003000",
        )
        assert entry["trace"] == debit.trace == f"02100002{debit.id:07d}"
        assert (file.debits_count, file.total, file.currency) == (1, 3000, "USD")

    def test_has_a_batch_for_each_class(self) -> None:
        plan = a_plan(currency="USD")
        for number, instrument in enumerate(("PPD", "WEB", "CCD", "PPD")):
            a_subscription(a_payer(f"B-{number}", instrument=instrument), plan, "2026-01-01")
        bill_through("2026-01-01")
        prepare()

        records = bytes(file_of().content).decode().splitlines()

        found = [fields(BATCH_HEADER, record)["sec"] for record in records if record[0] == "5"]
        sums = [int(fields(BATCH_CONTROL, record)["debits"]) for record in records if record[0] == "8"]
        assert (found, sums) == (["CCD", "PPD", "WEB"], [3000, 6000, 3000])

    def test_a_second_one_of_the_day_has_another_letter(self, debit: Debit) -> None:
        a_subscription(a_payer("K-2"), a_plan("other", currency="USD"), "2026-01-01")
        bill_through("2026-01-01")
        prepare()

        [second] = make_debit_files(
            on=on(DUE), today=on("2026-01-19"), now=at("2026-01-19") + timedelta(hours=1), actor=ACTOR
        )[0]
        assert bytes(second.content)[33:34] == b"B"

    def test_is_for_days_on_which_the_federal_reserve_settles(self, kate: int) -> None:
        with pytest.raises(DebitsRefused, match="take 2026-01-20"):
            prepare("2026-01-19")

    def test_needs_to_know_by_what_the_bank_knows_us(self, kate: int) -> None:
        change_provider(changes={"ach_company_id": ""}, now=at("2026-01-02"), actor=ACTOR)

        with pytest.raises(DebitsRefused, match="provider set ach_company_id=…"):
            prepare()

    def test_customers_of_the_other_scheme_are_none_of_its_business(self, kate: int) -> None:
        change_provider(
            changes={"iban": "LU280019400644750000", "creditor_id": "DE98ZZZ09999999999"},
            now=at("2026-01-02"),
            actor=ACTOR,
        )

        planned = prepare_debits(
            on=on(DUE), today=on("2026-01-02"), now=at("2026-01-02"), actor=ACTOR, scheme=SEPA
        )

        assert (planned.debits, planned.passed_over) == (0, ())

    def test_the_letter_ahead_names_the_account_and_no_creditor_identifier(self, kate: int) -> None:
        prepare()

        body = Message.objects.get(kind="debit_ahead").body_text
        assert "Bank account ending in: 6789" in body
        assert "identifier" not in body


class TestMoneyThatCame:
    def test_a_sum_that_names_our_company_pays_the_batch_of_just_that_sum(
        self, kate: int, debit: Debit
    ) -> None:
        came(debit)

        assert Payment.objects.get().received_on == on(DUE)
        assert (open_of(kate), in_flight_of([kate])) == (0, {})

    def test_a_person_says_what_the_bank_does_not(self, kate: int, debit: Debit) -> None:
        statement("2026-01-21,30.00,USD,,DEPOSIT,X1")
        line = BankLine.objects.get()

        count = assign_line_to_debits(
            line_id=line.id, name=DebitFile.objects.get().message_id, now=at("2026-01-22"), actor=ACTOR
        )

        line.refresh_from_db()
        assert (count, open_of(kate), line.state) == (1, 0, "debit")

    def test_a_line_of_another_sum_stays_in_the_queue(self, debit: Debit) -> None:
        statement("2026-01-21,29.00,USD,,DEPOSIT,X1")
        line = BankLine.objects.get()

        with pytest.raises(DebitsRefused, match=r"comes to 30\.00, and the line is of 29\.00"):
            assign_line_to_debits(
                line_id=line.id, name=DebitFile.objects.get().message_id, now=at("2026-01-22"), actor=ACTOR
            )

        line.refresh_from_db()
        assert line.state == "queued"


class TestReturns:
    @pytest.mark.parametrize(
        ("code", "stops"), [("R01", False), ("R02", True), ("R07", True), ("R08", False)]
    )
    def test_open_the_debt_and_end_the_authorisation_where_the_reason_says_so(
        self, kate: int, debit: Debit, code: str, stops: bool
    ) -> None:
        came(debit)

        taken = take(returned(debit.trace, code, 3000, day="023"))

        debit.refresh_from_db()
        assert (taken.returned, taken.left, open_of(kate)) == (1, [], 3000)
        assert (debit.state, debit.return_code, debit.returned_on) == ("returned", code, on("2026-01-23"))
        assert (Mandate.objects.get().cancelled_at is not None) is stops
        assert list(verify_payments()) == []

    def test_the_statement_that_books_a_return_again_only_confirms_it(self, kate: int, debit: Debit) -> None:
        came(debit)
        take(returned(debit.trace, "R01", 3000))

        statement(f"2026-01-23,-30.00,USD,,{debit.trace},R1", f"2026-01-24,-30.00,USD,,{debit.trace},R2")

        debit.refresh_from_db()
        assert (open_of(kate), debit.return_unbooked) == (3000, False)
        # The first is the return's; a second of the same is for a person.
        assert list(BankLine.objects.order_by("id").values_list("state", flat=True)) == [
            "debit",
            "debit",
            "queued",
        ]

    def test_one_that_comes_before_the_statement_is_known_at_once_and_posted_with_it(
        self, kate: int, debit: Debit
    ) -> None:
        take(returned(debit.trace, "R01", 3000, day="022"))

        assert (in_flight_of([kate]), Payment.objects.count()) == ({}, 0)
        came(debit)
        debit.refresh_from_db()
        assert (debit.state, open_of(kate)) == ("returned", 3000)
        assert Payment.objects.get().reversal.reversed_on == on("2026-01-22")

    def test_a_bank_may_pay_out_a_batch_without_what_it_returned(self) -> None:
        plan = a_plan(currency="USD")
        accounts = [a_payer(f"N-{number}") for number in range(3)]
        for account in accounts:
            a_subscription(account, plan, "2026-01-01")
        bill_through("2026-01-01")
        prepare()
        file_of()
        gone = Debit.objects.get(account=accounts[0])
        take(returned(gone.trace, "R03", 3000))

        statement(f"2026-01-21,60.00,USD,,{COMPANY},N")

        gone.refresh_from_db()
        assert gone.state == "dropped"
        assert [open_of(account) for account in accounts] == [3000, 0, 0]

    def test_want_of_money_is_presented_twice_more_and_says_so(self, kate: int, debit: Debit) -> None:
        came(debit)
        take(returned(debit.trace, "R01", 3000))
        for due, today in (("2026-02-10", "2026-01-27"), ("2026-03-02", "2026-02-12")):
            assert prepare(due, today=today).debits == 1
            again = file_of(due, today=due[:8] + "01" if due[:8] != today[:8] else today)
            assert (
                fields(BATCH_HEADER, bytes(again.content).decode().splitlines()[1])["description"]
                == "RETRY PYMT"
            )
            second = Debit.objects.get(state="asked")
            came(second, day=due)
            take(returned(second.trace, "R01", 3000, day="044" if due == "2026-02-10" else "064"))

        third = prepare("2026-04-01", today="2026-03-10")

        assert third.passed_over == (
            ("K-1", "its last collection came back: the bank account did not hold enough"),
        )

    def test_what_is_not_ours_or_came_before_is_left_for_a_person(self, kate: int, debit: Debit) -> None:
        came(debit)
        take(returned(debit.trace, "R01", 3000))

        taken = take(
            returned("021000029999999", "R01", 100),
            returned(debit.trace, "R01", 3000),
        )

        assert taken.returned == 0
        assert [each["why"] for each in taken.left] == [
            "no collection of ours has this trace number",
            "came back before, as R01",
        ]
        assert open_of(kate) == 3000

    def test_a_return_of_another_amount_is_left_for_a_person(self, kate: int, debit: Debit) -> None:
        came(debit)

        assert (
            take(returned(debit.trace, "R01", 2900)).left[0]["why"]
            == "is of 2900 cents, and the collection of 3000"
        )
        assert open_of(kate) == 0

    def test_the_same_file_is_taken_once(self, debit: Debit) -> None:
        came(debit)
        take(returned(debit.trace, "R01", 3000))

        with pytest.raises(ReportRefused, match="was taken in already on 2026-01-25"):
            take(returned(debit.trace, "R01", 3000))

    def test_a_file_of_somebody_else_changes_nothing(self, kate: int, debit: Debit) -> None:
        content = report(returned(debit.trace, "R01", 3000)).replace(COMPANY.encode(), b"9999999999")

        with pytest.raises(ReportRefused, match="is about company"):
            take_report(content=content, file="r.ach", now=at("2026-01-25"), actor=ACTOR)

        assert DebitReport.objects.count() == 0


class TestNotificationsOfChange:
    def test_the_next_collection_asks_the_account_as_its_bank_says_it_is(
        self, kate: int, debit: Debit
    ) -> None:
        came(debit)

        taken = take(changed(debit.trace, "C07", "0910000221918171614       37"))

        mandate = Mandate.objects.get()
        assert (taken.corrected, taken.left) == (1, [])
        assert (mandate.bank, mandate.bank_account, mandate.account_kind) == (
            "091000022",
            "1918171614",
            "savings",
        )
        assert (mandate.cancelled_at, mandate.reference) == (None, "K-1/1")

    def test_what_no_machine_may_follow_is_left_for_a_person(self, debit: Debit) -> None:
        taken = take(changed(debit.trace, "C04", "KATE OKORO"))

        assert taken.left[0]["why"] == "K-1/1: another name of the holder: KATE OKORO"

    def test_a_newer_authorisation_is_not_overwritten(self, kate: int, debit: Debit) -> None:
        sign(kate, "K-1/2", bank_account="555")

        taken = take(changed(debit.trace, "C01", "1918171614"))

        assert taken.left[0]["why"] == "K-1/1 is cancelled"
        assert Mandate.objects.get(cancelled_at=None).bank_account == "555"
