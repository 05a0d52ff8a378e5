"""Signing devices out from afar."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction

from broadbill.identity.models import User
from broadbill.identity.operations.users import record


@transaction.atomic
def end_session(*, user: User, session_id: int, actor: str, now: datetime) -> bool:
    """Sign one of their devices out; False when it is none of theirs."""
    row = UserSession.objects.filter(user_id=user.pk, pk=session_id).first()
    if row is None:
        return False
    row.end()
    record(user, "user.session_ended", {"address": row.ip}, actor=actor, now=now)
    return True


@transaction.atomic
def end_other_sessions(*, user: User, current_key: str, actor: str, now: datetime) -> int:
    """Sign all their devices out but this one; return how many."""
    rows = list(UserSession.objects.filter(user_id=user.pk).exclude(session_key=current_key))
    for row in rows:
        row.end()
    if rows:
        record(user, "user.sessions_ended", {"count": str(len(rows))}, actor=actor, now=now)
    return len(rows)
