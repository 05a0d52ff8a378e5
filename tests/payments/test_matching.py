from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from broadbill.payments.domain.matching import Match, Open, match_open

DAY = date(2026, 1, 1)


def items(*amounts: int) -> list[Open]:
    return [Open(n, DAY + timedelta(days=n), amount) for n, amount in enumerate(amounts)]


class TestMatchOpen:
    def test_spends_one_credit_on_the_debts_in_turn(self) -> None:
        assert match_open(items(30, 30, -50)) == [Match(2, 0, 30), Match(2, 1, 20)]

    def test_spends_the_older_credit_first(self) -> None:
        assert match_open(items(-10, -10, 15)) == [Match(0, 2, 10), Match(1, 2, 5)]

    def test_leaves_what_has_no_counterpart(self) -> None:
        assert match_open(items(30, 20)) == []

    def test_a_credit_note_goes_to_what_it_corrects_before_older_debts(self) -> None:
        older, corrected = Open(0, DAY, 30, "2026-1"), Open(1, DAY + timedelta(days=30), 50, "2026-2")
        note = Open(2, DAY + timedelta(days=40), -60, "CN-1", ("2026-2",))

        assert match_open([older, corrected, note]) == [Match(2, 1, 50), Match(2, 0, 10)]

    def test_money_does_not_take_the_place_of_a_credit_note(self) -> None:
        corrected = Open(0, DAY, 50, "2026-1")
        paid, note = Open(1, DAY, -20), Open(2, DAY + timedelta(days=1), -50, "CN-1", ("2026-1",))

        assert match_open([corrected, paid, note]) == [Match(2, 0, 50)]

    @given(st.lists(st.integers(-1000, 1000).filter(bool), max_size=12))
    def test_never_settles_more_than_is_open_and_leaves_only_one_side(self, amounts: list[int]) -> None:
        left = dict(enumerate(amounts))
        for match in match_open(items(*amounts)):
            assert match.amount > 0
            left[match.credit] += match.amount
            left[match.debit] -= match.amount

        assert all(0 <= rest * (1 if amount > 0 else -1) <= abs(amount)
                   for rest, amount in zip(left.values(), amounts, strict=True))  # fmt: skip
        assert sum(left.values()) == sum(amounts)
        assert not (min(left.values(), default=0) < 0 < max(left.values(), default=0))

    @given(
        st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 1000)), min_size=1, max_size=6),
        st.integers(0, 2000),
    )
    def test_the_credit_of_what_was_never_paid_leaves_nothing_to_spend(
        self, bills: list[tuple[int, int]], paid: int
    ) -> None:
        """Each bill has a credit note of at most its amount: what is left in credit is never more than was paid."""
        invoices = [Open(n, DAY, amount, f"B{n}") for n, (amount, _) in enumerate(bills)]
        notes = [
            Open(100 + n, DAY, -min(amount, credit), f"C{n}", (f"B{n}",))
            for n, (amount, credit) in enumerate(bills)
            if credit
        ]
        money = [Open(200, DAY, -paid)] if paid else []

        left = {item.id: item.open for item in (*invoices, *notes, *money)}
        for match in match_open([*invoices, *notes, *money]):
            left[match.credit] += match.amount
            left[match.debit] -= match.amount

        assert all(left[note.id] == 0 for note in notes)
        assert sum(-rest for rest in left.values() if rest < 0) <= paid
