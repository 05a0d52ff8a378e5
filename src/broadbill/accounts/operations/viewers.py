"""Letting customers into the portal: an invitation by letter, and a new link when the password is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localtime

from broadbill.accounts.domain.errors import PortalInvitationRefused
from broadbill.accounts.models import Account, Viewer
from broadbill.accounts.operations.lock import lock_account
from broadbill.accounts.operations.viewer_letters import write_to_viewer
from broadbill.accounts.queries.find import account_numbered
from broadbill.identity.models import User
from broadbill.identity.operations.customers import customer_by_email, ensure_customer, password_key
from broadbill.kernel.operations.events import record_event

INVITATION = "portal_invitation"
NEW_PASSWORD = "portal_password"  # noqa: S105  # a kind of letter
PASSKEY = "portal_passkey"


@dataclass(frozen=True, slots=True)
class Invited:
    user_id: int
    email: str


@transaction.atomic
def let_in(
    *, number: str, email: str = "", with_children: bool | None = None, actor: str, now: datetime
) -> User:
    """Let a customer see the account in the portal, by the address of its bills unless another is given.

    `with_children` says whether the accounts under it are seen too; None leaves that as it was.
    Raises: AccountUnknown, EmailIsInvalid, UserExistsAlready, PortalInvitationRefused.
    """
    account = lock_account(account_numbered(number).id)
    return _let_in(account, email, with_children, actor, now)


def _let_in(account: Account, email: str, with_children: bool | None, actor: str, now: datetime) -> User:
    address = email.strip() or account.profile.email
    if not address:
        raise PortalInvitationRefused(
            account=account.number, reason="no e-mail address is known: name one with --email"
        )
    user = ensure_customer(email=address, full_name=account.name, actor=actor, now=now)
    viewer, is_new = Viewer.objects.get_or_create(user=user, account=account, defaults={"added_at": now})
    changes = with_children is not None and with_children != viewer.sees_children
    if changes:
        viewer.sees_children = bool(with_children)
        viewer.save(update_fields=["sees_children"])
    if is_new or changes:
        record_event(
            actor=actor,
            verb="account.viewer_added" if is_new else "account.viewer_changed",
            object_type="account",
            object_id=account.id,
            account_id=account.id,
            occurred_at=now,
            data={"email": user.email, "sees_children": viewer.sees_children},
        )
    return user


def invite(
    *,
    number: str,
    email: str = "",
    with_children: bool | None = None,
    site: str,
    actor: str,
    now: datetime,
) -> Invited:
    """As `invite_account`, by the account's number. Raises: AccountUnknown too."""
    return invite_account(
        account_id=account_numbered(number).id, email=email, with_children=with_children, site=site, actor=actor,
        now=now,
    )  # fmt: skip


@transaction.atomic
def invite_account(
    *,
    account_id: int,
    email: str = "",
    with_children: bool | None = None,
    site: str,
    actor: str,
    now: datetime,
) -> Invited:
    """Let a customer in and send them a letter with the link by which they choose a password.

    `site` is the address under which customers reach Broadbill, without a slash at its end.
    Raises: EmailIsInvalid, UserExistsAlready, PortalInvitationRefused.
    """
    account = lock_account(account_id)
    if not site:
        raise PortalInvitationRefused(
            account=account.number, reason="nobody knows its public address: set BROADBILL_PUBLIC_URL"
        )
    user = _let_in(account, email, with_children, actor, now)
    _send(INVITATION, user, account, site, now)
    return Invited(user.pk, user.email)


@transaction.atomic
def mail_new_link(*, email: str, site: str, now: datetime) -> None:
    """Send a customer a link by which they choose a new password; to anybody else, nothing."""
    user = customer_by_email(email)
    if user is None:
        return
    seen = _first_seen_by(user)
    if seen is not None:
        _send(NEW_PASSWORD, user, seen.account, site, now)


def write_of_passkey(*, user: User, verb: str, now: datetime) -> None:
    """Tell a customer that a passkey of theirs was added or removed, so that they notice who was not them."""
    if not user.is_customer:
        return
    seen = _first_seen_by(user)
    if seen is not None:
        at = localtime(now).strftime("%Y-%m-%d %H:%M %Z")
        facts = {"is_added": verb == "user.second_factor_added", "at": at}
        write_to_viewer(kind=PASSKEY, user=user, account=seen.account, facts=facts, now=now)


def _first_seen_by(user: User) -> Viewer | None:
    return Viewer.objects.filter(user=user).select_related("account__profile").order_by("id").first()


def _send(kind: str, user: User, account: Account, site: str, now: datetime) -> None:
    link = site + reverse("portal:set_password", kwargs=password_key(user))
    write_to_viewer(kind=kind, user=user, account=account, facts={"link": link}, now=now)
