"""What django-allauth asks about second factors."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.utils.translation import gettext as _

from broadbill.identity.models import SECOND_FACTORS, User


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Secrets lie encrypted in the database: a copy of it signs nobody in without the home's secret key."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Never for customers: their passkeys are one more way in, so that a lost phone locks nobody out."""
        return not getattr(user, "is_customer", False) and bool(super().is_mfa_enabled(user, types))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of somebody whose role needs one."""
        person = User.objects.with_roles().get(pk=authenticator.user_id)
        others = Authenticator.objects.filter(user_id=person.pk, type__in=SECOND_FACTORS).exclude(
            pk=authenticator.pk
        )
        return others.exists() or not any(role.needs_second_factor for role in person.roles)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002  # allauth's
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}

    def build_totp_svg(self, url: str) -> str:  # noqa: ARG002  # allauth's signature
        """Pages draw the code themselves."""
        return ""

    def send_notification_mail(self, *_args: Any, **_more: Any) -> None:
        """Our own letter is written by who follows the news."""


@cache
def _cipher() -> Fernet:
    """The key is made from the home's secret, for this alone."""
    digest = hashlib.sha256(f"second factors {settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
