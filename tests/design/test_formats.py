from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.design import formats

EUR, JPY, KWD, INR = (Currency.of(code) for code in ("EUR", "JPY", "KWD", "INR"))
ENGLISH, GERMAN, HINDI = (formats.locale_of(language) for language in ("en", "de", "hi"))
TODAY = date(2026, 11, 23)
MINUS = "\u2212"


class TestMoney:
    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (Money(123450, EUR), "1,234.50"),
            (Money(0, EUR), "0.00"),
            (Money(-2450, EUR), f"{MINUS}24.50"),
            (Money(12940, JPY), "12,940"),
            (Money(1234500, KWD), "1,234.500"),
            (Money(5, EUR), "0.05"),
        ],
    )
    def test_keeps_the_currencys_decimals_and_a_real_minus(self, value: Money, written: str) -> None:
        assert formats.money_text(value, ENGLISH) == written

    def test_groups_and_separates_as_the_language_does(self) -> None:
        assert formats.money_text(Money(123450, EUR), GERMAN) == "1.234,50"
        assert formats.money_text(Money(1234567890, INR), HINDI) == "1,23,45,678.90"

    def test_adds_a_plus_only_when_asked_and_never_to_zero(self) -> None:
        assert formats.money_text(Money(3294, EUR), ENGLISH, signed=True) == "+32.94"
        assert formats.money_text(Money(0, EUR), ENGLISH, signed=True) == "0.00"

    def test_parts_fit_together_again(self) -> None:
        assert formats.money_pieces(Money(4821650, EUR), ENGLISH) == ("48,216", ".50")
        assert formats.money_pieces(Money(4821650, EUR), GERMAN) == ("48.216", ",50")
        assert formats.money_pieces(Money(12940, JPY), ENGLISH) == ("12,940", "")

    def test_states_the_currency_where_the_language_puts_it(self) -> None:
        assert formats.money_with_currency(Money(-2450, EUR), ENGLISH) == f"{MINUS}€24.50"
        assert formats.money_with_currency(Money(2450, EUR), GERMAN) == "24,50\xa0€"


class TestDays:
    def test_leaves_out_this_year_and_states_another(self) -> None:
        assert formats.day_text(date(2026, 11, 19), ENGLISH, today=TODAY) == "19 Nov"
        assert formats.day_text(date(2025, 11, 19), ENGLISH, today=TODAY) == "19 Nov 2025"

    def test_is_full_on_documents_and_names_the_weekday_of_a_deadline(self) -> None:
        assert formats.day_full(date(2026, 11, 23), ENGLISH) == "23 November 2026"
        assert formats.weekday_text(date(2026, 11, 23), ENGLISH) == "Monday 23 November"
        assert formats.day_full(date(2026, 11, 23), GERMAN) == "23. November 2026"

    def test_shows_the_time_alone_today(self) -> None:
        assert formats.moment_text(datetime(2026, 11, 23, 9, 2, tzinfo=UTC), ENGLISH, today=TODAY) == "09:02"
        assert (
            formats.moment_text(datetime(2026, 11, 19, 9, 2, tzinfo=UTC), ENGLISH, today=TODAY)
            == "19 Nov, 09:02"
        )


class TestPeriods:
    @pytest.mark.parametrize(
        ("starts", "ends", "written"),
        [
            (date(2026, 11, 1), date(2026, 12, 1), "1–30 November"),
            (date(2026, 11, 13), date(2026, 11, 14), "13 November"),
            (date(2025, 11, 1), date(2025, 12, 1), "1–30 November 2025"),
            (date(2026, 10, 15), date(2026, 11, 15), "15 October – 14 November"),
            (date(2026, 12, 15), date(2027, 1, 15), "15 December 2026 – 14 January 2027"),
        ],
    )
    def test_names_the_last_day_it_holds(self, starts: date, ends: date, written: str) -> None:
        shown = formats.period_text(Period(starts, ends), ENGLISH, today=TODAY)

        assert shown.replace("\u2009", " ") == written


class TestInitials:
    @pytest.mark.parametrize(
        ("name", "letters"),
        [
            ("Amina Haddad", "AH"),
            ("Petrov & Sons Ltd", "PL"),
            ("Cher", "C"),
            ("maria.duarte@example.net", "MD"),
            ("", ""),
        ],
    )
    def test_are_of_the_first_and_the_last_word(self, name: str, letters: str) -> None:
        assert formats.initials(name) == letters
