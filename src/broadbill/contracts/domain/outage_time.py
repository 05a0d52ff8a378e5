"""The time of an outage that has not been counted yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

Span = tuple[datetime, datetime]


def uncounted(span: Span, counted: Iterable[Span]) -> list[Span]:
    """What is left of a half-open span without those that were counted, in order."""
    starts, ends = span
    left = []
    for other_starts, other_ends in sorted(counted):
        if other_ends <= starts:
            continue
        if other_starts >= ends:
            break
        if other_starts > starts:
            left.append((starts, other_starts))
        starts = other_ends
        if starts >= ends:
            return left
    left.append((starts, ends))
    return left


def minutes_of(spans: Iterable[Span]) -> int:
    """Whole minutes, begun ones left out."""
    return sum(int((ends - starts).total_seconds()) for starts, ends in spans) // 60
