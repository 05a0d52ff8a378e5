"""Incidents over sites and devices: who hangs under them, how long, and what is given back, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from broadbill.billing.models import Line
from broadbill.contracts.domain.outage_time import minutes_of, uncounted
from broadbill.contracts.models import Fact
from broadbill.contracts.operations.changes import suspend
from broadbill.contracts.operations.outages import NewOutage, record_outage
from broadbill.network.domain.errors import IncidentInvalid, PlaceInvalid, PlaceUnknown
from broadbill.network.models import Affected
from broadbill.network.operations.incidents import declare_incident, end_incident
from broadbill.network.operations.sites import hang_under, set_device, set_site
from broadbill.network.queries.incidents import incidents, incidents_over
from tests.network.edge import a_profile, a_session, access_servers, an_access
from tests.world import ACTOR, a_plan, a_subscription, an_account, at, bill_through, on

NOON = at("2026-11-05")
PER_DAY = {"per": "day"}


def hours(count: float) -> datetime:
    """So many after noon."""
    return NOON + timedelta(hours=count)


def declared(*, since: float = 0, credit: dict[str, object] | None = None, **place: str) -> int:
    return declare_incident(
        starts_at=hours(since), cause="Lightning", credit=PER_DAY if credit is None else credit,
        now=hours(48), actor=ACTOR, **place,
    )  # fmt: skip


def over(incident: int, at_hour: float) -> int:
    return end_incident(incident_id=incident, ends_at=hours(at_hour), now=hours(48), actor=ACTOR)


@pytest.fixture
def lines(db: None) -> dict[str, tuple[int, int]]:
    """Account and subscription by name: on the hill under the sector, by a session of its server, and elsewhere."""
    access_servers()
    for site, parent in (("hill", ""), ("mast", "hill"), ("valley", "")):
        set_site(code=site, name=site.capitalize(), parent=parent, now=NOON, actor=ACTOR)
    set_device(code="hill-bng", site="hill", nas="mikrotik", now=NOON, actor=ACTOR)
    set_device(code="sector", site="mast", uplink="hill-bng", now=NOON, actor=ACTOR)
    set_device(code="valley-olt", site="valley", now=NOON, actor=ACTOR)
    plan = a_plan("fiber", "30.00")
    a_profile("fiber100", "fiber")
    found = {}
    for name in ("sector", "session", "valley"):
        account = an_account(name.capitalize())
        found[name] = (account, a_subscription(account, plan, "2026-01-01"))
        an_access(*found[name], f"{name}@isp", password="x")
    hang_under(username="sector@isp", device="sector", now=NOON, actor=ACTOR)
    hang_under(username="valley@isp", device="valley-olt", now=NOON, actor=ACTOR)
    a_session("session@isp", acctstarttime=hours(-5), nasipaddress="127.0.0.1")
    return found


def under(incident: int) -> set[int]:
    return set(Affected.objects.filter(incident=incident).values_list("subscription_id", flat=True))


class TestTimeNotCounted:
    @pytest.mark.parametrize(
        ("counted", "left"),
        [
            ([], [(0, 4)]),
            ([(-1, 0), (4, 5)], [(0, 4)]),
            ([(1, 2)], [(0, 1), (2, 4)]),
            ([(3, 9), (-2, 1)], [(1, 3)]),
            ([(0, 2), (1, 4)], []),
        ],
    )
    def test_is_the_rest(self, counted: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
        spans = [(hours(starts), hours(ends)) for starts, ends in counted]

        found = uncounted((hours(0), hours(4)), spans)

        assert found == [(hours(starts), hours(ends)) for starts, ends in left]
        assert minutes_of(found) == sum(60 * (ends - starts) for starts, ends in left)


class TestUnder:
    def test_a_site_are_its_parts_their_devices_and_the_sessions_of_these(
        self, lines: dict[str, tuple[int, int]]
    ) -> None:
        assert under(declared(site="hill")) == {lines["sector"][1], lines["session"][1]}

    def test_a_device_is_whatever_it_is_the_uplink_of(self, lines: dict[str, tuple[int, int]]) -> None:
        assert under(declared(device="hill-bng")) == {lines["sector"][1], lines["session"][1]}
        assert under(declared(device="sector")) == {lines["sector"][1]}

    def test_nobody_who_was_suspended(self, lines: dict[str, tuple[int, int]]) -> None:
        suspend(subscription_id=lines["sector"][1], on=on("2026-11-01"), now=NOON, actor=ACTOR)

        assert under(declared(device="sector")) == set()

    def test_nothing_hangs_under_itself(self, lines: dict[str, tuple[int, int]]) -> None:
        with pytest.raises(PlaceInvalid, match="mast lies in it"):
            set_site(code="hill", name="Hill", parent="mast", now=NOON, actor=ACTOR)
        with pytest.raises(PlaceInvalid, match="sector hangs under it"):
            set_device(code="hill-bng", site="hill", uplink="sector", now=NOON, actor=ACTOR)
        with pytest.raises(PlaceUnknown, match="no site nowhere"):
            declared(site="nowhere")


class TestCredit:
    def test_is_given_with_the_next_bill(self, lines: dict[str, tuple[int, int]]) -> None:
        account, _ = lines["sector"]
        bill_through("2026-11-05")

        credited = over(declared(device="sector"), 4)
        bill_through("2026-12-01")

        # 30.00 for the 30 days of November: a day is 1.00
        assert credited == 1
        given = Line.objects.filter(document__account_id=account, amount__lt=0)
        assert [line.amount for line in given] == [-100]

    def test_is_not_given_twice_for_time_that_overlaps(self, lines: dict[str, tuple[int, int]]) -> None:
        over(declared(device="sector"), 4)
        over(declared(site="hill", since=2), 6)

        account, subscription = lines["sector"]
        spans = [(fact.detail["from"], fact.detail["to"]) for fact in
                 Fact.objects.filter(account_id=account, kind="outage").order_by("number")]  # fmt: skip
        assert spans == [
            (hours(0).isoformat(), hours(4).isoformat()),
            (hours(4).isoformat(), hours(6).isoformat()),
        ]
        minutes = Affected.objects.filter(subscription=subscription).order_by("incident")
        assert [one.minutes for one in minutes] == [240, 120]

    def test_is_not_given_for_what_was_recorded_by_hand(self, lines: dict[str, tuple[int, int]]) -> None:
        account, subscription = lines["sector"]
        by_hand = NewOutage(starts=hours(1), ends=hours(5), credit=PER_DAY)
        record_outage(outage=by_hand, subscription_ids=[subscription], now=hours(48), actor=ACTOR)

        # The sector's customer until one o'clock, the session's for all four hours.
        assert over(declared(site="hill"), 4) == 2
        assert over(declared(device="sector", since=4), 5) == 0

        spans = [(fact.detail["from"], fact.detail["to"]) for fact in
                 Fact.objects.filter(account_id=account, kind="outage").order_by("number")]  # fmt: skip
        assert spans == [
            (hours(1).isoformat(), hours(5).isoformat()),
            (hours(0).isoformat(), hours(1).isoformat()),
        ]

    def test_is_none_without_a_rule_but_it_is_measured(self, lines: dict[str, tuple[int, int]]) -> None:
        assert over(declared(site="hill", credit={}), 1) == 0

        [row] = incidents(limit=10)
        assert (row.place, row.subscriptions, row.minutes, row.credited) == ("hill", 2, 120, 0)

    def test_is_refused_where_it_makes_no_sense(self, lines: dict[str, tuple[int, int]]) -> None:
        number = declared(site="hill")

        for reason, act in (
            ("is out already", lambda: declared(site="hill")),
            ("has not begun yet", lambda: declared(site="valley", since=49)),
            ("either a site or a device", lambda: declared(site="hill", device="sector")),
            ("must be", lambda: declared(site="valley", credit={"per": "year"})),
            ("ends after it began", lambda: over(number, 0)),
            ("there is none", lambda: over(number + 99, 1)),
        ):
            with pytest.raises(IncidentInvalid, match=reason):
                act()
        over(number, 1)
        with pytest.raises(IncidentInvalid, match="is over already"):
            over(number, 2)


def test_an_account_is_told_of_what_it_is_under_now(lines: dict[str, tuple[int, int]]) -> None:
    first = declared(site="hill", since=1)
    second = declared(device="sector", since=2)
    account, subscription = lines["sector"]

    assert incidents_over(account) == {subscription: hours(1)}
    assert incidents_over(lines["valley"][0]) == {}
    over(first, 3)
    assert incidents_over(account) == {subscription: hours(2)}
    over(second, 3)
    assert incidents_over(account) == {}
