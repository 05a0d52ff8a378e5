"""Chunks hold so many accounts and so much usage; how they are cut changes nothing that is issued."""

from __future__ import annotations

import pytest
from django.db import transaction

from broadbill.billing.domain.batches import batches
from broadbill.billing.models import Chunk, Document
from broadbill.billing.queries import due
from tests.usage.metered import PER_GB, a_metered_plan, record, used
from tests.world import a_subscription, an_account, bill_through

Weighed = tuple[str, int]


def cut(*items: Weighed, most_items: int = 3, most_weight: int = 10) -> list[str]:
    found = batches(items, weight=lambda item: item[1], most_items=most_items, most_weight=most_weight)
    return ["".join(name for name, _ in batch) for batch in found]


class TestBatches:
    def test_hold_at_most_so_many_items(self) -> None:
        assert cut(("a", 0), ("b", 0), ("c", 0), ("d", 0)) == ["abc", "d"]

    def test_weigh_at_most_so_much(self) -> None:
        assert cut(("a", 4), ("b", 6), ("c", 1)) == ["ab", "c"]

    def test_leave_an_item_alone_that_weighs_more(self) -> None:
        assert cut(("a", 1), ("b", 11), ("c", 1), ("d", 1)) == ["a", "b", "cd"]

    def test_are_none_of_nothing(self) -> None:
        assert cut() == []


@pytest.mark.django_db
class TestChunks:
    @pytest.fixture
    def accounts(self) -> list[int]:
        """Five accounts with 3, 0, 2, 9 and 1 records in January, at 0.10 each beside 30.00."""
        plan = a_metered_plan("data", ("data_gb", PER_GB))
        accounts = [an_account(timezone="UTC") for _ in range(5)]
        for account, count in zip(accounts, (3, 0, 2, 9, 1), strict=True):
            subscription = a_subscription(account, plan, "2026-01-01")
            record(*[used(account, subscription, "2026-01-05T10:00:00Z", "1")] * count, on="2026-01-05")
        return accounts

    def chunks(self, day: str) -> list[tuple[int, int]]:
        run = bill_through(day)
        return list(
            Chunk.objects.filter(run=run)
            .order_by("number")
            .values_list("first_account_id", "last_account_id")
        )

    def test_hold_so_much_usage(self, accounts: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(due, "RECORDS_PER_CHUNK", 5)

        one, _, three, four, five = accounts
        assert self.chunks("2026-02-01") == [(one, three), (four, four), (five, five)]

    def test_count_what_the_last_bill_did_not_know(
        self, accounts: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.chunks("2026-02-01")
        monkeypatch.setattr(due, "RECORDS_PER_CHUNK", 5)

        # Nothing was used since: one chunk, whatever January weighed.
        assert self.chunks("2026-03-01") == [(accounts[0], accounts[-1])]

    def test_give_the_same_documents_however_they_are_cut(
        self, accounts: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = []
        for records in (1, 5, 1000):
            monkeypatch.setattr(due, "RECORDS_PER_CHUNK", records)
            with transaction.atomic():
                bill_through("2026-02-01")
                documents = Document.objects.order_by("number").values_list("number", "account_id", "total")
                found.append(list(documents))
                transaction.set_rollback(True)

        # 3, 2, 9 and 1 GB at 0.10.
        assert found[0] == [
            ("2026-000001", accounts[0], 30),
            ("2026-000002", accounts[2], 20),
            ("2026-000003", accounts[3], 90),
            ("2026-000004", accounts[4], 10),
        ]
        assert found == [found[0]] * 3
