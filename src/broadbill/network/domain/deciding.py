"""What an access server must be told of a session, once what was agreed has changed."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class Action(StrEnum):
    """RFC 5176: a CoA-Request changes a session, a Disconnect-Request ends it."""

    CHANGE = "change"
    DISCONNECT = "disconnect"


# After so many orders without an answer a person is asked: 22 minutes after the first.
WAITS_SECONDS = (10, 30, 60, 120, 300, 300, 500)
# A sign-in that was answered just before the change is reported a moment after it.
SECOND_LOOK_SECONDS = 60


def action_for(*, wanted: str, wanted_pool: str, told: str | None, told_pool: str | None) -> Action | None:
    """What to do with a session that was told a profile (None: unknown) and should have another (empty: none).

    An address is given when a session begins: where the pool is another, it must begin anew.
    """
    if not wanted:
        return Action.DISCONNECT
    if told == wanted:
        return None
    if told_pool is not None and told_pool != wanted_pool:
        return Action.DISCONNECT
    return Action.CHANGE


def wait_after(tries: int) -> timedelta | None:
    """How long to wait after so many orders without an answer; None when it is a person's turn."""
    return timedelta(seconds=WAITS_SECONDS[tries - 1]) if tries <= len(WAITS_SECONDS) else None
