"""A month's allowance: told at 80 and 100 %, slowed down when used up, until the month is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from broadbill.messaging.models import Message
from broadbill.network.models import AllowanceNotice, Enforcement, Throttle
from broadbill.network.operations.roll_up import roll_up
from broadbill.network.operations.throttling import release
from tests.network.edge import a_profile, an_access
from tests.network.octets import Report, keep
from tests.world import ACTOR, a_plan, a_subscription, an_account

pytestmark = pytest.mark.django_db(transaction=True)
GB = 10**9
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def subscription() -> tuple[int, int]:
    """Account and subscription of Amina: 10 GB a month, then slow."""
    plan = a_plan("fiber")
    a_profile("slow", down=2000, up=2000)
    a_profile("fiber100", "fiber", throttled_to="slow", allowance_octets=10 * GB)
    account = an_account(email="amina@example.org", language="de", timezone="Europe/Vienna")
    subscription = a_subscription(account, plan, "2026-01-01")
    an_access(account, subscription, "amina@isp", password="x")
    return account, subscription


def use(octets: int, *, now: datetime = NOON) -> None:
    """Count a session that has carried so many octets, in the minutes before now."""
    keep("s", "amina@isp", [Report(now, int((now - NOON).total_seconds()) + 300, 0, octets)])
    roll_up(now=now)


def percents() -> list[int]:
    return list(AllowanceNotice.objects.order_by("percent").values_list("percent", flat=True))


@pytest.mark.usefixtures("subscription")
class TestAllowance:
    def test_below_four_fifths_is_nobodys_concern(self) -> None:
        use(8 * GB - 1)

        assert (percents(), Message.objects.count()) == ([], 0)

    def test_at_four_fifths_is_told_once(self) -> None:
        use(8 * GB)
        use(9 * GB, now=NOON + timedelta(minutes=5))

        assert percents() == [80]
        message = Message.objects.get()
        assert message.subject.startswith("Sie haben 80 %")
        assert "von den 10 GB Ihres Dienstes haben Sie in diesem Monat 8 GB verbraucht" in message.body_text
        assert not Throttle.objects.exists()

    def test_that_is_used_up_is_told_and_slows_down_until_the_month_is_over(self) -> None:
        use(10 * GB)

        assert percents() == [100]
        assert "ab jetzt langsamer; die volle Geschwindigkeit haben Sie wieder am 1. Dezember 2026" in (
            Message.objects.get().body_text
        )
        throttle = Throttle.objects.get()
        # Midnight in Vienna, an hour ahead of UTC in winter.
        assert throttle.ends_at == datetime(2026, 11, 30, 23, tzinfo=UTC)
        assert Enforcement.objects.get().state == "waiting"

    def test_of_another_month_does_not_count(self) -> None:
        october = datetime(2026, 10, 31, 20, tzinfo=UTC)
        keep("old", "amina@isp", [Report(october, 300, 0, 20 * GB)])
        roll_up(now=NOON)

        assert percents() == []


def test_a_throttle_that_staff_takes_back_stays_taken_back(subscription: tuple[int, int]) -> None:
    account, subscription_id = subscription
    use(10 * GB)

    assert release(
        account_id=account, subscription_id=subscription_id, now=NOON + timedelta(minutes=1), actor=ACTOR
    )
    use(11 * GB, now=NOON + timedelta(minutes=5))

    assert Throttle.objects.get().ends_at == NOON + timedelta(minutes=1)
