"""The demo's story is the same for the same day, and could have happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest

from broadbill.cli.demo.calendar import Calendar
from broadbill.cli.demo.happenings import AccountClosed, AccountOpened, Habit, Happening, Payer, PlanChanged
from broadbill.cli.demo.paying import instalments
from broadbill.cli.demo.provider import PLANS, POLICY, VAT
from broadbill.cli.demo.story import Story, tell_story
from broadbill.core.rating import Rulebook

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def story() -> Story:
    return tell_story(Calendar(TODAY, 14), 300)


def all_of(story: Story) -> Iterator[Happening]:
    for day in sorted(story.happenings):
        yield from story.happenings[day]


class TestCalendar:
    def test_ends_with_the_bill_run_of_this_month(self) -> None:
        calendar = Calendar(date(2026, 2, 1), 14)

        assert calendar.first_of(0) == date(2025, 1, 1)
        assert calendar.first_of(13) == date(2026, 2, 1)
        assert list(calendar.days_of(13)) == []
        assert calendar.launch == date(2024, 12, 8)


class TestStory:
    def test_is_the_same_when_told_again(self, story: Story) -> None:
        assert tell_story(Calendar(TODAY, 14), 300) == story

    def test_ends_the_day_before_it_is_told(self, story: Story) -> None:
        assert max(story.happenings) < TODAY

    def test_opens_three_hundred_accounts_with_names_of_their_own(self, story: Story) -> None:
        opened = [each.customer for each in all_of(story) if isinstance(each, AccountOpened)]

        assert len({customer.name for customer in opened}) == len(opened) == 300

    def test_opens_an_account_before_anything_else_happens_to_it(self, story: Story) -> None:
        opened = set()
        for happening in all_of(story):
            if isinstance(happening, AccountOpened):
                assert happening.customer.parent == "" or happening.customer.parent in opened
                opened.add(happening.customer.number)
            elif hasattr(happening, "account"):
                assert happening.account in opened

    def test_holds_changes_of_plan_that_were_written_down_weeks_late(self, story: Story) -> None:
        late = [
            each for each in all_of(story) if isinstance(each, PlanChanged) and each.recorded_on > each.on
        ]

        assert len(late) >= 5

    def test_closes_no_account_twice(self, story: Story) -> None:
        closed = Counter(each.account for each in all_of(story) if isinstance(each, AccountClosed))

        assert closed
        assert set(closed.values()) == {1}

    def test_writes_to_nobody_real(self, story: Story) -> None:
        addresses = [customer.email for customer in story.customers.values() if customer.email]

        assert addresses
        assert all(
            address.endswith((".example", "@example.org", "@example.com", "@example.net"))
            for address in addresses
        )

    def test_speaks_seven_languages(self, story: Story) -> None:
        assert {customer.language for customer in story.customers.values()} == {
            "de", "en", "es", "fr", "it", "nl", "pt",
        }  # fmt: skip


class TestPlans:
    def test_are_read_by_the_rating_core(self) -> None:
        plans = {code: {"name": name, "charges": charges} for code, name, charges in PLANS}
        taxes = [
            {"name": "VAT", "category": tax.category, "rate": str(tax.percent), "inclusive": tax.inclusive}
            for tax in VAT
        ]

        rulebook = Rulebook.parse({"policy": POLICY, "plans": plans, "taxes": taxes})

        assert len(rulebook.plans) == len(PLANS)


class TestInstalments:
    def paid(self, habit: Habit, due_minor: int = 4490) -> list[int]:
        payer = Payer(habit=habit, method="transfer")
        issued_on = date(2026, 3, 1)
        return [
            each.minor
            for each in instalments(payer, bill="2026-000007", issued_on=issued_on, due_minor=due_minor)
        ]

    def test_pay_a_bill_to_the_cent(self) -> None:
        assert self.paid(Habit.PROMPT) == [4490]
        assert self.paid(Habit.LATE) == [4490]

    def test_of_somebody_who_rounds_up_are_whole_tens(self) -> None:
        # 44.90 becomes 50.00; 50.00 stays.
        assert self.paid(Habit.ROUNDS_UP) == [5000]
        assert self.paid(Habit.ROUNDS_UP, 5000) == [5000]

    def test_of_nothing_are_none(self) -> None:
        assert self.paid(Habit.PROMPT, 0) == []

    def test_stop_when_the_payer_does(self) -> None:
        payer = Payer(
            habit=Habit.PROMPT, method="cash", stops_on=date(2026, 3, 1), returns_on=date(2026, 5, 10)
        )

        paid = {
            month: bool(list(instalments(payer, bill="B", issued_on=date(2026, month, 1), due_minor=100)))
            for month in (2, 3, 5, 6)
        }

        assert paid == {2: True, 3: False, 5: False, 6: True}

    def test_by_a_cheque_that_comes_back_are_made_good_by_transfer(self) -> None:
        payer = Payer(habit=Habit.PROMPT, method="cheque", bad_cheque_in=date(2026, 3, 1))

        first, second = instalments(payer, bill="B", issued_on=date(2026, 3, 1), due_minor=100)

        assert (first.method, second.method) == ("cheque", "transfer")
        assert first.comes_back_on is not None
        assert first.on < first.comes_back_on < second.on
        assert second.on.month == 3
