from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from broadbill.payments.domain.matching import Match, Open, match_oldest_first

DAY = date(2026, 1, 1)


def items(*amounts: int) -> list[Open]:
    return [Open(n, DAY + timedelta(days=n), amount) for n, amount in enumerate(amounts)]


class TestMatchOldestFirst:
    def test_spends_one_credit_on_the_debts_in_turn(self) -> None:
        assert match_oldest_first(items(30, 30, -50)) == [Match(2, 0, 30), Match(2, 1, 20)]

    def test_spends_the_older_credit_first(self) -> None:
        assert match_oldest_first(items(-10, -10, 15)) == [Match(0, 2, 10), Match(1, 2, 5)]

    def test_leaves_what_has_no_counterpart(self) -> None:
        assert match_oldest_first(items(30, 20)) == []

    @given(st.lists(st.integers(-1000, 1000).filter(bool), max_size=12))
    def test_never_settles_more_than_is_open_and_leaves_only_one_side(self, amounts: list[int]) -> None:
        left = dict(enumerate(amounts))
        for match in match_oldest_first(items(*amounts)):
            assert match.amount > 0
            left[match.credit] += match.amount
            left[match.debit] -= match.amount

        assert all(0 <= rest * (1 if amount > 0 else -1) <= abs(amount)
                   for rest, amount in zip(left.values(), amounts, strict=True))  # fmt: skip
        assert sum(left.values()) == sum(amounts)
        assert not (min(left.values(), default=0) < 0 < max(left.values(), default=0))
