"""Which bills of a draft a person looks at before they are posted, and why."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a would-be bill is an exception, the gravest first."""

    FAILED = "failed"
    HELD = "held"
    NEGATIVE = "negative"
    ZERO = "zero"
    ABOVE = "above"
    MORE = "more"
    LESS = "less"
    FIRST = "first"


# More than twice the last bill, or less than half of it: what a clerk would telephone about.
FACTOR = 2


def reasons(*, total: int, before: int | None, above: int | None) -> tuple[Reason, ...]:
    """Why a bill of `total` is looked at, after one of `before` (None: there was none). Minor units, tax included."""
    found = []
    if total < 0:
        found.append(Reason.NEGATIVE)
    if total == 0:
        found.append(Reason.ZERO)
    if above is not None and total > above:
        found.append(Reason.ABOVE)
    if before is None:
        found.append(Reason.FIRST)
    elif total > FACTOR * before and before > 0:
        found.append(Reason.MORE)
    elif 0 < FACTOR * total < before:
        found.append(Reason.LESS)
    return tuple(found)
