"""Saving a card with a gateway, keeping what we know of it up to date, removing it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from broadbill.accounts.models import Account
from broadbill.accounts.operations.lock import lock_account, lock_accounts
from broadbill.kernel.operations.events import record_event
from broadbill.payments.adapters.gateways import gateway_in_use, gateway_named
from broadbill.payments.domain.card_errors import SavedMethodUnknown
from broadbill.payments.domain.gateway import MethodSeen, Outcome, SetupRequest, SetupSeen
from broadbill.payments.models import SavedMethod


def begin_saving(*, account_id: int, name: str, email: str, return_url: str) -> SetupSeen:
    """Begin to save a method: the customer goes to `next_url`, the gateway's own page, and comes back to `return_url`.

    Nothing is stored here before the gateway says that there is a method (`finish_saving`, `take_up_saved`).
    Raises: GatewayUnknown, GatewayRefused, OutcomeUnknown.
    """
    gateway = gateway_in_use()
    account = Account.objects.select_related("profile").get(pk=account_id)
    known = SavedMethod.objects.filter(account_id=account_id, gateway=gateway.name).order_by("-id").first()
    return gateway.begin_setup(
        SetupRequest(
            key=str(uuid.uuid4()),
            account=str(account_id),
            name=name,
            email=email,
            customer=known.customer if known else "",
            currency=account.profile.currency,
            return_url=return_url,
        )
    )


def finish_saving(
    *, account_id: int, reference: str, autopay: bool, now: datetime, actor: str, gateway: str = ""
) -> SavedMethod | None:
    """Keep the method that the customer saved at the gateway; None while they have not. Asked again, nothing changes.

    `gateway` is the one in use unless said.

    Raises: GatewayUnknown, GatewayRefused, OutcomeUnknown.
    """
    asked = gateway_named(gateway) if gateway else gateway_in_use()
    seen = asked.read_setup(reference)
    if seen.outcome is not Outcome.SUCCEEDED or seen.method is None:
        return None
    return _keep(account_id, asked.name, seen.method, autopay, now, actor)


def take_up_saved(*, gateway: str, reference: str, now: datetime) -> str:
    """Keep a method whose customer saved it and did not come back from the gateway's page.

    It pays by itself where nothing else does, as one whose customer came back. Returns what a person has to look at, or
    nothing. Raises: GatewayUnknown, GatewayRefused, OutcomeUnknown, AccountUnknown.
    """
    seen = gateway_named(gateway).read_setup(reference)
    if seen.outcome is not Outcome.SUCCEEDED or seen.method is None:
        return ""
    if not seen.account:
        return "a method was saved that was not asked for here"
    account_id = int(seen.account)
    pays = SavedMethod.objects.filter(account_id=account_id, autopay=True).exclude(state="removed").exists()
    _keep(account_id, gateway, seen.method, not pays, now, f"gateway:{gateway}")
    return ""


@transaction.atomic
def _keep(
    account_id: int, gateway: str, seen: MethodSeen, autopay: bool, now: datetime, actor: str
) -> SavedMethod:
    lock_accounts([account_id])
    if earlier := SavedMethod.objects.filter(gateway=gateway, reference=seen.reference).first():
        if earlier.account_id != account_id:
            raise SavedMethodUnknown(account=str(account_id), method=earlier.id)
        return earlier
    if autopay:
        SavedMethod.objects.filter(account_id=account_id, autopay=True).update(autopay=False)
    row = SavedMethod.objects.create(
        account_id=account_id,
        gateway=gateway,
        customer=seen.customer,
        reference=seen.reference,
        kind=seen.kind,
        brand=seen.brand,
        last_four=seen.last_four,
        expires_year=seen.expires_year,
        expires_month=seen.expires_month,
        autopay=autopay,
        saved_by=actor,
        saved_at=now,
    )
    _tell("method.saved", row, actor, now)
    return row


@transaction.atomic
def set_autopay(*, account_id: int, method_id: int | None, now: datetime, actor: str) -> None:
    """Charge this method for what falls due from now on; with None, none. Raises: SavedMethodUnknown."""
    account = lock_account(account_id)
    before = SavedMethod.objects.filter(account=account, autopay=True).first()
    if before is not None and before.id == method_id:
        return
    SavedMethod.objects.filter(account=account, autopay=True).update(autopay=False)
    if method_id is None:
        if before is not None:
            _tell("autopay.stopped", before, actor, now)
        return
    row = SavedMethod.objects.filter(pk=method_id, account=account, state=SavedMethod.State.ACTIVE).first()
    if row is None:
        raise SavedMethodUnknown(account=account.number, method=method_id)
    row.autopay = True
    row.save(update_fields=["autopay"])
    _tell("autopay.started", row, actor, now)


def remove_method(*, account_id: int, method_id: int, now: datetime, actor: str) -> None:
    """Never charge it again, and have the gateway forget it. Raises: SavedMethodUnknown, OutcomeUnknown."""
    with transaction.atomic():
        account = lock_account(account_id)
        row = SavedMethod.objects.filter(pk=method_id, account=account).exclude(state="removed").first()
        if row is None:
            raise SavedMethodUnknown(account=account.number, method=method_id)
        row.state, row.autopay = SavedMethod.State.REMOVED, False
        row.save(update_fields=["state", "autopay"])
        _tell("method.removed", row, actor, now)
    gateway_named(row.gateway).forget_method(row.reference)


@transaction.atomic
def refresh_method(*, gateway: str, reference: str, now: datetime) -> None:
    """Take over what the gateway now knows of a method: a renewed card keeps being charged, one it lost is not."""
    row = SavedMethod.objects.select_for_update().filter(gateway=gateway, reference=reference).first()
    if row is None or row.state == SavedMethod.State.REMOVED:
        return
    seen = gateway_named(gateway).read_method(reference)
    if seen is None:
        row.state = SavedMethod.State.FAILED
    else:
        row.state = SavedMethod.State.ACTIVE
        row.brand, row.last_four = seen.brand, seen.last_four
        row.expires_year, row.expires_month = seen.expires_year, seen.expires_month
    row.save()
    _tell("method.updated", row, f"gateway:{gateway}", now)


def _tell(verb: str, row: SavedMethod, actor: str, now: datetime) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="saved_method",
        object_id=row.id,
        occurred_at=now,
        account_id=row.account_id,
        data={"brand": row.brand, "last_four": row.last_four},
    )
