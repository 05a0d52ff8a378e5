"""What a customer used, by day, and what is left of the allowance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.console.page_checker import problems
from tests.portal.conftest import Ada
from tests.usage.metered import PER_GB, a_metered_plan, record, used
from tests.world import a_subscription, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(at("2026-02-10"), tick=False):
        yield


@pytest.fixture
def mobile(ada: Ada) -> int:
    plan = a_metered_plan("mobile", ("data_gb", PER_GB | {"included": "100"}))
    return a_subscription(ada.account, plan, "2026-01-01")


def body(response: Any) -> str:
    return str(response.content.decode())


class TestUsage:
    def test_is_shown_by_day_with_what_is_left(
        self, at_home: Client, ada: Ada, mobile: int, django_assert_max_num_queries: Any
    ) -> None:
        record(
            used(ada.account, mobile, "2026-02-03T12:00:00+00:00", "12.345"),
            used(ada.account, mobile, "2026-02-04T12:00:00+00:00", "20"),
            on="2026-02-05",
        )

        with django_assert_max_num_queries(30):
            page = body(at_home.get("/my/usage/"))

        assert problems(page) == []
        assert "Mobile: Data" in page
        assert "32.34 GB" in page  # 12.345 + 20, to hundredths, half to even
        assert "67.66 GB left of 100 GB" in page  # 100 − 32.345
        assert page.count('<line class="bar') == 28
        assert 'value="32"' in page

    def test_of_the_period_before_is_a_link_away(self, at_home: Client, ada: Ada, mobile: int) -> None:
        record(used(ada.account, mobile, "2026-01-20T12:00:00+00:00", "120"), on="2026-01-21")

        now, before = at_home.get("/my/usage/"), at_home.get("/my/usage/?back=1")

        assert "Nothing was used in this period." in body(now)
        assert 'href="?back=1"' in body(now)
        assert "All 100 GB used" in body(before)
        assert problems(body(before)) == []
        assert 'href="?back=2"' not in body(before)

    def test_without_any_limit_is_shown_by_the_calendar(self, at_home: Client, ada: Ada) -> None:
        service = a_subscription(ada.account, a_metered_plan("raw", ("calls", PER_GB)), "2026-01-01")
        record(used(ada.account, service, "2026-02-03T12:00:00+00:00", "3", meter="calls"), on="2026-02-05")

        page = body(at_home.get("/my/usage/"))

        assert "Raw: calls" in page
        assert " left of " not in page
        assert problems(page) == []

    @pytest.mark.parametrize("asked", ["99999999999999999999", "x", "-1", "²"])
    def test_of_a_period_that_never_was_is_no_crash(self, at_home: Client, mobile: int, asked: str) -> None:
        assert at_home.get("/my/usage/", {"back": asked}).status_code == 200

    def test_that_nobody_counts_says_so(self, at_home: Client) -> None:
        page = body(at_home.get("/my/usage/"))

        assert problems(page) == []
        assert "Nothing is counted" in page

    def test_of_others_is_not_there(self, ben_s: Client, ada: Ada, mobile: int) -> None:
        assert "Mobile" not in body(ben_s.get("/my/usage/"))
