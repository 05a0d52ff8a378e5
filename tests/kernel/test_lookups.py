"""Very many values are looked up as one parameter, with the same outcome as one by one."""

from __future__ import annotations

import pytest

from broadbill.accounts.models import Account
from broadbill.payments.models import OpenItem
from tests.world import a_plan, a_subscription, an_account, bill_through

pytestmark = pytest.mark.django_db


def test_finds_what_is_among_the_values_and_nothing_else() -> None:
    first, second = an_account(), an_account("Bernd Kieffer")

    assert list(Account.objects.filter(pk__any=[first, 10**12]).values_list("id", flat=True)) == [first]
    assert set(Account.objects.filter(name__any=["Bernd Kieffer"])) == {Account.objects.get(pk=second)}
    assert not Account.objects.filter(pk__any=[]).exists()


def test_finds_rows_by_what_they_point_to() -> None:
    account = an_account()
    a_subscription(account, a_plan(), "2026-01-01")
    bill_through("2026-01-01")

    assert OpenItem.objects.filter(account_id__any=[account]).count() == 1
    assert OpenItem.objects.filter(account_id__any=[account + 1]).count() == 0
