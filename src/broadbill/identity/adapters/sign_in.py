"""What django-allauth asks about signing in."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Nobody signs themselves up: owners add their staff."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's signature
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Customers go to their own pages, wherever they signed in."""
        if request.user.is_authenticated and request.user.is_customer:
            return str(resolve_url("portal:home"))
        return str(resolve_url(settings.LOGIN_REDIRECT_URL))

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:  # noqa: ARG002  # the same
        """Somebody shut out gave the right password."""
        messages.error(request, _("This sign-in was switched off. Ask an owner to switch it on again."))
        return redirect("account_login")
