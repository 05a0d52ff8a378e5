"""camt.054: a booking that is notified and later stands in the statement, or the other way round, counts once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from broadbill.payments.adapters.bank_files import read_bank_file
from broadbill.payments.domain.bank import BankLine as Booking
from broadbill.payments.domain.bank import StatementRefused
from broadbill.payments.domain.repeated import Before, Repeated
from broadbill.payments.models import BankLine, BankStatement, Debit, OpenItem, Payment
from broadbill.payments.operations import repeated_lines
from broadbill.payments.operations.bank import TakenIn, import_statements
from tests.payments.bank_samples import camt, camt054, camt_entry, in_parts
from tests.payments.test_direct_debits import a_payer, came, creditor, file_of, open_of, prepare, returned  # noqa: F401
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through

pytestmark = pytest.mark.django_db


@pytest.fixture
def kate() -> int:
    """Owes 30.00 by invoice 2026-000001."""
    account = an_account("Kate Nwosu", number="K-1")
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")
    return account


def take_in(content: bytes) -> TakenIn:
    return import_statements(
        statements=read_bank_file(content, "bank.xml"), file="bank.xml", now=at("2026-01-22"), actor=ACTOR
    )


def notify(*entries: str, version: str = "08") -> TakenIn:
    return take_in(camt054(entries, version=version))


def state(*entries: str, closing: str) -> TakenIn:
    return take_in(camt(entries, closing=closing))


def paid() -> list[int]:
    return list(Payment.objects.order_by("id").values_list("amount", flat=True))


class TestOnce:
    @pytest.mark.parametrize("version", ["02", "04", "08"])
    def test_a_notified_payment_is_recorded_at_once_and_not_again_by_the_statement(
        self, kate: int, version: str
    ) -> None:
        entry = camt_entry("30.00", text="2026-000001", reference="B1")

        first = notify(entry, version=version)
        second = state(entry, closing="130.00")

        assert (first.matched, second) == (1, TakenIn(0, 0, 1))
        assert paid() == [3000]
        assert BankLine.objects.get().also_in == BankStatement.objects.get(is_notification=False)

    @pytest.mark.parametrize("first", ["notification", "statement"])
    def test_under_another_name_it_is_known_by_amount_day_and_words(self, kate: int, first: str) -> None:
        notified = camt_entry("30.00", text="2026-000001", reference="N-77")
        booked = camt_entry("30.00", text="2026-000001", reference="B1", day="2026-01-06")

        if first == "notification":
            notify(notified)
            again = state(booked, closing="130.00")
        else:
            state(booked, closing="130.00")
            again = notify(notified)

        assert (again, paid()) == (TakenIn(0, 0, 1), [3000])

    def test_no_more_of_the_other_files_is_read_than_may_be_the_same(
        self, kate: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read: list[list[int]] = []
        really = repeated_lines.repeated

        def noting(lines: Mapping[bytes, Booking], before: Sequence[Before]) -> Repeated:
            read.append([each.minor for each in before])
            return really(lines, before)

        monkeypatch.setattr(repeated_lines, "repeated", noting)
        notify(
            *(
                camt_entry(f"{euros}.00", text=f"paid {euros}", reference=f"N{euros}")
                for euros in range(10, 30)
            )
        )

        state(camt_entry("12.00", text="paid 12", reference="B1"), closing="112.00")

        assert read[-1] == [1200]

    def test_two_that_are_alike_are_two_in_both_files(self, kate: int) -> None:
        notify(*(camt_entry("15.00", text="2026-000001", reference=f"N{n}") for n in range(2)))

        again = state(
            *(camt_entry("15.00", text="2026-000001", reference=f"B{n}") for n in range(3)), closing="145.00"
        )

        # Two of the three were notified; the third is another.
        assert (again.matched, again.repeated, paid()) == (1, 2, [1500, 1500, 1500])

    def test_the_same_amount_of_another_payer_is_another_payment(self, kate: int) -> None:
        notify(camt_entry("30.00", text="2026-000001", reference="N1"))

        other = camt_entry(
            "30.00", text="2026-000001", reference="B1", payer="Jo Doe", iban="DE89370400440532013000"
        )
        assert state(other, closing="130.00").matched == 1

    def test_one_without_words_may_be_the_same_and_waits_for_a_person(self, kate: int) -> None:
        notify(camt_entry("30.00", text="2026-000001", reference="N1"))

        told = state(camt_entry("30.00", text="", reference="B1"), closing="130.00")

        assert (told.queued, paid()) == (1, [3000])
        assert BankLine.objects.get(state="queued").reason == "maybe_repeated"


class TestSums:
    @pytest.fixture
    def debits(self) -> list[Debit]:
        plan = a_plan()
        for number in range(2):
            a_subscription(a_payer(number=f"P-{number}"), plan, "2026-01-01")
        bill_through("2026-01-01")
        prepare()
        file_of()
        debits = list(Debit.objects.order_by("id"))
        state(*map(came, debits), closing="160.00")
        return debits

    def gone(self, debits: list[Debit]) -> str:
        """One booking of 60.00 that went back, with the two collections in it."""
        return in_parts(
            [returned(debit, "MS02") for debit in debits], "60.00", reference="SUM", day="2026-01-26"
        )

    def test_the_parts_of_a_sum_that_waits_in_the_queue_count_instead_of_it(
        self, debits: list[Debit]
    ) -> None:
        state(camt_entry("60.00", out=True, reference="SUM", day="2026-01-26"), closing="40.00")
        waiting = BankLine.objects.get(state="queued")

        notify(self.gone(debits))

        waiting.refresh_from_db()
        assert waiting.state == "parted"
        assert [open_of(debit.account_id) for debit in debits] == [3000, 3000]
        assert {debit.return_code for debit in Debit.objects.all()} == {"MS02"}

    def test_the_sum_is_nothing_new_where_its_parts_were_notified(self, debits: list[Debit]) -> None:
        notify(self.gone(debits))

        told = state(camt_entry("60.00", out=True, reference="SUM", day="2026-01-26"), closing="40.00")

        assert told == TakenIn(0, 0, 1)
        assert [open_of(debit.account_id) for debit in debits] == [3000, 3000]
        # Billed 30.00, paid and taken back, once each.
        assert OpenItem.objects.filter(kind="payment").count() == 2


class TestRefused:
    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ("</Document>", "", "is not whole XML"),
            ("<NbOfNtries>1<", "<NbOfNtries>2<", "holds 1 bookings"),
            ("<Sum>30.00<", "<Sum>31.00<", r"holds bookings of 30\.00"),
            ("Ntfctn>", "Rpt>", "no camt.053 statement and no camt.054 notification"),
        ],
    )
    def test_a_notification_that_is_cut_off_foreign_or_does_not_add_up(
        self, old: str, new: str, reason: str
    ) -> None:
        content = camt054([camt_entry("30.00")]).decode().replace(old, new)

        with pytest.raises(StatementRefused, match=reason):
            read_bank_file(content.encode(), "bank.xml")
