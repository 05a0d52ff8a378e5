"""Letters to the staff about their sign-ins: the invitation, and word of a changed second factor."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localtime

from broadbill.accounts.queries.provider import current_provider
from broadbill.identity.models import User
from broadbill.identity.operations.customers import password_key
from broadbill.identity.operations.users import invite_user, locked_member, record
from broadbill.messaging.operations.enqueue import enqueue
from broadbill.messaging.operations.write import write

INVITATION: Final = "staff_invitation"
SECOND_FACTOR: Final = "second_factor"
CHANGES: Final = {
    "user.second_factor_added": "A code or a passkey was added to your sign-in.",
    "user.second_factor_removed": "A code or a passkey was removed from your sign-in.",
    "user.recovery_codes_renewed": "New recovery codes were made; those of before are worthless.",
    "user.second_factor_reset": "All codes and passkeys of your sign-in were removed for you.",
}


@transaction.atomic
def invite_member(
    *, email: str, roles: Collection[str], full_name: str, site: str, actor: str, now: datetime
) -> User:
    """Add somebody of the staff and mail them the link by which they choose a password.

    `site` is the address under which the office is reached, without a slash at its end.
    Raises: EmailIsInvalid, UserExistsAlready, RoleIsMissing, RoleIsUnknown.
    """
    user = invite_user(email=email, roles=roles, full_name=full_name, actor=actor, now=now)
    _send_link(user, site, now)
    return user


@transaction.atomic
def mail_password_link(*, email: str, site: str, actor: str, now: datetime) -> User:
    """Mail somebody of the staff another link; the password they have stays until they use it.

    Raises: UserIsUnknown.
    """
    user = locked_member(email)
    _send_link(user, site, now)
    record(user, "user.password_link_sent", {}, actor=actor, now=now)
    return user


def write_of_second_factor(*, user: User, verb: str, now: datetime) -> None:
    """Tell somebody of the staff that a second factor of theirs was changed, so that they notice who was not them."""
    if user.is_customer:
        return
    at = localtime(now).strftime("%Y-%m-%d %H:%M %Z")
    _write(SECOND_FACTOR, user, {"words": CHANGES[verb], "at": at, "email": user.email}, now)


def _send_link(user: User, site: str, now: datetime) -> None:
    link = site + reverse("console:choose_password", kwargs=password_key(user))
    _write(INVITATION, user, {"link": link}, now)


def _write(kind: str, user: User, facts: Mapping[str, object], now: datetime) -> None:
    provider = current_provider()
    known = {"name": str(user), "seller": provider.name, "contact": provider.phone or provider.email}
    written = write(kind=kind, language="en", facts={**known, **facts})
    draft = written.to(user.email, object_type="user", object_id=f"{user.pk}/{now.isoformat()}")
    enqueue(draft=draft, now=now)
