"""Partitions are there before they are needed, and go when what is in them is no longer kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from broadbill.network.models import Packet
from broadbill.network.operations.upkeep import keep_partitions
from tests.network.octets import Report, keep

pytestmark = pytest.mark.django_db


def partition_of_the_packet() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM network_packet")
        return cursor.fetchone()[0]


def test_partitions_are_made_for_this_month_and_three_more_once() -> None:
    made = keep_partitions(today=date(2026, 11, 25)).made

    assert [name for name in made if name.startswith("network_packet")] == [
        "network_packet_2026_11", "network_packet_2026_12", "network_packet_2027_01", "network_packet_2027_02"
    ]  # fmt: skip
    assert keep_partitions(today=date(2026, 11, 25)).made == ()


def test_what_came_while_there_was_no_partition_moves_into_it() -> None:
    keep("s", "amina@isp", [Report(datetime(2026, 11, 25, tzinfo=UTC), 0, 5, 7)])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE network_packet SET received_at = '2026-11-25'")
    assert partition_of_the_packet() == "network_packet_default"

    keep_partitions(today=date(2026, 11, 25))

    assert partition_of_the_packet() == "network_packet_2026_11"
    assert Packet.objects.get().output_octets == 7


def test_partitions_older_than_thirteen_months_are_dropped() -> None:
    keep_partitions(today=date(2025, 9, 1))

    dropped = keep_partitions(today=date(2026, 11, 25)).dropped

    # 13 months before November are kept: from October 2025 on.
    assert dropped[:2] == ("network_packet_2025_09", "radpostauth_2025_09")
    # And three of what devices carried, of which September to December were made.
    assert dropped[2:] == tuple(
        f"{table}_2025_{month:02}"
        for table in ("network_interfacerate", "network_probeslot")
        for month in range(9, 13)
    )
