"""On which devices somebody is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from broadbill.identity.domain.devices import device_words


@dataclass(frozen=True, slots=True)
class SignedInSession:
    """`device` is empty where the browser does not say what it is."""

    id: int
    device: str
    address: str
    signed_in_at: datetime
    is_current: bool


def sessions_of(user_id: int, *, current_key: str | None) -> tuple[SignedInSession, ...]:
    """Those that still open pages, this one first, then the latest. Two queries."""
    rows = list(UserSession.objects.filter(user_id=user_id).order_by("-created_at"))
    alive = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    found = [
        SignedInSession(
            row.pk, device_words(row.user_agent), row.ip, row.created_at, row.session_key == current_key
        )
        for row in rows
        if row.session_key in alive
    ]
    return tuple(sorted(found, key=lambda one: not one.is_current))
