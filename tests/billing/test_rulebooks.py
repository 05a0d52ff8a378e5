"""What a run goes by is stored once for equal content, whoever looks at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from broadbill.billing.models import Rulebook
from broadbill.billing.operations.rulebook import current_rulebook
from tests.world import a_plan, at


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_find_the_same_rulebook() -> None:
    a_plan()

    def look(_: int) -> int:
        try:
            return current_rulebook(now=at("2026-01-01")).id
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as people:
        seen = set(people.map(look, range(8)))

    assert len(seen) == 1
    assert Rulebook.objects.count() == 1
