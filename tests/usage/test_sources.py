"""Files of switches and collectors are read by the map of their source, whole or not at all."""

from __future__ import annotations

import itertools
import tracemalloc
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from broadbill.usage.adapters.usage_file import read_rows
from broadbill.usage.domain.errors import LineInvalid, SourceUnknown, UsageFileRefused, UsageMapInvalid
from broadbill.usage.domain.file_map import FileShape, parse_file_map
from broadbill.usage.domain.layouts import LAYOUTS, layout_map
from broadbill.usage.models import Aside, DailyRollUp, UsageRecord
from broadbill.usage.operations.aside import settle_aside
from broadbill.usage.operations.record import TakenIn
from broadbill.usage.operations.sources import name_line, set_source
from broadbill.usage.operations.take_in import take_in_file
from broadbill.usage.queries.sources import aside, sources
from broadbill.usage.queries.verify import verify_roll_ups
from tests.usage.files import asterisk, freeswitch, ipdr, written
from tests.world import ACTOR, a_plan, a_subscription, an_account, at

pytestmark = pytest.mark.django_db
NOW = at("2026-01-20")
VIENNA = {"timezone": "Europe/Vienna", "region": "AT"}


def a_source(code: str, layout: str, **told: Any) -> None:
    set_source(code=code, file_map=layout_map(layout, **told), now=at("2026-01-01"), actor=ACTOR)


def take(file: Path, source: str) -> TakenIn:
    return take_in_file(file=file, source=source, now=NOW, actor=ACTOR)


def a_line(name: str, account: str, day: str = "2026-01-01") -> None:
    name_line(name=name, account=account, subscription="S1", starts_at=at(day), now=at(day), actor=ACTOR)


@pytest.fixture
def customers() -> None:
    """K-1 and K-2, with S1 each."""
    plan = a_plan()
    for number in ("K-1", "K-2"):
        a_subscription(an_account(number=number), plan, "2026-01-01")


@pytest.fixture
def voice(customers: None) -> None:
    """The lines 436601111111 of K-1 and 436602222222 of K-2, at the switches pbx (Asterisk) and soft (FreeSWITCH)."""
    a_line("436601111111", "K-1")
    a_line("436602222222", "K-2")
    a_source("pbx", "asterisk", **VIENNA)
    a_source("soft", "freeswitch", **VIENNA)


def calls() -> list[tuple[str, str, str, str, str]]:
    """Account, called number, seconds, instant, local day, in order of time."""
    rows = UsageRecord.objects.select_related("account").order_by("at", "account__number")
    return [
        (
            row.account.number,
            str(row.destination),
            str(row.duration_seconds),
            f"{row.at:%H:%M}",
            f"{row.used_on}",
        )
        for row in rows
    ]


