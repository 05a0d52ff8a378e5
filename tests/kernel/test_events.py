"""The event spine refuses to forget."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from broadbill.kernel.models import Event
from broadbill.kernel.operations import NewEvent, record_event, record_events

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def an_event(**changes: object) -> int:
    words = {"actor": "user:1", "verb": "invoice.issued", "object_type": "invoice", "object_id": "INV-1"}
    return record_event(**words | {"occurred_at": NOW, "account_id": 7, "data": {"total": 1000}} | changes)


class TestRecordEvent:
    def test_keeps_every_word(self) -> None:
        event = Event.objects.get(id=an_event())

        assert (event.actor, event.verb, event.object_type, event.object_id) == (
            "user:1",
            "invoice.issued",
            "invoice",
            "INV-1",
        )
        assert (event.occurred_at, event.account_id, event.data) == (NOW, 7, {"total": 1000})

    def test_refuses_an_event_without_an_actor(self) -> None:
        with pytest.raises(DatabaseError, match="event_names_its_actor"):
            an_event(actor="")


class TestRecordEvents:
    def test_records_them_in_order(self) -> None:
        events = [
            NewEvent(actor="system:billing", verb="v", object_type="o", object_id=str(n), occurred_at=NOW)
            for n in range(2500)
        ]

        assert record_events(events) == 2500
        assert list(Event.objects.order_by("id").values_list("object_id", flat=True)) == [
            str(n) for n in range(2500)
        ]


class TestTheEventTable:
    @pytest.mark.parametrize(
        "statement",
        ["UPDATE event SET verb = 'nothing.happened'", "DELETE FROM event", "TRUNCATE event"],
    )
    def test_refuses_to_change(self, statement: str) -> None:
        an_event()

        with pytest.raises(DatabaseError, match="refused: events are a record"), transaction.atomic():
            connection.cursor().execute(statement)

        assert Event.objects.get().verb == "invoice.issued"

    @pytest.mark.parametrize("switch", ["SET pgtrigger.ignore = '{pgtrigger_append_only_12968}'"])
    def test_has_no_switch_that_a_session_could_turn(self, switch: str) -> None:
        an_event()
        connection.cursor().execute(switch)

        with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
            Event.objects.all().delete()

    @pytest.mark.django_db(transaction=True)
    def test_refuses_in_a_transaction_that_commits(self) -> None:
        an_event()

        with pytest.raises(DatabaseError, match="refused"):
            Event.objects.update(verb="nothing.happened")
