"""A customer moves and takes services along."""

from __future__ import annotations

from datetime import date

import pytest

from broadbill.accounts.models import Account
from broadbill.accounts.operations.locations import NewLocation
from broadbill.contracts.domain.errors import SubscriptionUnknown
from broadbill.contracts.operations.moving import move
from broadbill.contracts.queries.subscriptions import subscriptions_of
from broadbill.kernel.models import Event
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through

pytestmark = pytest.mark.django_db


def moved(account: int, *subscriptions: int, bills_too: bool = False, **place: str) -> None:
    new = NewLocation(account_id=account, **({"street": "2 Hill Lane", "city": "Bregenz"} | place))
    move(place=new, subscription_ids=subscriptions, bills_too=bills_too, now=at("2026-02-10"), actor=ACTOR)


def places(account: int) -> list[str]:
    return [one.place for one in subscriptions_of(account_id=account, as_of=date(2026, 2, 10))]


class TestMoving:
    def test_delivers_the_chosen_services_elsewhere(self) -> None:
        account, plan = an_account(street="1 Quay", city="Konstanz"), a_plan()
        first, second = (a_subscription(account, plan, "2026-01-01") for _ in range(2))

        moved(account, first, postcode="6900")

        assert places(account) == ["2 Hill Lane, 6900 Bregenz", ""]
        moved(account, first, second, street="3 Mill Road")
        assert places(account) == ["3 Mill Road, Bregenz"] * 2
        last = Event.objects.filter(verb="subscription.moved", object_id=str(first)).latest("id")
        assert (last.data["from"], last.data["to"]) == ("2 Hill Lane, Bregenz", "3 Mill Road, Bregenz")

    def test_sends_bills_there_only_if_asked(self) -> None:
        account = an_account(street="1 Quay", city="Konstanz", country="DE")
        service = a_subscription(account, a_plan(), "2026-01-01")

        moved(account, service)
        assert Account.objects.get(pk=account).profile.street == "1 Quay"
        moved(account, service, bills_too=True, country="AT")

        profile = Account.objects.get(pk=account).profile
        assert (profile.street, profile.city, profile.country) == ("2 Hill Lane", "Bregenz", "AT")

    def test_bills_nothing_twice(self) -> None:
        account = an_account()
        service = a_subscription(account, a_plan(), "2026-01-01")
        bill_through("2026-02-01")

        moved(account, service, bills_too=True)

        assert bill_through("2026-02-11").documents.count() == 0

    def test_takes_nobody_elses_service_and_leaves_all_as_it_was(self) -> None:
        account, plan = an_account(), a_plan()
        own = a_subscription(account, plan, "2026-01-01")
        strange = a_subscription(an_account(), plan, "2026-01-01")

        with pytest.raises(SubscriptionUnknown):
            moved(account, own, strange)

        assert places(account) == [""]
        assert not Event.objects.filter(verb="subscription.moved").exists()
