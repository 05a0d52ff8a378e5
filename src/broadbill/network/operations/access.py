"""Giving a subscription what it signs in with."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import AccessInvalid
from broadbill.network.domain.naming import WITH_PASSWORD, canonical_username
from broadbill.network.models import Access

# Without what is misread: 0 O 1 l I.
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
LONGEST_PASSWORD = 128


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAccess:
    """`username` is a MAC for `mac`, CIRCUIT-ID[|REMOTE-ID] for `circuit`. Without a password one is made."""

    account_id: int
    subscription_id: int
    kind: str
    username: str
    password: str = ""
    address: str = ""
    ipv6_prefix: str = ""


@dataclass(frozen=True, slots=True)
class GivenAccess:
    username: str
    password: str


@transaction.atomic
def give_access(*, access: NewAccess, now: datetime, actor: str) -> GivenAccess:
    """Let a subscription in under a name. Raises: AccessInvalid, AccountUnknown."""
    username = canonical_username(access.kind, access.username)
    password = _password(username, access)
    address = _address(username, access.address)
    lock_account(access.account_id)
    if Access.objects.filter(username=username).exists():
        raise AccessInvalid(username=username, reason="somebody has it already; see: broadbill access show")
    if address and Access.objects.filter(address=address).exists():
        raise AccessInvalid(username=username, reason=f"{address} is another one's address")
    row = Access.objects.create(
        subscription_id=access.subscription_id,
        kind=access.kind,
        username=username,
        password=password,
        address=address or None,
        ipv6_prefix=_prefix(username, access.ipv6_prefix),
        recorded_at=now,
    )
    record_event(
        actor=actor,
        verb="access.given",
        object_type="access",
        object_id=row.id,
        occurred_at=now,
        account_id=access.account_id,
        data={"username": username, "kind": access.kind, "address": address,
              "subscription": access.subscription_id},
    )  # fmt: skip
    return GivenAccess(username, password)


def _password(username: str, access: NewAccess) -> str:
    if access.kind not in WITH_PASSWORD:
        if access.password:
            raise AccessInvalid(username=username, reason=f"a {access.kind} has no password")
        return ""
    password = access.password or "".join(secrets.choice(LETTERS) for _ in range(12))
    if len(password) > LONGEST_PASSWORD or not password.isprintable():
        raise AccessInvalid(
            username=username, reason=f"its password must be at most {LONGEST_PASSWORD} printable characters"
        )
    return password


def _address(username: str, text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text)) if text else ""
    except ValueError as error:
        raise AccessInvalid(username=username, reason=f"{text!r} is no IPv4 address") from error


def _prefix(username: str, text: str) -> str:
    try:
        return str(ipaddress.IPv6Network(text)) if text else ""
    except ValueError as error:
        raise AccessInvalid(username=username, reason=f"{text!r} is no IPv6 prefix") from error
