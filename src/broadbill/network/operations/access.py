"""Giving a subscription what it signs in with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import AccessInvalid, AccessUnknown
from broadbill.network.domain.naming import WITH_PASSWORD, canonical_username
from broadbill.network.models import Access, Pool, RouterLine
from broadbill.network.operations.addresses import assign_address
from broadbill.network.operations.enforce import enforce_later

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
    """Let a subscription in under a name. Raises: AccessInvalid, AccountUnknown, AddressInvalid, AddressTaken."""
    username = canonical_username(access.kind, access.username)
    password = _password(username, access.kind, access.password)
    lock_account(access.account_id)
    if Access.objects.filter(username=username).exists():
        raise AccessInvalid(username=username, reason="somebody has it already; see: broadbill access show")
    row = Access.objects.create(
        subscription_id=access.subscription_id,
        kind=access.kind,
        username=username,
        password=password,
        recorded_at=now,
    )
    record_event(
        actor=actor,
        verb="access.given",
        object_type="access",
        object_id=row.id,
        occurred_at=now,
        account_id=access.account_id,
        data={"username": username, "kind": access.kind, "address": access.address,
              "subscription": access.subscription_id},
    )  # fmt: skip
    for kind, told in ((Pool.Kind.IPV4, access.address), (Pool.Kind.DELEGATED_PREFIX, access.ipv6_prefix)):
        if told:
            assign_address(username=username, kind=kind, address=told, starts_at=now, now=now, actor=actor)
    return GivenAccess(username, password)


@transaction.atomic
def change_password(
    *, account_id: int, username: str, now: datetime, actor: str, password: str = ""
) -> GivenAccess:
    """Another password, from the next sign-in on; a new one is made where none is told.

    Raises: AccessInvalid, AccessUnknown for a name that this account does not have, AccountUnknown.
    """
    lock_account(account_id)
    row = Access.objects.filter(username=username, subscription__account_id=account_id).first()
    if row is None:
        raise AccessUnknown(username=username)
    if row.kind not in WITH_PASSWORD:
        raise AccessInvalid(username=username, reason=f"a {row.kind} has no password")
    row.password = _password(username, row.kind, password)
    row.save(update_fields=["password"])
    record_event(
        actor=actor,
        verb="access.password_changed",
        object_type="access",
        object_id=row.id,
        occurred_at=now,
        account_id=account_id,
        data={"username": username},
    )
    if RouterLine.objects.filter(access=row).exists():
        enforce_later(subscription_ids=[row.subscription_id], cause="its password was changed", now=now)
    return GivenAccess(username, row.password)


def _password(username: str, kind: str, told: str) -> str:
    if kind not in WITH_PASSWORD:
        if told:
            raise AccessInvalid(username=username, reason=f"a {kind} has no password")
        return ""
    password = told or "".join(secrets.choice(LETTERS) for _ in range(12))
    if len(password) > LONGEST_PASSWORD or not password.isprintable():
        raise AccessInvalid(
            username=username, reason=f"its password must be at most {LONGEST_PASSWORD} printable characters"
        )
    return password
