"""Keeping where somebody signed in, for the list of their devices."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest


def note_session(request: HttpRequest) -> None:
    """The session of the request, whose key may be new; those of the same person that are over are forgotten."""
    UserSession.objects.create_from_request(request)
    alive = Session.objects.values("session_key")
    UserSession.objects.filter(user_id=request.user.pk).exclude(session_key__in=alive).delete()
