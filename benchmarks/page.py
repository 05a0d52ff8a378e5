"""The account page: its queries and its time, as a signed-in clerk opens it."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from broadbill.identity.domain.permissions import Role
from broadbill.identity.operations.users import add_user
from broadbill.kernel.home import current_home
from broadbill.kernel.static_files import collect_if_changed

OPENINGS = 30
WARM_UP = 3


def measure(accounts: int) -> dict[str, Any]:
    """The same number of queries for every customer, and the median of the time over several customers."""
    collect_if_changed(current_home())
    user = add_user(
        email="clerk@example.com", roles=[Role.BILLING], password="a long and unusual sentence",  # noqa: S106
        actor="benchmark", now=datetime.now(UTC),
    )  # fmt: skip
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    queries, seconds = set(), []
    for number in range(1, OPENINGS + WARM_UP + 1):
        address = reverse("console:customer", args=[f"C{1 + number * 97 % accounts:07d}"])
        with CaptureQueriesContext(connection) as captured:
            began = time.monotonic()
            answer = client.get(address)
            took = time.monotonic() - began
        assert answer.status_code == 200, f"{address} answered {answer.status_code}"
        if number > WARM_UP:
            queries.add(len(captured))
            seconds.append(took)
    return {"queries": sorted(queries), "milliseconds": statistics.median(seconds) * 1000}
