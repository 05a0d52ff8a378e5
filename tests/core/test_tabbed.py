from __future__ import annotations

from datetime import date
from decimal import Decimal

from broadbill.core import tabbed


class TestText:
    def test_escapes_what_would_end_a_field_or_a_row(self) -> None:
        assert tabbed.text("a\tb\nc\rd\\e") == r"a\tb\nc\rd\\e"

    def test_tells_null_from_a_text_that_looks_like_it(self) -> None:
        assert tabbed.text(None) == r"\N"
        assert tabbed.text(r"\N") == r"\\N"

    def test_leaves_other_characters_as_they_are(self) -> None:
        assert tabbed.text("Größe “5”, 50 €") == "Größe “5”, 50 €"


class TestNumber:
    def test_keeps_the_digits_as_they_were_given(self) -> None:
        assert [tabbed.number(Decimal(text)) for text in ("1", "1.0", "1.00", "1E+2", "1E-7")] == [
            "1", "1.0", "1.00", "100", "0.0000001",
        ]  # fmt: skip
        assert tabbed.number(-1548) == "-1548"
        assert tabbed.number(None) == r"\N"


class TestDay:
    def test_is_an_iso_date(self) -> None:
        assert tabbed.day(date(2026, 2, 28)) == "2026-02-28"
        assert tabbed.day(None) == r"\N"


class TestTexts:
    def test_quotes_every_element(self) -> None:
        assert tabbed.texts(()) == "{}"
        assert tabbed.texts(("2026-000001", "CN-1")) == '{"2026-000001","CN-1"}'

    def test_escapes_quotes_for_the_array_and_backslashes_for_both(self) -> None:
        # The array needs \" and \\ ; the row doubles each backslash once more.
        assert tabbed.texts(('a"b', "c\\d")) == r'{"a\\"b","c\\\\d"}'


class TestOctets:
    def test_are_hexadecimal(self) -> None:
        assert tabbed.octets(b"\x00\xff") == r"\\x00ff"
