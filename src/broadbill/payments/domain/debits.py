"""The rules of collecting: when a mandate lapses, and whether what came back may be asked for again."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date

from broadbill.payments.domain.returns import returned_as
from broadbill.payments.domain.schemes import Scheme


def lapses_on(last_used_on: date, months: int) -> date:
    """The first day on which a mandate no longer holds."""
    month = last_used_on.month - 1 + months
    year, month = last_used_on.year + month // 12, month % 12 + 1
    return date(year, month, min(last_used_on.day, calendar.monthrange(year, month)[1]))


def may_ask_again(scheme: Scheme, returns: Sequence[str]) -> bool:
    """After a mandate's latest collections, newest first, as return codes ('' did not come back)."""
    if not returns or not returns[0]:
        return True
    in_a_row = next((count for count, code in enumerate(returns) if not code), len(returns))
    return returned_as(returns[0]).may_retry and in_a_row < scheme.most_tries
