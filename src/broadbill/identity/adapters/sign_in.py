"""What django-allauth asks about signing in."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Nobody signs themselves up: owners add their staff."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
