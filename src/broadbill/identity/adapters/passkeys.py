"""Keeping and forgetting a customer's passkeys: django-allauth's, without the recovery codes it makes with the first
one, since a customer's other ways in stay open."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.webauthn.internal.auth import WebAuthn, begin_registration
from django.db import transaction
from django.http import HttpRequest


def offer_passkey(request: HttpRequest) -> dict[str, Any]:
    """What the browser needs to make one that signs in by itself, and knows by thumb, face or PIN that it is they."""
    return {"creation_options": begin_registration(request.user, passwordless=True)}


@transaction.atomic
def keep_passkey(request: HttpRequest, *, name: str, credential: dict[str, Any]) -> None:
    """`credential` is the browser's answer, which the form has checked against what was offered."""
    kept = WebAuthn.add(request.user, name, credential).instance
    authenticator_added.send(sender=Authenticator, request=request, user=request.user, authenticator=kept)


@transaction.atomic
def forget_passkey(request: HttpRequest, passkey: Authenticator) -> None:
    delete_and_cleanup(request, passkey)
