"""A file brought to a page: what it holds and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What the rows of a file are."""

    CUSTOMERS = "customers"
    USAGE = "usage"


class State(StrEnum):
    """Nothing of a file is in the books before it is `imported`."""

    CHECKING = "checking"
    REFUSED = "refused"
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"
    FAILED = "failed"
    DISCARDED = "discarded"


# What may come next, when a person decides it.
DECIDED: Mapping[State, frozenset[State]] = {
    State.CHECKING: frozenset({State.CHECKED, State.REFUSED, State.FAILED}),
    State.IMPORTING: frozenset({State.CHECKED}),
    State.DISCARDED: frozenset({State.CHECKED, State.REFUSED, State.FAILED}),
}
AT_WORK = frozenset({State.CHECKING, State.IMPORTING})
ENDED = frozenset({State.IMPORTED, State.DISCARDED})
# Files that nobody decides about hold customers' names: they are thrown away.
DAYS_KEPT = 30
OCTETS_AT_MOST = 200 * 1024 * 1024
