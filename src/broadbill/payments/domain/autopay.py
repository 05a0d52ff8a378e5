"""When a debt that was declined is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta


def may_try(*, on: date, declined_on: Sequence[date], retry_days: Sequence[int]) -> bool:
    """Whether a debt may be charged on a day, after the declines there were.

    The first try is free. After that one try for each of `retry_days`, counted from the first decline: as many as have
    come by `on`, less those made. When they are used up nothing is tried; the customer is asked otherwise.
    """
    if not declined_on:
        return True
    first = min(declined_on)
    come = sum(first + timedelta(days=days) <= on for days in retry_days)
    return len(set(declined_on)) - 1 < come and on not in declined_on
