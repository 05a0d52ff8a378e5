"""The page for monitors."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from broadbill.config import health

pytestmark = pytest.mark.django_db


def hear_of_a_worker(seconds_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))",
            [seconds_ago],
        )


class TestHealth:
    def test_is_well_with_a_database_and_a_worker(self, client):
        hear_of_a_worker(seconds_ago=5)

        answer = client.get("/health")

        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ok",
            "version": "0.1.0",
            "database": "ok",
            "worker": "ok",
            "worker_heartbeat_seconds_ago": 5,
        }

    @pytest.mark.parametrize("seconds_ago", [None, 61])
    def test_fails_without_a_worker(self, client, seconds_ago):
        if seconds_ago is not None:
            hear_of_a_worker(seconds_ago)

        answer = client.get("/health")

        assert (answer.status_code, answer.json()["worker"]) == (503, "silent")

    def test_fails_without_a_database_and_says_why(self, client, monkeypatch):
        def no_answer() -> int:
            raise DatabaseError("the connection is closed\nand more")

        monkeypatch.setattr(health, "seconds_since_heartbeat", no_answer)

        answer = client.get("/health")

        assert (answer.status_code, answer.json()["database"]) == (503, "the connection is closed")

    def test_is_never_kept_by_a_cache(self, client):
        assert client.get("/health")["Cache-Control"] == "no-store"
