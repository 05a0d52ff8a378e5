"""What was used, in the office: of a customer by day with what is left, and of a site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from broadbill.contracts.models import Subscription
from broadbill.network.models import SessionDay
from broadbill.network.operations.sites import hang_under, set_device, set_site
from broadbill.usage.domain.layouts import layout_map
from broadbill.usage.operations.sources import name_line, set_source
from broadbill.usage.operations.take_in import take_in_file
from tests.console.page_checker import problems
from tests.network.edge import a_profile, a_session, access_servers, an_access
from tests.usage.files import asterisk, written
from tests.usage.metered import PER_GB, a_metered_plan, record, used
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(at("2026-02-10"), tick=False):
        yield


def body(response: Any) -> str:
    return str(response.content.decode())


class TestACustomersUsage:
    @pytest.fixture
    def mobile(self, db: None) -> tuple[int, int]:
        account = an_account("Amina Haddad", number="A/1")
        plan = a_metered_plan("mobile", ("data_gb", PER_GB | {"included": "100"}))
        return account, a_subscription(account, plan, "2026-01-01")

    def test_is_a_chart_of_the_periods_days_with_the_allowance_left(
        self, office: Client, mobile: tuple[int, int], django_assert_max_num_queries: Any
    ) -> None:
        record(
            used(*mobile, "2026-02-03T12:00:00+00:00", "12.345"),
            used(*mobile, "2026-02-04T12:00:00+00:00", "20"),
            on="2026-02-05",
        )

        with django_assert_max_num_queries(30):
            page = body(office.get("/customers/A/1/usage/"))

        assert problems(page) == []
        assert "Mobile <bdi>S1</bdi>: Data" in page
        assert "67.66 GB left of 100 GB" in page  # 100 − 12.345 − 20
        assert page.count('<line class="bar') == 28
        assert 'href="/customers/A/1/usage/"' in body(office.get("/customers/A/1/"))

    def test_of_the_period_before_is_a_link_away(self, office: Client, mobile: tuple[int, int]) -> None:
        record(used(*mobile, "2026-01-20T12:00:00+00:00", "120"), on="2026-01-21")

        assert 'href="?back=1"' in body(office.get("/customers/A/1/usage/"))
        assert "All 100 GB used" in body(office.get("/customers/A/1/usage/?back=1"))
        assert office.get("/customers/A/1/usage/?back=many").status_code == 200

    def test_says_so_when_nothing_is_counted(self, office: Client) -> None:
        an_account(number="B")

        assert "Nothing is counted" in body(office.get("/customers/B/usage/"))


class TestASitesTraffic:
    @pytest.fixture
    def lines(self, db: None) -> dict[str, int]:
        """Subscriptions: hung under a device of the mast on the hill; online by the hill's server; elsewhere."""
        access_servers()
        for code, parent in (("hill", ""), ("mast", "hill"), ("valley", "")):
            set_site(code=code, name=f"The {code}", parent=parent, now=at("2026-01-01"), actor=ACTOR)
        set_device(code="bng", site="hill", nas="mikrotik", now=at("2026-01-01"), actor=ACTOR)
        set_device(code="sector", site="mast", now=at("2026-01-01"), actor=ACTOR)
        plan = a_plan("fiber")
        a_profile("fiber100", "fiber")
        found = {}
        for name in ("mast", "server", "elsewhere"):
            account = an_account(name)
            found[name] = a_subscription(account, plan, "2026-01-01")
            an_access(account, found[name], f"{name}@isp", password="x")
        hang_under(username="mast@isp", device="sector", now=at("2026-01-01"), actor=ACTOR)
        a_session("server@isp", nasipaddress="127.0.0.1")
        a_session("elsewhere@isp", nasipaddress="127.0.0.2")
        return found

    @staticmethod
    def carried(subscription: int, day: str, *, down: int, up: int) -> None:
        account = Subscription.objects.get(id=subscription).account_id
        SessionDay.objects.create(
            acctuniqueid=f"{subscription} {day}", used_on=on(day), account_id=account,
            subscription_id=subscription, username="x", input_octets=up, output_octets=down, passed_octets=0,
            gap_seconds=0, wraps=0, resets=0,
        )  # fmt: skip

    def test_is_what_the_services_under_it_carried_by_day(
        self, office: Client, lines: dict[str, int], django_assert_num_queries: Any
    ) -> None:
        self.carried(lines["mast"], "2026-02-09", down=5_000_000_000, up=1_000_000_000)
        self.carried(lines["server"], "2026-02-09", down=2_000_000_000, up=500_000_000)
        self.carried(lines["server"], "2026-02-10", down=1_000_000_000, up=0)
        self.carried(lines["server"], "2026-01-01", down=9_000_000_000, up=0)
        self.carried(lines["elsewhere"], "2026-02-09", down=70_000_000_000, up=0)

        with django_assert_num_queries(5):  # session, user, provider; sites, the days
            page = body(office.get("/network/sites/hill/traffic/"))

        assert problems(page) == []
        # 5 + 2 + 1 down, 1 + 0.5 up; the 1st of January is longer ago than 30 days
        for words in ("<b>8 GB</b> Down", "<b>1.5 GB</b> Up", "7 GB"):
            assert words in page, words
        assert page.count('<line class="bar') == 60
        mast = body(office.get("/network/sites/mast/traffic/"))
        assert "<b>5 GB</b> Down" in mast
        assert "Nothing was carried" in body(office.get("/network/sites/valley/traffic/"))
        assert office.get("/network/sites/moon/traffic/").status_code == 404


class TestUsageFiles:
    def test_tell_what_came_and_the_names_that_nobody_had(
        self, office: Client, tmp_path: Path, django_assert_num_queries: Any
    ) -> None:
        a_subscription(an_account(number="K-1"), a_plan(), "2026-01-01")
        told = layout_map("asterisk", timezone="Europe/Vienna", region="AT")
        set_source(code="pbx", file_map=told, now=at("2026-01-01"), actor=ACTOR)
        name_line(name="436601111111", account="K-1", subscription="S1", starts_at=at("2026-01-01"),
                  now=at("2026-01-01"), actor=ACTOR)  # fmt: skip
        file = written(tmp_path, "Master.csv", asterisk({}, {"src": "06609999999"}, {"disposition": "BUSY"}))
        take_in_file(file=file, source="pbx", now=at("2026-02-09"), actor=ACTOR)

        with django_assert_num_queries(5):  # session, user, provider; names, files
            page = body(office.get("/network/usage-files/"))

        assert problems(page) == []
        for words in ("436609999999", "Master.csv", "0 seen before, 1 count nothing, 1 aside"):
            assert words in page, words
        assert "1 record of usage of nobody" in body(office.get("/"))

    def test_say_so_when_there_is_none(self, office: Client) -> None:
        assert "No file was taken in yet" in body(office.get("/network/usage-files/"))
