"""Recording that a customer lets us collect, and the end of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from stdnum import bic as bics
from stdnum import iban as ibans

from broadbill.accounts.operations.lock import lock_account
from broadbill.kernel.operations.events import record_event
from broadbill.payments.domain.debits import MandateRefused, MandateUnknown
from broadbill.payments.models import Mandate

# SEPA's mandate references: EPC130-08, attribute AT-01.
REFERENCE = re.compile(r"[A-Za-z0-9/\-?:().,'+]{1,35}")


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMandate:
    account_id: int
    reference: str
    signed_on: date
    iban: str
    holder: str
    bic: str = ""
    instrument: str = Mandate.Instrument.CORE


@transaction.atomic
def sign_mandate(*, mandate: NewMandate, today: date, now: datetime, actor: str) -> Mandate:
    """Record a signed mandate; the one it follows is cancelled. Raises: MandateRefused, AccountUnknown."""
    _check(mandate, today)
    lock_account(mandate.account_id)
    if Mandate.objects.filter(reference=mandate.reference).exists():
        raise MandateRefused(reason=f"there is a mandate {mandate.reference} already")
    for earlier in Mandate.objects.filter(account=mandate.account_id, cancelled_at=None):
        end_mandate(earlier, because=f"followed by {mandate.reference}", now=now, actor=actor)
    row = Mandate.objects.create(
        account_id=mandate.account_id,
        reference=mandate.reference,
        instrument=mandate.instrument,
        signed_on=mandate.signed_on,
        iban=ibans.compact(mandate.iban),
        bic=mandate.bic,
        holder=mandate.holder.strip(),
        recorded_by=actor,
        recorded_at=now,
    )
    _tell("mandate.signed", row, now, actor, iban_ends=row.iban[-4:])
    return row


@transaction.atomic
def cancel_mandate(*, account_id: int, account: str, because: str, now: datetime, actor: str) -> Mandate:
    """End the account's mandate; nothing is collected by it from now on. Raises: MandateUnknown."""
    lock_account(account_id)
    row = Mandate.objects.filter(account=account_id, cancelled_at=None).first()
    if row is None:
        raise MandateUnknown(account=account)
    end_mandate(row, because=because, now=now, actor=actor)
    return row


def end_mandate(row: Mandate, *, because: str, now: datetime, actor: str) -> None:
    """The caller holds the account's lock."""
    row.cancelled_by, row.cancelled_at, row.cancelled_because = actor, now, because
    row.save(update_fields=["cancelled_by", "cancelled_at", "cancelled_because"])
    _tell("mandate.cancelled", row, now, actor, because=because)


def _check(mandate: NewMandate, today: date) -> None:
    if not REFERENCE.fullmatch(mandate.reference):
        raise MandateRefused(
            reason=f"{mandate.reference!r} is not 1 to 35 letters, digits or / - ? : ( ) . , ' +"
        )
    if not ibans.is_valid(mandate.iban):
        raise MandateRefused(reason="the IBAN's check digits do not fit")
    if mandate.bic and not bics.is_valid(mandate.bic):
        raise MandateRefused(reason=f"{mandate.bic} is no BIC")
    if not mandate.holder.strip():
        raise MandateRefused(reason="it names no holder of the bank account")
    if mandate.signed_on > today:
        raise MandateRefused(reason=f"{mandate.signed_on} is still to come")
    if mandate.instrument not in Mandate.Instrument.values:
        raise MandateRefused(reason=f"{mandate.instrument} is neither CORE nor B2B")


def _tell(verb: str, row: Mandate, now: datetime, actor: str, **data: str) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="mandate",
        object_id=row.id,
        occurred_at=now,
        account_id=row.account_id,
        data={"reference": row.reference, **data},
    )
