"""NACHA files: what we write is as published examples are, what banks hand back is read, and half a file is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from broadbill.payments.adapters.nacha import Batch, Entry, Originator, entry_hash, write_nacha
from broadbill.payments.adapters.nacha_report import read_nacha_report
from broadbill.payments.domain.ach import Correction, correction, trace_number
from broadbill.payments.domain.debit_errors import ReportRefused
from broadbill.payments.domain.debit_reports import Changed, Returned
from broadbill.payments.domain.returns import ACH_RETURNS
from broadbill.payments.domain.schemes import ACH, SEPA, next_banking_day
from tests.payments.ach_samples import CCD_DEBITS, CHANGE, COMPANY, WEB_RETURNS, report, returned

BANK = Originator("Name on Account", "031300012", "Federal Reserve Bank", "0231380104", "231380104")


def entry(number: int, cents: int, individual: str) -> Entry:
    return Entry(
        trace=trace_number("031300012", number),
        routing="231380104",
        account="744-5678-99",
        kind="checking",
        cents=cents,
        individual=individual,
        name="Best Co. #123456789012",
        discretionary="S",
    )


def written(*batches: Batch) -> list[str]:
    content = write_nacha(
        originator=BANK,
        due_on=date(2019, 8, 16),
        made_at=datetime(2019, 8, 16, 10, 55, tzinfo=UTC),
        modifier="A",
        reference="12345678",
        batches=batches,
    )
    return content.decode().splitlines()


class TestWriting:
    def test_gives_the_published_example_of_debits_between_businesses(self) -> None:
        entries = [entry(1, 500_000, "location1234567"), entry(2, 125, "Fee123456789012")]

        records = written(Batch("CCD", "Vndr Pay", entries))

        expected = CCD_DEBITS.splitlines()
        # The example's file is sent on by a bank, in its own name.
        assert records[0].replace("Name on Account", "My Bank Name   ") == expected[0]
        assert records[1:] == expected[1:]

    def test_fills_blocks_of_ten_records(self) -> None:
        # A file's header and control and a batch's make 4; with 6 entries a block is full, with 7 another begins.
        full = written(Batch("PPD", "INTERNET", [entry(n, 100, "x") for n in range(6)]))
        over = written(Batch("PPD", "INTERNET", [entry(n, 100, "x") for n in range(7)]))

        assert (len(full), len(over)) == (10, 20)
        assert (full[-1][7:13], over[10][7:13]) == ("000001", "000002")
        assert set(over[11:]) == {"9" * 94}

    def test_a_savings_account_is_debited_by_another_code_than_checking(self) -> None:
        saving = Entry(
            trace="031300010000001", routing="231380104", account="12", kind="savings", cents=1, individual="", name="x"
        )  # fmt: skip

        assert written(Batch("PPD", "INTERNET", [saving]))[2].startswith("637")

    def test_a_hash_keeps_its_last_ten_digits(self) -> None:
        # 200 × 99999999 = 19999999800
        assert entry_hash(iter(["99999999"] * 200)) == 9999999800

    def test_names_are_written_in_ascii(self) -> None:
        foreign = replace(entry(1, 1, "x"), name="Zoë Müller-Lüdenscheidt")

        assert written(Batch("PPD", "INTERNET", [foreign]))[2][54:76] == "Zoe Muller-Ludenscheid"

    def test_an_amount_too_wide_for_its_field_is_no_file(self) -> None:
        with pytest.raises(ValueError, match="does not fit the 10 characters of cents"):
            written(Batch("PPD", "INTERNET", [entry(1, 10_000_000_000, "x")]))


class TestReading:
    def test_the_published_example_of_returns(self) -> None:
        found = read_nacha_report(WEB_RETURNS.encode(), "returns.ach", "123456789")

        assert found.returned == [
            Returned("091400600000001", "R01", 12354, date(2018, 10, 17)),
            Returned("091400600000003", "R03", 4565, date(2018, 10, 17)),
        ]
        assert found.changed == []

    def test_the_published_example_of_a_notification_of_change(self) -> None:
        found = read_nacha_report(CHANGE.encode(), "changes.ach", "121042882")

        assert found.changed == [
            Changed("121042880000001", "C01", "1918171614".ljust(29), "744-5678-99"),
        ]

    @pytest.mark.parametrize("lines", ["\r\n", ""])
    def test_lines_may_end_as_they_like(self, lines: str) -> None:
        content = WEB_RETURNS.replace("\n", lines).encode()

        assert len(read_nacha_report(content, "returns.ach", "123456789").returned) == 2

    def test_the_settlement_day_is_a_day_of_the_year(self) -> None:
        content = report(returned("021000210000001", "R01", 3000, day="019"))

        # The 19th day of 2026
        assert read_nacha_report(content, "r.ach", COMPANY).returned[0].on == date(2026, 1, 19)

    def test_a_return_of_late_december_reported_in_january_is_of_the_year_before(self) -> None:
        content = report(returned("021000210000001", "R01", 3000, day="364"))

        assert read_nacha_report(content, "r.ach", COMPANY).returned[0].on == date(2025, 12, 30)

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ("9000002000001", "", "its last record is missing"),
            ("9000002000001", "9000003000001", "the file holds batches 2, it says 3"),
            ("9000002000001", "9000002000002", "the file holds blocks 1, it says 2"),
            ("9000002000001000000040018280120", "9000002000001000000040018280121", "it says 18280121"),
            (
                "820000000200091400600000000123540",
                "820000000200091400610000000123540",
                "batch 1 holds hash 9140060",
            ),
            (
                "82000000020009140060000000012354",
                "82000000020009140060000000012355",
                "debits 12354, it says 12355",
            ),
            ("8200000002000914006000000001", "8200000003000914006000000001", "entries 2, it says 3"),
            ("123456789 WEB", "999999999 WEB", "is about company '999999999'"),
            ("799R01", "705R01", "neither a return nor a notification of change"),
            ("101 0914", "201 0914", "does not begin with the header"),
            ("0000012354MjM", "00000X2354MjM", "cannot be read"),
        ],
    )
    def test_a_file_that_is_cut_off_foreign_or_does_not_add_up_is_refused(
        self, old: str, new: str, reason: str
    ) -> None:
        lines = [line for line in WEB_RETURNS.splitlines() if new or not line.startswith(old)]
        content = "\n".join(lines).replace(old, new)

        with pytest.raises(ReportRefused, match=reason):
            read_nacha_report(content.encode(), "returns.ach", "123456789")

    @pytest.mark.parametrize("records", range(1, 9))
    def test_no_beginning_of_a_file_is_taken_for_the_whole(self, records: int) -> None:
        content = "\n".join(WEB_RETURNS.splitlines()[:records]).encode()

        with pytest.raises(ReportRefused):
            read_nacha_report(content, "returns.ach", "123456789")

    def test_our_own_file_of_debits_is_no_report(self) -> None:
        with pytest.raises(ReportRefused, match="neither a return nor"):
            read_nacha_report(CCD_DEBITS.encode(), "debits.ach", "231380104")


class TestCodes:
    def test_only_want_of_money_may_be_presented_again(self) -> None:
        assert {code for code, meaning in ACH_RETURNS.items() if meaning.may_retry} == {"R01", "R09"}

    def test_whoever_says_it_was_not_authorised_is_not_debited_again(self) -> None:
        assert all(ACH_RETURNS[code].stops for code in ("R02", "R05", "R07", "R10", "R29"))

    @pytest.mark.parametrize(
        ("code", "data", "expected"),
        [
            ("C01", "1918171614", Correction(account="1918171614")),
            ("C02", "021000021", Correction(routing="021000021")),
            ("C03", "021000021   1918171614", Correction(routing="021000021", account="1918171614")),
            ("C05", "37", Correction(kind="savings")),
            ("C06", "1918171614          27", Correction(account="1918171614", kind="checking")),
            ("C07", "0210000211918171614       37", Correction("021000021", "1918171614", "savings")),
            ("C02", "021000022", None),
            ("C01", "", None),
            ("C04", "KATE OKORO", None),
            ("C99", "1", None),
        ],
    )
    def test_corrected_data_are_followed_where_they_are_whole(
        self, code: str, data: str, expected: Correction | None
    ) -> None:
        assert correction(code, data.ljust(29)) == expected

    def test_traces_go_on_after_ten_million(self) -> None:
        assert trace_number("021000021", 12_345_678_901) == "021000025678901"


class TestDays:
    def test_banks_of_each_scheme_keep_their_own_holidays(self) -> None:
        # Monday, Martin Luther King day; Good Friday.
        assert next_banking_day(ACH, date(2026, 1, 19)) == date(2026, 1, 20)
        assert next_banking_day(SEPA, date(2026, 1, 19)) == date(2026, 1, 19)
        assert next_banking_day(ACH, date(2026, 4, 3)) == date(2026, 4, 3)
        assert next_banking_day(SEPA, date(2026, 4, 3)) == date(2026, 4, 7)

    def test_a_holiday_on_a_saturday_leaves_the_friday_open(self) -> None:
        assert next_banking_day(ACH, date(2026, 7, 3)) == date(2026, 7, 3)
