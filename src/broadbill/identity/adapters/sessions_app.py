"""allauth's list of sessions, with fewer questions: its own handler of a sign-in loads every session that there is."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.usersessions.apps import UserSessionsConfig


class SignedInSessions(UserSessionsConfig):  # type: ignore[misc]  # allauth ships no types
    """In place of `allauth.usersessions` in INSTALLED_APPS, whose tables it has."""

    def ready(self) -> None:
        user_logged_in.connect(_keep, dispatch_uid="identity.sessions")


def _keep(*, request: Any, **_more: Any) -> None:
    from broadbill.identity.adapters.sessions import note_session

    note_session(request)
