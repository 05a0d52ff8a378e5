"""A card that ends is announced a month ahead, once, to whoever is charged by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from broadbill.messaging.models import Message
from broadbill.payments.models import SavedMethod
from broadbill.payments.operations.ending_cards import announce_ending
from tests.payments.cards import a_card
from tests.payments.test_direct_debits import a_payer
from tests.world import at, on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


def told(day: str) -> int:
    return announce_ending(on=on(day), now=at(day))


def ends(year: int, month: int) -> None:
    SavedMethod.objects.update(expires_year=year, expires_month=month)


@pytest.mark.parametrize(
    ("year", "month", "before", "day"),
    [(2026, 12, "2026-10-31", "2026-11-01"), (2027, 1, "2026-11-30", "2026-12-01")],
)
def test_a_month_before_its_month_and_once(year: int, month: int, before: str, day: str) -> None:
    a_card(a_payer(), autopay=True)
    ends(year, month)

    assert [told(before), told(day), told(day)] == [0, 1, 0]

    letter = Message.objects.get(kind="card_ends")
    assert (letter.recipient, f"{month:02}/{year}" in letter.body_text) == ("K-1@example.org", True)


def test_of_a_renewed_card_again_when_its_own_end_comes() -> None:
    a_card(a_payer(), autopay=True)
    ends(2026, 12)
    told("2026-11-01")
    ends(2029, 12)

    assert (told("2026-11-02"), told("2029-11-01")) == (0, 1)


def test_not_where_nothing_is_charged_by_itself_or_it_has_ended() -> None:
    a_card(a_payer())
    ends(2026, 12)
    assert told("2026-11-01") == 0

    SavedMethod.objects.update(autopay=True)
    assert told("2027-01-01") == 0


def test_by_as_many_queries_for_many_as_for_one(django_assert_max_num_queries: Any) -> None:
    for number in ("K-1", "K-2", "K-3"):
        a_card(a_payer(number=number), autopay=True)
    ends(2026, 12)

    with django_assert_max_num_queries(12):
        assert told("2026-11-01") == 3
