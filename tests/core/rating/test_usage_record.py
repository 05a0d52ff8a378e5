"""Usage records: what was counted, as a quantity and in seconds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from broadbill.core.rating import ScenarioError
from broadbill.core.rating.usage_record import parse_usage
from tests.core.small_scenarios import record


def read(**changes: Any) -> Any:
    return parse_usage(3, record(**changes), timezone="Europe/Vienna")


def test_a_record_has_every_value_it_was_given() -> None:
    found = read(
        id="x", to="43", duration_seconds="61", value="2.5", recorded="2026-01-12", **{"in": "1", "out": "2"}
    )

    assert (found.key, found.subscription, found.meter, found.to) == ("x", "s1", "gb", "43")
    assert (found.quantity, found.duration, found.value) == (Decimal(10), Decimal(61), Decimal("2.5"))
    assert (found.inward, found.outward) == (Decimal(1), Decimal(2))
    assert (found.at.isoformat(), found.day) == ("2026-01-10T12:00:00+00:00", date(2026, 1, 10))
    assert (found.recorded, found.timezone, found.continues) == (date(2026, 1, 12), "Europe/Vienna", False)


def test_its_place_in_the_list_names_a_record_without_an_id() -> None:
    assert read().key == 3
    assert read(id=17).key == 17
    assert read(id="17").key == "17"


def test_a_record_lies_on_its_local_day() -> None:
    late = read(at="2026-01-10T23:30:00Z")

    assert (late.day, late.recorded) == (date(2026, 1, 11), date(2026, 1, 11))
    assert read(recorded="2026-01-12T23:30:00Z").recorded == date(2026, 1, 13)


def test_a_record_of_utc_needs_no_timezone() -> None:
    assert parse_usage(0, record(at="2026-01-10T23:30:00Z")).day == date(2026, 1, 10)


@pytest.mark.parametrize(
    ("values", "amount", "seconds"),
    [
        ({"quantity": "2.5"}, Fraction(5, 2), Fraction(5, 2)),
        ({"quantity": "60"}, 60, 60),
        ({"quantity": None, "duration_seconds": "61"}, 61, 61),
        ({"quantity": "5", "duration_seconds": "0.5"}, 5, Fraction(1, 2)),
        ({"quantity": None, "value": "3"}, 0, 0),
        ({"quantity": "0"}, 0, 0),
    ],
)
def test_quantity_and_seconds_stand_in_for_each_other(
    values: dict[str, Any], amount: Fraction, seconds: Fraction
) -> None:
    found = read(**values)

    assert (found.amount, found.seconds) == (amount, seconds)
    assert isinstance(found.seconds, int) == (seconds == int(seconds))


@pytest.mark.parametrize("name", ["quantity", "duration_seconds", "in", "out", "value"])
def test_one_value_is_enough(name: str) -> None:
    assert read(**{"quantity": None, name: "1"}).key == 3


def test_a_correction_may_be_negative_where_that_is_allowed() -> None:
    found = read(quantity="-2", value="-3", allow_negative=True)

    assert (found.quantity, found.value) == (Decimal(-2), Decimal(-3))
    with pytest.raises(ScenarioError, match=r"^usage\[3\]\.quantity: must not be negative$"):
        read(quantity="-2", allow_negative=False)
    with pytest.raises(ScenarioError, match=r"^usage\[3\]\.duration_seconds: must not be negative$"):
        read(duration_seconds="-2", allow_negative=True)
    with pytest.raises(ScenarioError, match=r"^usage\[3\]\.allow_negative: must be true or false$"):
        read(allow_negative="yes")


def test_a_record_from_elsewhere_is_refused_under_its_own_path() -> None:
    with pytest.raises(ScenarioError, match=r"^row 7\.quantity: is required$"):
        parse_usage(0, record(quantity=None), path="row 7")
