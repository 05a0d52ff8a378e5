from __future__ import annotations

import pytest

from broadbill.core.money import Currency
from broadbill.design.amounts import AmountUnreadable, read_amount

EUR, JPY, KWD = (Currency.of(code) for code in ("EUR", "JPY", "KWD"))


class TestReadAmount:
    @pytest.mark.parametrize(
        ("text", "minor"),
        [
            ("1,234.50", 123450),
            ("1.234,50", 123450),
            ("1234,5", 123450),
            ("1 234.50", 123450),
            ("1\u202f234,50", 123450),
            ("1'234.50", 123450),
            ("12,34,567.00", 123456700),
            ("1,234", 123400),
            ("1.234", 123400),
            ("1,234,567", 123456700),
            ("60", 6000),
            ("0.05", 5),
            ("-5", -500),
            ("\u22125.00", -500),
        ],
    )
    def test_understands_both_separators(self, text: str, minor: int) -> None:
        assert read_amount(text, EUR).minor == minor

    @pytest.mark.parametrize(
        "text", ["", "sixty", "1.2.3", "1,23,4", "1.234.5,6,7", "5.", "1.005,123", "0.005", "--5", "5 €"]
    )
    def test_refuses_what_is_no_amount_in_the_currency(self, text: str) -> None:
        with pytest.raises(AmountUnreadable):
            read_amount(text, EUR)

    def test_goes_by_the_language_where_three_decimals_are_possible(self) -> None:
        assert read_amount("1.234", KWD, decimal_symbol=".").minor == 1234
        assert read_amount("1,234", KWD, decimal_symbol=".").minor == 1234000

    def test_knows_currencies_without_decimals(self) -> None:
        assert read_amount("12,940", JPY).minor == 12940
        with pytest.raises(AmountUnreadable):
            read_amount("12.5", JPY)
