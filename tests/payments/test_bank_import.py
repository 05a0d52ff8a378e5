"""Who paid is found by reference, payer, name and amount; what is unsure waits for a person, who teaches the next."""

from __future__ import annotations

import pytest

from broadbill.billing.models import Document
from broadbill.billing.queries.sheets import payment_reference
from broadbill.payments.adapters.bank_files import read_bank_file
from broadbill.payments.domain.errors import BankLineDecided
from broadbill.payments.models import BankLine, OpenItem, Payment
from broadbill.payments.operations.bank import TakenIn, assign_line, ignore_line, import_statements
from broadbill.payments.queries.bank_queue import bank_queue
from broadbill.payments.queries.verify import verify_payments
from tests.payments.bank_samples import MT940, camt, camt_entry
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through

pytestmark = pytest.mark.django_db
STRANGER = {"payer": "Nobody Known", "iban": "DE75512108001245126199"}


@pytest.fixture
def kate() -> int:
    """Kate Nwosu, account K-1, owes 30.00 for January by invoice 2026-000001."""
    account = an_account("Kate Nwosu", number="K-1")
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    return account


def take_in(*entries: str, closing: str) -> TakenIn:
    statements = read_bank_file(camt(entries, closing=closing), "statement.xml")
    return import_statements(statements=statements, file="statement.xml", now=at("2026-01-06"), actor=ACTOR)


def open_of(account: int) -> int:
    return sum(OpenItem.objects.filter(account_id=account).values_list("open", flat=True))


class TestRecognising:
    @pytest.mark.parametrize(
        "text",
        [
            "Invoice 2026-000001",
            "rechnung 2026/000001",
            "2026000001",
            "INV-2026-000001 thank you",
            "RF-REFERENCE",
        ],
    )
    def test_by_the_invoice_s_number_however_it_is_written(self, kate: int, text: str) -> None:
        reference = payment_reference("2026-000001")
        spaced = " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))
        said = text.replace("RF-REFERENCE", spaced)

        taken = take_in(camt_entry("30.00", text=said, **STRANGER), closing="130.00")

        assert taken == TakenIn(matched=1, queued=0, repeated=0)
        assert open_of(kate) == 0
        assert BankLine.objects.get().reason == "document"

    def test_a_receipt_s_number_is_no_invoice_s(self, kate: int) -> None:
        take_in(camt_entry("30.00", text="R-2026-000001", **STRANGER), closing="130.00")

        assert BankLine.objects.get().state == "queued"

    def test_by_the_account_s_number_with_the_amount_owed(self, kate: int) -> None:
        taken = take_in(camt_entry("30.00", text="customer k-1", **STRANGER), closing="130.00")

        assert taken.matched == 1
        assert BankLine.objects.get().reason == "account_number"

    @pytest.mark.parametrize("payer", ["KATE NWOSU", "Nwosu, Kate", "Mrs Kate Nwosu"])
    def test_by_name_and_amount_together(self, kate: int, payer: str) -> None:
        taken = take_in(camt_entry("30.00", payer=payer), closing="130.00")

        assert taken.matched == 1
        assert open_of(kate) == 0

    def test_a_name_alone_is_not_enough(self, kate: int) -> None:
        taken = take_in(camt_entry("31.00", payer="Kate Nwosu"), closing="131.00")

        assert taken == TakenIn(matched=0, queued=1, repeated=0)
        assert [line.suggested for line in bank_queue()] == [(("K-1", "Kate Nwosu"),)]
        assert open_of(kate) == 3000

    def test_two_customers_of_one_name_and_amount_are_for_a_person(self, kate: int) -> None:
        twin = an_account("Kate Nwosu", number="K-2")
        a_subscription(twin, a_plan("other"), "2026-01-01")
        bill_through("2026-01-01")

        take_in(camt_entry("30.00"), closing="130.00")

        [line] = bank_queue()
        assert [number for number, _ in line.suggested] == ["K-1", "K-2"]

    def test_money_that_went_out_is_for_a_person(self, kate: int) -> None:
        take_in(camt_entry("30.00", out=True, text="2026-000001"), closing="70.00")

        assert [line.reason for line in bank_queue()] == ["money_out"]
        assert Payment.objects.count() == 0

    def test_mt940_is_recognised_alike(self, kate: int) -> None:
        statements = read_bank_file(MT940, "statement.sta")

        taken = import_statements(
            statements=statements, file="statement.sta", now=at("2026-01-06"), actor=ACTOR
        )

        assert taken == TakenIn(matched=1, queued=1, repeated=0)
        assert open_of(kate) == 0


class TestOnce:
    def test_the_same_file_again_records_nothing(self, kate: int) -> None:
        entries = [camt_entry("30.00", text="2026-000001"), camt_entry("5.00", **STRANGER)]
        take_in(*entries, closing="135.00")

        again = take_in(*entries, closing="135.00")

        assert again == TakenIn(matched=0, queued=0, repeated=2)
        assert (Payment.objects.count(), BankLine.objects.count()) == (1, 2)

    def test_two_equal_bookings_of_a_day_are_two(self, kate: int) -> None:
        taken = take_in(*[camt_entry("15.00", text="2026-000001")] * 2, closing="130.00")

        assert taken.matched == 2
        assert open_of(kate) == 0

    def test_a_booking_that_comes_again_in_a_longer_statement_counts_once(self, kate: int) -> None:
        first = camt_entry("30.00", text="2026-000001", reference="B1")
        take_in(first, closing="130.00")

        again = take_in(first, camt_entry("7.00", reference="B2", **STRANGER), closing="137.00")

        assert again == TakenIn(matched=0, queued=1, repeated=1)


class TestTheQueue:
    def test_what_a_person_decides_is_learned(self, kate: int) -> None:
        take_in(camt_entry("10.00", **STRANGER), closing="110.00")
        [line] = bank_queue()

        assign_line(line_id=line.id, account_id=kate, now=at("2026-01-07"), actor=ACTOR)
        taken = take_in(camt_entry("20.00", day="2026-01-08", **STRANGER), closing="120.00")

        assert taken.matched == 1
        assert BankLine.objects.latest("id").reason == "payer"
        assert open_of(kate) == 0
        assert bank_queue() == ()

    def test_a_line_is_decided_once(self, kate: int) -> None:
        take_in(camt_entry("10.00", **STRANGER), closing="110.00")
        [line] = bank_queue()
        ignore_line(line_id=line.id, note="interest", now=at("2026-01-07"), actor=ACTOR)

        with pytest.raises(BankLineDecided):
            assign_line(line_id=line.id, account_id=kate, now=at("2026-01-07"), actor=ACTOR)

        assert Payment.objects.count() == 0


def test_the_number_of_queries_does_not_grow_with_the_lines(kate: int, django_assert_max_num_queries) -> None:
    entries = [camt_entry("1.00", payer=f"Payer {n}", text=f"thing {n}") for n in range(200)]

    with django_assert_max_num_queries(45):
        take_in(*entries, closing="300.00")


def test_what_was_taken_in_verifies(kate: int) -> None:
    take_in(
        camt_entry("12.34", text="2026-000001"), camt_entry("40.00", text="2026-000001"), closing="152.34"
    )

    assert list(verify_payments()) == []
    assert Document.objects.count() == 1
    assert open_of(kate) == 3000 - 1234 - 4000
