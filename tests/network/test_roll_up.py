"""Every octet counts once, on the local day it was used, whatever happens to the packets on their way."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import F, Sum

from broadbill.network.models import SessionDay
from broadbill.network.operations.roll_up import RolledUp, roll_up
from broadbill.usage.models import UsageRecord
from tests.network.edge import a_profile, an_access
from tests.network.octets import WRAP, Report, keep, octets_of_days
from tests.usage.metered import PER_GB, a_metered_plan
from tests.world import a_subscription, an_account

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def amina() -> str:
    """Who signs in as amina@isp from Vienna, an hour ahead of UTC in winter, with up to 100 Mbit/s."""
    plan = a_metered_plan("data", ("data_gb", PER_GB))
    a_profile("fiber100", "data")
    account = an_account(timezone="Europe/Vienna")
    an_access(account, a_subscription(account, plan, "2026-01-01"), "amina@isp", password="x")
    return "amina@isp"


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def days() -> dict[str, int]:
    """Octets both ways of each local day."""
    rows = SessionDay.objects.values_list("used_on").annotate(
        octets=Sum(F("input_octets") + F("output_octets"))
    )
    return {f"{day}": octets for day, octets in sorted(rows) if octets}


def used() -> dict[str, Decimal]:
    rows = UsageRecord.objects.values_list("used_on").annotate(quantity=Sum("quantity"))
    return {f"{day}": quantity.normalize() for day, quantity in sorted(rows)}


class TestOctets:
    def test_are_differences_of_reports_and_become_usage(self, amina: str) -> None:
        keep("s", amina, [
            Report(at("2026-11-10T10:00"), 0, 0, 0, kind="Start"),
            Report(at("2026-11-10T10:05"), 300, 1_000, 5_000),
            Report(at("2026-11-10T10:10"), 600, 1_500, 9_000, kind="Stop"),
        ])  # fmt: skip

        assert roll_up(now=NOW) == RolledUp(packets=3, days=1)
        assert days() == {"2026-11-10": 10_500}
        assert used() == {"2026-11-10": Decimal("0.0000105")}  # 10,500 ÷ 10^9

    def test_count_once_however_often_they_are_rolled_up_or_repeated(self, amina: str) -> None:
        reports = [
            Report(at("2026-11-10T10:05"), 300, 1_000, 0),
            Report(at("2026-11-10T10:10"), 600, 3_000, 0),
        ]
        keep("s", amina, reports)
        roll_up(now=NOW)
        roll_up(now=NOW)
        keep("s", amina, reversed(reports))
        roll_up(now=NOW)

        assert days() == {"2026-11-10": 3_000}
        assert used() == {"2026-11-10": Decimal("0.000003")}

    def test_of_a_session_across_midnight_are_shared_out_by_time_and_said_so(self, amina: str) -> None:
        # Midnight in Vienna is 23:00 UTC; 1 of 4 minutes lies before it.
        keep(
            "s",
            amina,
            [Report(at("2026-11-10T22:59"), 60, 0, 0), Report(at("2026-11-10T23:03"), 300, 0, 4_001)],
        )

        roll_up(now=NOW)

        assert days() == {"2026-11-10": 1_000, "2026-11-11": 3_001}  # ⌊4001 ÷ 4⌋ = 1000
        assert set(SessionDay.objects.values_list("gap_seconds", flat=True)) == {240}

    def test_of_a_long_silence_are_shared_over_every_day_also_when_the_clock_changes(
        self, amina: str
    ) -> None:
        # 24 to 26 October in Vienna: the 25th has 25 hours. From 22:00 UTC on the 23rd, 24 + 25 + 24 hours.
        keep(
            "s",
            amina,
            [Report(at("2026-10-23T22:00"), 0, 0, 0), Report(at("2026-10-26T23:00"), 262_800, 73_000, 0)],
        )

        roll_up(now=NOW)

        assert days() == {"2026-10-24": 24_000, "2026-10-25": 25_000, "2026-10-26": 24_000}

    def test_of_a_session_whose_beginning_was_lost_count_from_its_beginning(self, amina: str) -> None:
        keep("s", amina, [Report(at("2026-11-10T10:10"), 600, 7, 9, kind="Stop")])

        roll_up(now=NOW)

        assert days() == {"2026-11-10": 16}

    def test_of_a_report_that_comes_late_go_to_the_day_they_belong_to(self, amina: str) -> None:
        keep(
            "s",
            amina,
            [Report(at("2026-11-10T22:58"), 60, 0, 0), Report(at("2026-11-10T23:02"), 300, 4_000, 0)],
        )
        roll_up(now=NOW)
        assert used() == {"2026-11-10": Decimal("0.000002"), "2026-11-11": Decimal("0.000002")}

        keep("s", amina, [Report(at("2026-11-10T23:00"), 180, 3_000, 0)])
        roll_up(now=NOW + timedelta(minutes=5))

        assert used() == {"2026-11-10": Decimal("0.000003"), "2026-11-11": Decimal("0.000001")}


class TestCounters:
    def test_of_32_bits_wrap(self, amina: str) -> None:
        keep("s", amina, [
            Report(at("2026-11-10T10:05"), 300, WRAP - 1_000, 0, wide=False),
            Report(at("2026-11-10T10:10"), 600, 500, 0, wide=False),
        ])  # fmt: skip

        roll_up(now=NOW)

        assert days() == {"2026-11-10": WRAP + 500}
        assert SessionDay.objects.get().wraps == 1

    def test_that_fall_further_than_the_line_is_fast_begin_anew(self, amina: str) -> None:
        # 22 Mbit/s for 300 s carry 825,000,000 octets at most; a wrap would have been 4,294,967,296 - 500,000,000 + 7.
        keep("s", amina, [
            Report(at("2026-11-10T10:05"), 300, 500_000_000, 0, wide=False),
            Report(at("2026-11-10T10:10"), 600, 7, 0, wide=False),
        ])  # fmt: skip

        roll_up(now=NOW)

        assert days() == {"2026-11-10": 500_000_007}
        assert SessionDay.objects.get().resets == 1

    def test_of_a_session_under_an_old_id_begin_anew(self, amina: str) -> None:
        keep("s", amina, [
            Report(at("2026-11-10T10:05"), 300, 1_000, 0, kind="Stop"),
            Report(at("2026-11-10T11:00"), 0, 0, 0, kind="Start"),
            Report(at("2026-11-10T11:05"), 300, 2_000, 0),
        ])  # fmt: skip

        roll_up(now=NOW)

        assert days() == {"2026-11-10": 3_000}


class TestUnknownNames:
    def test_are_kept_aside_and_never_billed(self, amina: str) -> None:
        keep("s", "nobody@isp", [Report(at("2026-11-10T10:05"), 300, 1_000, 0)])

        roll_up(now=NOW)

        assert list(SessionDay.objects.values_list("username", "account_id", "input_octets")) == [
            ("nobody@isp", None, 1_000)
        ]
        assert not UsageRecord.objects.exists()


def a_month_end(sessions: int, chance: random.Random, *, wide: bool) -> dict[str, list[Report]]:
    """Sessions with a report every 5 minutes from the evening of 31 October to the morning of 1 November."""
    told = {}
    for number in range(sessions):
        begins = at("2026-10-31T20:00") + timedelta(seconds=chance.randrange(3600))
        up = down = 0
        reports = [Report(begins, 0, 0, 0, wide, "Start")]
        for step in range(1, 60):
            up, down = up + chance.randrange(10**8), down + chance.randrange(10**9)
            kind = "Stop" if step == 59 else "Interim-Update"
            counted = (up, down) if wide else (up % WRAP, down % WRAP)
            reports.append(Report(begins + timedelta(seconds=300 * step), 300 * step, *counted, wide, kind))
        told[f"s{number}"] = reports
    return told


def by_day(told: dict[str, list[Report]]) -> Counter[date]:
    total: Counter[date] = Counter()
    for reports in told.values():
        total += octets_of_days(reports, "Europe/Vienna", fastest_bps=110_000_000)
    return total


class TestReplay:
    @pytest.mark.parametrize(("wide", "says_order"), [(True, True), (False, True), (False, False)])
    def test_of_packets_lost_repeated_and_out_of_order_counts_what_the_clean_stream_does(
        self, amina: str, wide: bool, says_order: bool
    ) -> None:
        chance = random.Random(20261031)
        clean = a_month_end(20, chance, wide=wide)
        # 5 % are lost, but neither a session's last nor those beside the month's end; those that are lost there are
        # looked at below. 5 % come twice, 10 % later than those after them.
        midnight = at("2026-10-31T23:00")
        sent = []
        for session, reports in clean.items():
            for report in reports:
                near = abs((report.at - midnight).total_seconds()) <= 300
                if report.kind == "Stop" or near or chance.random() >= 0.05:
                    delay = chance.randrange(3600) if chance.random() < 0.10 else 0
                    sent.append((report.at + timedelta(seconds=delay), session, report))
                    if chance.random() < 0.05:
                        sent.append((report.at + timedelta(seconds=chance.randrange(600)), session, report))
        sent.sort(key=lambda packet: packet[0])
        assert len(sent) != 1200

        for start in range(0, len(sent), 150):
            for _, session, report in sent[start : start + 150]:
                keep(session, amina, [report], says_order=says_order)
            roll_up(now=NOW + timedelta(seconds=start))

        expected = {f"{day}": octets for day, octets in sorted(by_day(clean).items())}
        assert days() == expected
        assert {day: int(quantity * 10**9) for day, quantity in used().items()} == expected
        # Shared out by time over midnight, as every session is, but over no more than one report.
        assert SessionDay.objects.filter(gap_seconds__gt=300).count() == 0
        if not wide:
            assert SessionDay.objects.aggregate(wraps=Sum("wraps"))["wraps"] > 20

    @pytest.mark.parametrize("now", [NOW, datetime(2027, 2, 1, tzinfo=UTC)], ids=["soon", "months later"])
    def test_of_packets_in_order_counts_the_same_in_one_go(self, amina: str, now: datetime) -> None:
        clean = a_month_end(20, random.Random(20261031), wide=True)
        for session, reports in clean.items():
            keep(session, amina, reports)

        roll_up(now=now)

        assert days() == {f"{day}": octets for day, octets in sorted(by_day(clean).items())}

    def test_says_where_packets_lost_around_midnight_leave_the_day_unsure(self, amina: str) -> None:
        clean = a_month_end(1, random.Random(7), wide=True)["s0"]
        midnight = at("2026-10-31T23:00")
        lost = [report for report in clean if abs((report.at - midnight).total_seconds()) <= 900]
        keep("s0", amina, [report for report in clean if report not in lost])

        roll_up(now=NOW)

        assert sum(days().values()) == clean[-1].up + clean[-1].down
        assert set(SessionDay.objects.values_list("gap_seconds", flat=True)) == {300 * (len(lost) + 1)}
