"""Codes cannot be guessed, and what people mistype is told from what does not exist."""

from __future__ import annotations

import pytest

from broadbill.core.money import Currency
from broadbill.prepaid.domain.codes import ALPHABET, CodeMistyped, code_of, fingerprint, in_groups, read_code
from broadbill.prepaid.domain.worth import Kind, WorthIsInvalid, in_words, worth_of

KEY, SALT = b"a key", b"a salt"
CODE = code_of(key=KEY, salt=SALT, serial=1)
EUR = Currency.of("EUR")


class TestCode:
    def test_has_no_characters_that_look_alike(self) -> None:
        assert set("01OIL").isdisjoint(ALPHABET)
        assert len(set(ALPHABET)) == 31

    def test_follows_from_the_key_the_batch_and_the_serial_number_alone(self) -> None:
        assert code_of(key=KEY, salt=SALT, serial=1) == CODE
        others = {
            code_of(key=b"another", salt=SALT, serial=1),
            code_of(key=KEY, salt=b"another", serial=1),
            code_of(key=KEY, salt=SALT, serial=2),
        }
        assert len({CODE, *others}) == 4

    def test_is_not_repeated_and_uses_every_character_about_as_often(self) -> None:
        many = [code_of(key=KEY, salt=SALT, serial=serial) for serial in range(1, 20_001)]

        assert len(set(many)) == 20_000
        first = [code[0] for code in many]
        # 20,000 ÷ 31 is 645; five standard deviations are 125.
        assert all(520 < first.count(character) < 770 for character in ALPHABET)

    def test_is_read_however_it_is_typed(self) -> None:
        assert read_code(in_groups(CODE)) == CODE
        assert read_code(f"  {CODE.lower()} ") == CODE
        assert read_code(" ".join(CODE)) == CODE

    def test_finds_every_single_wrong_character(self) -> None:
        for place in range(len(CODE)):
            for character in ALPHABET.replace(CODE[place], ""):
                with pytest.raises(CodeMistyped):
                    read_code(CODE[:place] + character + CODE[place + 1 :])

    def test_finds_every_swapped_pair_of_neighbours(self) -> None:
        for serial in range(200):
            code = code_of(key=KEY, salt=SALT, serial=serial)
            for place in range(len(code) - 1):
                one, other = code[place], code[place + 1]
                if one != other:
                    with pytest.raises(CodeMistyped):
                        read_code(code[:place] + other + one + code[place + 2 :])

    @pytest.mark.parametrize("typed", ["", "7K3M", CODE + "A", CODE[:-1] + "0", "ÄÖÜ" * 4])
    def test_refuses_what_cannot_be_a_code(self, typed: str) -> None:
        with pytest.raises(CodeMistyped, match="12 letters and digits"):
            read_code(typed)

    def test_is_fingerprinted_with_the_key(self) -> None:
        assert fingerprint(key=KEY, code=CODE) != fingerprint(key=b"another", code=CODE)
        assert CODE.encode() not in fingerprint(key=KEY, code=CODE)


class TestWorth:
    @pytest.mark.parametrize(
        ("kind", "written", "worth", "shown"),
        [
            ("money", "10.00", 1000, "10.00 EUR"),
            ("time", "3h", 10_800, "3 h"),
            ("time", "90m", 5400, "90 m"),
            ("period", "7d", 604_800, "7 d"),
            ("data", "5GB", 5 * 10**9, "5 GB"),
            ("data", "500 mb", 5 * 10**8, "500 MB"),
        ],
    )
    def test_is_read_and_shown(self, kind: str, written: str, worth: int, shown: str) -> None:
        assert worth_of(Kind(kind), written, EUR) == worth
        assert in_words(kind, worth, EUR) == shown

    @pytest.mark.parametrize(
        ("kind", "written"),
        [("money", "1.001"), ("money", "-1"), ("time", "3"), ("data", "3h"), ("period", "0d")],
    )
    def test_refuses_what_the_kind_cannot_be(self, kind: str, written: str) -> None:
        with pytest.raises(WorthIsInvalid, match=kind):
            worth_of(Kind(kind), written, EUR)
