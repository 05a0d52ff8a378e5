"""How a session finds its person."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from broadbill.identity.models import User


class OurBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """allauth's way to check a password. Whoever a session belongs to is read with their roles, in one query."""

    def get_user(self, user_id: int) -> User | None:
        """The session's person, unless they were shut out since."""
        return User.objects.with_roles().filter(pk=user_id, is_active=True).first()
