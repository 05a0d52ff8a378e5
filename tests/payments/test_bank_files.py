"""Bank files are read as what they say, or refused whole."""

from __future__ import annotations

from datetime import date

import pytest

from broadbill.payments.adapters.bank_files import read_bank_file
from broadbill.payments.domain.bank import StatementRefused
from tests.payments.bank_samples import CSV, IBAN, MT940, camt, camt_entry


class TestCamt053:
    @pytest.mark.parametrize("version", ["02", "08"])
    def test_reads_bookings_in_and_out(self, version: str) -> None:
        bookings = [
            camt_entry("30.00", text="Invoice 2026-000001", reference="B1", end_to_end="E-1"),
            camt_entry("4.50", out=True, payer="The Bank", reference="B2"),
        ]

        [statement] = read_bank_file(camt(bookings, closing="125.50", version=version), "statement.xml")

        assert (statement.iban, statement.number) == (IBAN, "2026-5")
        paid, fee = statement.lines
        assert (paid.booked_on, str(paid.amount), paid.payer, paid.payer_iban, paid.bank_reference) == (
            date(2026, 1, 5), "30.00", "Kate Nwosu", "DE02120300000000202051", "B1",
        )  # fmt: skip
        assert paid.references == ("E-1", "Invoice 2026-000001")
        assert (str(fee.amount), fee.payer) == ("-4.50", "The Bank")

    def test_takes_a_collected_booking_apart_where_its_payments_add_up(self) -> None:
        parts = "".join(
            f'<TxDtls><Amt Ccy="EUR">{amount}</Amt><RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties></TxDtls>'
            for amount, name in (("10.00", "Ann"), ("20.00", "Ben"))
        )
        whole = (
            '<Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
            f"<BookgDt><Dt>2026-01-05</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef><NtryDtls>{parts}</NtryDtls></Ntry>"
        )

        [statement] = read_bank_file(camt([whole], closing="130.00"), "statement.xml")

        assert [(line.payer, str(line.amount)) for line in statement.lines] == [
            ("Ann", "10.00"),
            ("Ben", "20.00"),
        ]

    def test_passes_over_what_is_not_booked_yet(self) -> None:
        pending = camt_entry("30.00").replace("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>")

        [statement] = read_bank_file(camt([pending], closing="100.00"), "statement.xml")

        assert statement.lines == []

    def test_an_overdrawn_account_adds_up_too(self) -> None:
        [statement] = read_bank_file(camt([camt_entry("30.00")], opening="-50.00", closing="-20.00"), "s.xml")

        assert str(statement.opening) == "-50.00"


class TestMt940:
    def test_reads_the_reference_across_its_lines_and_the_payer_s_account(self) -> None:
        [statement] = read_bank_file(MT940, "statement.sta")

        paid, fee = statement.lines
        assert (str(paid.amount), paid.payer, paid.payer_iban) == (
            "30.00",
            "KATE NWOSU",
            "DE02120300000000202051",
        )
        assert "Rechnung 2026-000001 vielen Dank" in paid.references
        assert str(fee.amount) == "-4.50"


class TestCsv:
    def test_reads_the_columns_by_their_names(self) -> None:
        [statement] = read_bank_file(CSV, "bookings.csv")

        [line] = statement.lines
        assert (line.booked_on, str(line.amount), line.references) == (
            date(2026, 1, 5),
            "30.00",
            ("2026-000001",),
        )

    def test_lists_every_wrong_row_by_its_line(self) -> None:
        rows = ("2026-02-31,1.00,EUR", "2026-02-01,1.00,EUR", "2026-02-01,ten,EUR", "2026-02-01,1.001,EUR")
        content = "\n".join(("date,amount,currency", *rows, "")).encode()

        with pytest.raises(StatementRefused) as refused:
            read_bank_file(content, "bookings.csv")

        said = str(refused.value)
        assert [f"line {number}:" in said for number in (2, 3, 4, 5)] == [True, False, True, True]


class TestRefusal:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "is empty"),
            (camt([camt_entry("30.00")], closing="130.00")[:-40], "is not whole XML"),
            (b"<html><body>Sign in</body></html>", "is XML but no camt.053 statement"),
            (camt([camt_entry("30.00")], closing="129.99"), "does not add up: 100.00 and its bookings make 130.00"),
            (camt([camt_entry("30.001")], closing="130.00"), "holds an amount or date that cannot be read"),
            (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "is not whole XML"),
            (MT940.split(b":62F:")[0], "is cut off: a statement without"),
            (MT940.replace(b"CR30,00", b"CR31,00"), "does not add up"),
            (b"name;colour\nKate;blue\n", "names no column date, amount, currency"),
            (b"\x50\x4b\x03\x04\xff\xfe", "is no table in UTF-8"),
        ],
        ids=["empty", "cut off", "foreign XML", "does not add up", "half a cent", "entities", "MT940 cut off",
             "MT940 altered", "another table", "a spreadsheet"],
    )  # fmt: skip
    def test_is_whole_and_says_why(self, content: bytes, reason: str) -> None:
        with pytest.raises(StatementRefused, match=reason):
            read_bank_file(content, "statement")
