"""Many requests at a steady pace whatever the answers take, as people make them, who do not wait for each other."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

SENDERS = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page, called by `name` in what is printed, as one who is signed in asks for it."""

    name: str
    path: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Answered:
    """How long a kind of page took, in milliseconds from when it was due to be asked for; its bytes, compressed."""

    name: str
    requests: int
    median: float
    p95: float
    slowest: float
    bytes: int


def send(port: int, wanted: Sequence[Wanted], *, per_second: float) -> list[Answered]:
    """Ask for all, one every 1/per_second; waiting for a free sender counts as waiting for the page."""
    connections = threading.local()
    took: dict[str, list[float]] = defaultdict(list)
    sizes: dict[str, int] = {}

    def ask(page: Wanted, due: float) -> None:
        time.sleep(max(0.0, due - time.monotonic()))
        if not hasattr(connections, "one"):
            connections.one = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connections.one.request(
            "GET", page.path, headers={"Host": "localhost", "Cookie": page.cookie, "Accept-Encoding": "gzip"}
        )
        answer = connections.one.getresponse()
        body = answer.read()
        took[page.name].append((time.monotonic() - due) * 1000)
        assert answer.status == 200, f"{page.path} answered {answer.status}"
        sizes[page.name] = len(body)

    begins = time.monotonic() + 0.1
    with ThreadPoolExecutor(SENDERS) as senders:
        asked = [senders.submit(ask, page, begins + place / per_second) for place, page in enumerate(wanted)]
    for one in asked:
        one.result()
    return [
        Answered(name, len(all_), statistics.median(all_), _p95(all_), max(all_), sizes[name])
        for name, all_ in took.items()
    ]


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
