"""Document numbers as payers write them, read out of the texts of a booking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadbill.billing.queries.sheets import payment_reference
from broadbill.payments.domain.recognise import Numbering

NUMBERING = Numbering.of(["2026-{:06d}", "CN-2026-{:06d}"])


@pytest.mark.parametrize(
    "text",
    ["2026-000123", "2026 000123", "invoice 2026000123.", "RE:2026/000123", payment_reference("2026-000123")],
)
def test_a_number_is_read_with_its_marks_left_out_or_replaced(text: str) -> None:
    assert NUMBERING.named_in([text]) == {"2026-000123"}


@given(st.integers(1, 999_999_999))
def test_a_structured_reference_names_its_document_also_after_the_millionth_of_a_series(
    sequence: int,
) -> None:
    number = f"2026-{sequence:06d}"
    reference = payment_reference(number)
    in_fours = " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))
    assert number in NUMBERING.named_in([in_fours])


def test_digits_behind_a_structured_reference_do_not_hide_it() -> None:
    assert NUMBERING.named_in([f"{payment_reference('2026-000123')} 4711"]) == {"2026-000123"}


def test_a_structured_reference_with_a_wrong_check_digit_names_nothing() -> None:
    reference = payment_reference("2026-1000001")
    wrong = reference[:3] + str((int(reference[3]) + 1) % 10) + reference[4:]
    assert NUMBERING.named_in([wrong]) == set()


def test_seven_digits_that_begin_with_a_nought_are_no_number_of_a_series() -> None:
    assert NUMBERING.named_in([payment_reference("2026-0000123")]) <= {"2026-000012"}