@pytest.mark.usefixtures("voice")
class TestCallsOfASwitch:
    def test_are_records_of_the_line_that_called_in_international_form(self, tmp_path: Path) -> None:
        file = written(
            tmp_path,
            "Master.csv",
            asterisk(
                {},
                {"src": "0660/2222222", "dst": "06641234567", "billsec": 90, "start": "2026-01-05 23:30:00"},
                {"disposition": "NO ANSWER", "billsec": 0},
            ),
        )

        taken = take(file, "pbx")

        assert taken == TakenIn(stored=2, repeated=0, skipped=1)
        assert calls() == [
            ("K-1", "12025550100", "60", "10:00", "2026-01-05"),
            ("K-2", "436641234567", "90", "22:30", "2026-01-05"),
        ]

    def test_count_once_when_the_growing_file_comes_again(self, tmp_path: Path) -> None:
        first = take(written(tmp_path, "Master.csv", asterisk({}, {})), "pbx")
        again = take(written(tmp_path, "Master.csv", asterisk({}, {})), "pbx")
        grown = take(written(tmp_path, "Master.csv", asterisk({}, {}, {"billsec": 7})), "pbx")

        assert [(taken.stored, taken.repeated) for taken in (first, again, grown)] == [(2, 0), (0, 2), (1, 2)]
        assert list(verify_roll_ups()) == []

    def test_are_told_apart_where_the_switch_writes_no_unique_id(self, tmp_path: Path) -> None:
        taken = take(written(tmp_path, "Master.csv", asterisk({}, {}, with_ids=False)), "pbx")

        assert taken.stored == 2

    def test_of_freeswitch_count_where_somebody_answered(self, tmp_path: Path) -> None:
        file = written(
            tmp_path, "master.csv", freeswitch({}, {"answer": "", "billsec": 0}, {"called": "133"})
        )

        assert take(file, "soft") == TakenIn(stored=2, repeated=0, skipped=1)
        # The police have a number of their own country alone.
        assert sorted(row[1] for row in calls()) == ["12025550100", "133"]

    def test_are_of_whoever_had_the_number_then(self, tmp_path: Path) -> None:
        a_line("436601111111", "K-2", "2026-01-10")
        file = written(tmp_path, "Master.csv", asterisk({}, {"start": "2026-01-15 09:00:00"}))

        take(file, "pbx")

        assert [row[0] for row in calls()] == ["K-1", "K-2"]

    def test_of_nobody_are_kept_aside_and_count_once_somebody_is_found(self, tmp_path: Path) -> None:
        file = written(tmp_path, "Master.csv", asterisk({}, {"src": "06609999999"}, {"src": "06609999999"}))

        taken = take(file, "pbx")

        assert taken == TakenIn(stored=1, repeated=0, aside=2)
        [waiting] = aside(limit=10)
        assert (waiting.source, waiting.name, waiting.records) == ("pbx", "436609999999", 2)
        assert settle_aside(now=NOW, actor=ACTOR) == TakenIn(stored=0, repeated=0, aside=2)
        a_line("436609999999", "K-2")
        assert settle_aside(now=NOW, actor=ACTOR) == TakenIn(stored=2, repeated=0)
        assert settle_aside(now=NOW, actor=ACTOR) == TakenIn(stored=0, repeated=0)
        assert [row[0] for row in calls()] == ["K-1", "K-2", "K-2"]

    def test_kept_aside_are_not_kept_again_with_the_growing_file(self, tmp_path: Path) -> None:
        take(written(tmp_path, "Master.csv", asterisk({"src": "06609999999"})), "pbx")

        grown = take(written(tmp_path, "Master.csv", asterisk({"src": "06609999999"}, {})), "pbx")

        assert grown == TakenIn(stored=1, repeated=1)
        assert Aside.objects.count() == 1

    def test_with_a_bad_row_are_refused_whole_with_every_bad_row_by_its_line(self, tmp_path: Path) -> None:
        text = (
            asterisk({}, {"start": "yesterday"}, {"dst": ""}, {"start": "2026-03-29 02:30:00"})
            + "half,a,row\n"
        )

        with pytest.raises(UsageFileRefused) as refused:
            take(written(tmp_path, "Master.csv", text), "pbx")

        said = str(refused.value).removeprefix("Master.csv: ").split("; ")
        assert [problem.split(": ")[0] for problem in said] == ["line 2", "line 3", "line 4", "line 5"]
        assert "'yesterday' is no instant of the form iso" in said[0]
        assert "dst: is missing" in said[1]
        assert "there was no 2026-03-29 02:30:00 in Europe/Vienna" in said[2]
        assert "3 cells, not 18" in said[3]
        assert (UsageRecord.objects.count(), Aside.objects.count()) == (0, 0)

    def test_are_listed_with_their_source(self, tmp_path: Path) -> None:
        take(written(tmp_path, "Master.csv", asterisk({}, {})), "pbx")

        assert [(one.code, one.map["layout"], one.files, one.records) for one in sources()] == [
            ("pbx", "asterisk", 1, 2),
            ("soft", "freeswitch", 0, 0),
        ]


