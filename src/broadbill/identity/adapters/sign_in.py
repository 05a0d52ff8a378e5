"""What django-allauth asks about signing in."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from broadbill.identity.adapters.tries import may_try_again_at


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Nobody signs themselves up: owners add their staff."""

    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _l("Too many failed attempts. Wait five minutes and try again."),
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Says until when nobody may try. Raises: ValidationError."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as refusal:
            key = self._get_login_attempts_cache_key(request, **credentials)
            until = may_try_again_at(request, key=key)
            if until is None:
                raise
            clock = time_format(localtime(until), "H:i")
            words = _("Too many failed attempts. Try again at %(time)s.") % {"time": clock}
            raise ValidationError(words, code=refusal.code) from refusal

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Whether it is their password: allauth's way looks for an address among rows that nobody has here."""
        return bool(user.check_password(password))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Customers confirm on a page of theirs, by the password; who never chose one has nothing to confirm with."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if getattr(user, "is_customer", False):
            methods = [{**method, "url": str(resolve_url("portal:confirm"))} for method in methods]
        return methods

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
