from __future__ import annotations

import pytest

from broadbill.accounts.models import Location
from broadbill.accounts.operations.locations import NewLocation, add_locations
from broadbill.kernel.queries.events import events_of_account
from tests.world import ACTOR, an_account, at

pytestmark = pytest.mark.django_db


class TestAddLocations:
    def test_returns_the_ids_in_order_and_tells_each_on_its_account(self) -> None:
        hotel, mill = an_account("Hôtel du Lac"), an_account("Mill")
        asked = [
            NewLocation(account_id=mill, street="2, Rue du Moulin", city="Wiltz"),
            NewLocation(account_id=hotel, name="Boat house", street="1, Quai du Lac", city="Insenborn"),
        ]

        ids = add_locations(locations=asked, now=at("2026-01-05"), actor=ACTOR)

        assert [Location.objects.get(pk=each).street for each in ids] == [
            "2, Rue du Moulin",
            "1, Quai du Lac",
        ]
        [newest, *_] = events_of_account(account_id=hotel, limit=5)
        assert (newest.verb, newest.data) == (
            "account.location_added",
            {"street": "1, Quai du Lac", "city": "Insenborn"},
        )