@pytest.mark.usefixtures("customers")
class TestATableOfOnesOwn:
    MAP = {
        "timezone": "America/Mexico_City",
        "file": {"delimiter": ";"},
        "at": {"column": "Beginn", "form": "%d.%m.%Y %H:%M:%S"},
        "id": ["Nr"],
        "records": [
            {"by": "subscription", "name": ["Kunde", "Dienst"], "meter": "down_gb", "per": 1_000_000,
             "values": {"quantity": "kB herab"}},
            {"by": "subscription", "name": ["Kunde", "Dienst"], "meter": "up_gb", "per": 1_000_000,
             "values": {"quantity": "kB hinauf"}, "unless": {"kB hinauf": "0"}},
        ],
    }  # fmt: skip

    def test_makes_a_record_of_each_direction(self, tmp_path: Path) -> None:
        set_source(code="partner", file_map=self.MAP, now=NOW, actor=ACTOR)
        text = (
            "Nr;Kunde;Dienst;Beginn;kB herab;kB hinauf\n"
            "1;K-1;S1;05.01.2026 20:00:00;1500000;250000\n"
            "2;K-2;S1;05.01.2026 20:00:00;1;0\n"
        )

        assert take(written(tmp_path, "p.csv", text), "partner").stored == 3
        found = UsageRecord.objects.order_by("account_id", "meter").values_list(
            "meter", "quantity", "source_id"
        )
        assert [(meter, str(quantity), name) for meter, quantity, name in found] == [
            ("down_gb", "1.5", "partner:1:0"),
            ("up_gb", "0.25", "partner:1:1"),
            ("down_gb", "0.000001", "partner:2:0"),
        ]
        # Eight in the evening in Mexico, six hours behind UTC.
        assert UsageRecord.objects.earliest("at").at == datetime.fromisoformat("2026-01-06T02:00:00Z")

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"at": None}, "at.column must be a text"),
            ({"records": []}, "records must say what a row counts"),
            ({"timezone": "Mars/Olympus"}, "timezone must be a timezone"),
            ({"hours": "all"}, "hours is not a known key"),
            ({"records": [{"by": "line", "name": ["a"], "meter": "m", "values": {}, "per": 60}]}, "per must be"),
            ({"records": [{"by": "name", "name": ["a"], "meter": "m", "values": {}}]}, "by must be one of line"),
            ({"records": [{"by": "line", "name": ["a", "b"], "meter": "m", "values": {}}]}, "name must be one column"),
            ({"at": {"column": "x", "form": "sometimes"}}, "form must be iso, epoch"),
            ({"numbers": {"region": "Atlantis"}}, "region must be a country"),
        ],
    )  # fmt: skip
    def test_is_refused_with_the_key_of_its_map_that_is_wrong(
        self, change: dict[str, Any], reason: str
    ) -> None:
        with pytest.raises(UsageMapInvalid, match=reason):
            set_source(code="partner", file_map=self.MAP | change, now=NOW, actor=ACTOR)

    def test_is_refused_from_a_source_nobody_knows(self, tmp_path: Path) -> None:
        with pytest.raises(SourceUnknown, match="no source of usage partner"):
            take(written(tmp_path, "p.csv", "a\n"), "partner")


class TestALinesName:
    def test_is_not_given_to_two_from_the_same_instant_on(self, voice: None) -> None:
        with pytest.raises(LineInvalid, match="it is another's from 2026-01-01"):
            a_line("436601111111", "K-2", "2026-01-01")

    def test_is_given_to_services_alone(self, customers: None) -> None:
        with pytest.raises(LineInvalid, match="no subscription S1 of account K-9"):
            a_line("436601111111", "K-9")


def octets() -> dict[str, int]:
    """What was counted of each local day, in octets."""
    days = DailyRollUp.objects.values_list("used_on").annotate(total=Sum("quantity")).order_by("used_on")
    return {f"{day}": int(total * 10**9) for day, total in days}


def of_modem(account: str = "K-1") -> None:
    """The modem of the tests is known to usage by its line's name."""
    a_line("00-1a-2b-00-00-01", account)
    a_source("cmts", "ipdr", by="line", timezone="Europe/Vienna")


READINGS = (
    {"at": "2026-01-05T21:45:00Z", "octets": 100, "active": 900},
    {"at": "2026-01-05T22:15:00Z", "octets": 400, "active": 2700},
    # over midnight in Vienna: 300 octets in half an hour, half of it on the 5th
    {"at": "2026-01-05T23:15:00Z", "octets": 1000, "active": 6300},
    # the flow began anew five minutes before
    {"at": "2026-01-05T23:45:00Z", "octets": 50, "active": 300},
    {"at": "2026-01-06T00:00:00Z", "octets": 80, "active": 1200},
)
# 100 + 300 + 600 × 45/60 before midnight; 600 × 15/60 + 50 + 30 after it
BY_DAY = {"2026-01-05": 850, "2026-01-06": 230}


