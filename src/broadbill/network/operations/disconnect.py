"""Ending one session because a person says so. Whoever may get in signs in anew."""

from __future__ import annotations

from datetime import datetime

from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import SessionNotEnded, SessionOver
from broadbill.network.operations.tell import end
from broadbill.network.queries.open_sessions import open_session


def disconnect(*, session_id: int, now: datetime, actor: str) -> str:
    """Have its access server end the session; return what came of it. The order goes out before it is recorded.

    Raises: SessionOver; SessionNotEnded when the server refuses or is silent, which is recorded too.
    """
    session = open_session(session_id)
    if session is None:
        raise SessionOver
    told = end(session, now)
    record_event(
        actor=actor,
        verb="session.disconnected" if told.is_settled else "session.not_disconnected",
        object_type="session",
        object_id=session_id,
        occurred_at=now,
        account_id=session.account_id,
        data={"outcome": told.words, "username": session.username},
    )
    if not told.is_settled:
        raise SessionNotEnded(reason=told.words)
    return told.words
