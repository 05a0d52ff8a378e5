"""Routers without RADIUS: added once, changed by adding again under the same name; and the lines at them."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import datetime

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import AccessInvalid, AccessUnknown, RouterInvalid, RouterUnknown
from broadbill.network.models import Access, Router, RouterLine
from broadbill.network.operations.enforce import enforce_later

PORT, TLS_PORT = 8728, 8729


@transaction.atomic
def set_router(
    *,
    name: str,
    address: str,
    username: str,
    password: str,
    now: datetime,
    actor: str,
    port: int | None = None,
    is_tls: bool = True,
    certificate: str = "",
) -> int:
    """Add a MikroTik router, or change the one of that name; its id.

    `certificate` is PEM: its own, or of whoever signed it. Raises: RouterInvalid.
    """
    at = _address(name, address)
    _check_certificate(name, certificate, is_tls=is_tls)
    if not username or not username.isprintable() or not password.isprintable():
        raise RouterInvalid(name=name, reason="its user and password must be printable")
    terms = {
        "address": at,
        "port": port or (TLS_PORT if is_tls else PORT),
        "is_tls": is_tls,
        "certificate": certificate,
        "username": username,
        "password": password,
    }
    row, added = Router.objects.update_or_create(
        name=name, defaults=terms, create_defaults={**terms, "recorded_at": now}
    )
    record_event(
        actor=actor,
        verb="router.added" if added else "router.changed",
        object_type="router",
        object_id=row.id,
        occurred_at=now,
        data={"name": name, "address": at, "port": row.port, "tls": is_tls},
    )
    return row.id


@transaction.atomic
def let_in_at(*, access: str, router: str, now: datetime, actor: str) -> None:
    """Have a router let an access in, by what its subscription says. Written within a minute, retried, on the account.

    Raises: AccessUnknown, RouterUnknown; AccessInvalid for one that a router could not tell.
    """
    row = Access.objects.select_related("subscription").filter(username=access).first()
    if row is None:
        raise AccessUnknown(username=access)
    at = Router.objects.filter(name=router).first()
    if at is None:
        raise RouterUnknown(name=router)
    if row.kind == Access.Kind.HOTSPOT:
        raise AccessInvalid(username=access, reason="a hotspot signs in by RADIUS")
    lock_account(row.subscription.account_id)
    if RouterLine.objects.filter(access=row).exclude(router=at).exists():
        raise AccessInvalid(username=access, reason="it is at another router")
    RouterLine.objects.get_or_create(access=row, defaults={"router": at, "recorded_at": now})
    record_event(
        actor=actor,
        verb="access.at_router",
        object_type="access",
        object_id=row.id,
        occurred_at=now,
        account_id=row.subscription.account_id,
        data={"username": access, "router": router},
    )
    enforce_later(subscription_ids=[row.subscription_id], cause=f"it is let in at {router}", now=now)


def _address(name: str, text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError as error:
        raise RouterInvalid(name=name, reason=f"{text!r} is no IP address") from error


def _check_certificate(name: str, certificate: str, *, is_tls: bool) -> None:
    if not certificate:
        return
    if not is_tls:
        raise RouterInvalid(name=name, reason="a certificate is for TLS")
    try:
        ssl.create_default_context(cadata=certificate)
    except ssl.SSLError as error:
        raise RouterInvalid(name=name, reason="its certificate is not PEM") from error