@pytest.mark.usefixtures("customers")
class TestReadingsOfACounter:
    def test_count_each_octet_once_on_its_local_day(self, tmp_path: Path) -> None:
        of_modem()

        take(written(tmp_path, "a.xml", ipdr(*READINGS)), "cmts")

        assert octets() == BY_DAY

    @pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::7])
    def test_come_to_the_same_in_whichever_order_they_arrive(
        self, tmp_path: Path, order: tuple[int, ...]
    ) -> None:
        of_modem()

        for place in order:
            one = ipdr(READINGS[place])
            take(written(tmp_path, f"{place}.xml", one), "cmts")
            take(written(tmp_path, f"{place}-again.xml", one + "\n"), "cmts")

        assert octets() == BY_DAY

    def test_that_began_before_the_source_count_from_the_first_one(self, tmp_path: Path) -> None:
        of_modem()
        old = {"at": "2026-01-05T10:00:00Z", "octets": 9_000, "active": 86_400 * 30}
        new = {"at": "2026-01-05T10:15:00Z", "octets": 9_040, "active": 86_400 * 30 + 900}

        take(written(tmp_path, "a.xml", ipdr(old, new)), "cmts")

        assert octets() == {"2026-01-05": 40}

    def test_of_nobody_wait(self, tmp_path: Path) -> None:
        of_modem()
        one = {"at": "2026-01-05T10:00:00Z", "octets": 70, "active": 60}

        taken = take(written(tmp_path, "a.xml", ipdr(one, {**one, "mac": "00-1a-2b-00-00-02"})), "cmts")

        assert taken == TakenIn(stored=1, repeated=0, aside=1)

    def test_are_read_from_a_table_too(self, tmp_path: Path) -> None:
        a_line("00-1a-2b-00-00-01", "K-1")
        a_source("csv", "ipdr-csv", by="line")
        text = (
            "CMTSHostName,CMmacAddress,serviceIdentifier,serviceDirection,IPDRcreationTime,serviceOctetsPassed,"
            "serviceTimeActive\n"
        )
        rows = "c,00-1a-2b-00-00-01,7,1,2026-01-05T10:00:00Z,10,60\nc,00-1a-2b-00-00-01,7,2,2026-01-05T10:00:00Z,3,60\n"

        take(written(tmp_path, "a.csv", text + rows), "csv")

        assert octets() == {"2026-01-05": 13}

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            (ipdr(READINGS[0])[:-20], "is no XML that may be read"),
            (ipdr(READINGS[0], count=2), "says it has 2 records, and has 1"),
            ("<html/>", "the document is html, not IPDRDoc"),
            ("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><IPDRDoc>&e;</IPDRDoc>", "no XML that may be read"),
            (ipdr({**READINGS[0], "octets": -1}), "ServiceOctetsPassed: must not be negative"),
        ],
        ids=["cut off", "of fewer records", "of another kind", "with an entity", "backwards"],
    )  # fmt: skip
    def test_are_refused_from_a_document(self, tmp_path: Path, text: str, reason: str) -> None:
        of_modem()

        with pytest.raises(UsageFileRefused, match=reason):
            take(written(tmp_path, "a.xml", text), "cmts")

        assert UsageRecord.objects.count() == 0


class TestLayouts:
    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_are_maps(self, layout: str) -> None:
        assert parse_file_map(layout_map(layout)).records


class TestALargeFile:
    def test_is_read_in_memory_that_does_not_grow_with_it(self, tmp_path: Path) -> None:
        one = {"at": "2026-01-05T10:00:00Z", "octets": 70, "active": 60}
        large = written(tmp_path, "large.xml", ipdr(*[one] * 40_000))
        asterisks = written(tmp_path, "Master.csv", asterisk(*[{}] * 40_000))

        peaks = [_peak(large, "ipdr"), _peak(asterisks, "asterisk")]

        # The files have 20 and 9 MB.
        assert max(peaks) < 1_000_000


def _peak(file: Path, layout: str) -> int:
    shape: FileShape = parse_file_map(layout_map(layout)).shape
    tracemalloc.start()
    assert sum(1 for _row in read_rows(file, shape)) == 40_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
