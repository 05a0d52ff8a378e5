"""Seals prove that the events are the ones that were recorded."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection, transaction

from broadbill.kernel.models import Event, EventSeal
from broadbill.kernel.operations import NewEvent, record_events
from broadbill.kernel.operations.seals import seal_events
from broadbill.kernel.queries.seals import verify_events

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def record(count: int, verb: str = "invoice.issued") -> None:
    record_events(
        NewEvent(actor="system:billing", verb=verb, object_type="invoice", object_id=str(n), occurred_at=NOW)
        for n in range(count)
    )


def as_superuser(superuser: psycopg.Connection, statement: str) -> None:
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(statement.encode())


class TestSealEvents:
    def test_closes_what_has_settled_once(self):
        record(3)

        assert seal_events(now=NOW) == 3
        assert seal_events(now=NOW) == 0
        assert list(EventSeal.objects.values_list("event_count", flat=True)) == [3]

    def test_chains_each_seal_to_the_one_before(self):
        record(2)
        seal_events(now=NOW)
        record(1)
        seal_events(now=NOW)

        first, second = EventSeal.objects.order_by("id")

        assert bytes(first.previous_hash) == bytes(32)
        assert bytes(second.previous_hash) == bytes(first.hash)

    def test_writes_no_seal_over_nothing(self):
        assert seal_events(now=NOW) == 0
        assert not EventSeal.objects.exists()

    def test_leaves_events_that_began_before_one_under_way(self):
        parameters = connection.get_connection_params()
        with psycopg.connect(
            host=parameters["host"],
            user=parameters["user"],
            dbname=parameters["dbname"],
            port=parameters["port"],
        ) as other:
            insert = "INSERT INTO event (actor, verb, object_type, object_id) VALUES ('a', 'v', 'o', '1')"
            other.execute(insert)
            record(1)

            assert seal_events(now=NOW) == 0
            other.commit()

        assert seal_events(now=NOW) == 2
        assert list(verify_events()) == []

    def test_does_nothing_while_another_sealer_is_at_work(self, superuser):
        record(1)
        with superuser.transaction():
            from broadbill.kernel.locks import lock_number

            superuser.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number("kernel.seal_events")])

            assert seal_events(now=NOW) == 0

        assert seal_events(now=NOW) == 1


class TestVerifyEvents:
    @pytest.fixture(autouse=True)
    def _three_seals(self):
        for count in (2, 3, 1):
            record(count)
            seal_events(now=NOW)

    def reasons(self) -> list[tuple[int, str]]:
        places = {f"seal {seal.id}": place for place, seal in enumerate(EventSeal.objects.order_by("id"), 1)}
        return [(places[deviation.subject], deviation.finding.split(":")[0]) for deviation in verify_events()]

    def test_finds_nothing_where_nothing_was_done(self):
        assert self.reasons() == []

    def test_does_not_mind_events_that_wait_for_their_seal(self):
        record(5)

        assert self.reasons() == []

    @pytest.mark.parametrize(
        "column",
        [
            "actor = 'x'",
            "data = '{\"a\": 1}'",
            "account_id = 9",
            "occurred_at = occurred_at + interval '1 us'",
        ],
    )
    def test_finds_an_altered_event(self, superuser, column):
        third = Event.objects.order_by("id")[2]
        as_superuser(superuser, f"UPDATE event SET {column} WHERE id = {third.id}")

        assert self.reasons() == [(2, "does not fit its events")]

    def test_finds_a_removed_event(self, superuser):
        as_superuser(superuser, "DELETE FROM event WHERE id = (SELECT min(id) FROM event)")

        assert self.reasons() == [(1, "was put on 2 events, of which 1 are there now")]

    @pytest.mark.parametrize("event_id", [-1, 10**15])
    def test_finds_an_event_slipped_in_later(self, superuser, event_id):
        as_superuser(
            superuser,
            "INSERT INTO event (actor, verb, object_type, object_id, transaction_id, id)"
            f" SELECT 'x', 'v', 'o', '1', transaction_id, {event_id} FROM event ORDER BY id LIMIT 1",
        )

        assert self.reasons() == [(1, "was put on 2 events, of which 3 are there now")]

    def test_finds_a_removed_seal(self, superuser):
        as_superuser(superuser, "DELETE FROM event_seal WHERE event_count = 3")

        assert [reason for _, reason in self.reasons()] == [
            "does not follow the seal before it",
            "leaves out transactions after the seal before it",
        ]

    def test_finds_a_seal_made_to_fit(self, superuser):
        third = Event.objects.order_by("id")[2]
        as_superuser(superuser, f"UPDATE event SET actor = 'x' WHERE id = {third.id}")
        as_superuser(superuser, "UPDATE event_seal SET hash = sha256('x') WHERE event_count = 3")

        assert [reason for _, reason in self.reasons()] == [
            "does not fit its events",
            "does not follow the seal before it",
        ]


class TestADatabaseMovedToAnotherServer:
    """Its transactions are numbered anew, here from below the sealed ones."""

    def test_begins_a_new_era_and_still_verifies(self, superuser):
        record(2)
        seal_events(now=NOW)
        record(1, verb="straggler")
        far = 10**12
        as_superuser(superuser, f"UPDATE event SET transaction_id = transaction_id + {far}")
        as_superuser(superuser, "TRUNCATE event_seal")
        self._seal_as_the_old_server(far)
        assert list(verify_events()) == []

        record(4)
        assert seal_events(now=NOW) == 5
        record(6)
        assert seal_events(now=NOW) == 6
        record(1)
        assert seal_events(now=NOW) == 1

        assert list(EventSeal.objects.order_by("id").values_list("era", "event_count")) == [
            (1, 2),
            (1, 5),
            (2, 6),
            (2, 1),
        ]
        assert list(verify_events()) == []

    def _seal_as_the_old_server(self, far: int) -> None:
        from broadbill.kernel.operations import seals

        straggler = Event.objects.get(verb="straggler")
        with transaction.atomic():
            seals._seal_transactions(None, era=1, starts=0, ends=straggler.transaction_id, now=NOW)
