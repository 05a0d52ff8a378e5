"""Recording that a customer lets us collect, and the end of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.us import rtn

from broadbill.accounts.operations.lock import lock_account, lock_accounts
from broadbill.kernel.operations.events import record_event
from broadbill.payments.domain.ach import CHECKING, SAVINGS, Correction, is_account_number
from broadbill.payments.domain.debit_errors import MandateRefused, MandateUnknown
from broadbill.payments.domain.schemes import SEPA, scheme_of
from broadbill.payments.models import Mandate

# SEPA's mandate references: EPC130-08, attribute AT-01.
REFERENCE = re.compile(r"[A-Za-z0-9/\-?:().,'+]{1,35}")


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMandate:
    """`bank_account` is an IBAN, `bank` a BIC or nothing; in the US a number of an account of `account_kind` and its
    bank's routing number.
    """

    account_id: int
    reference: str
    signed_on: date
    bank_account: str
    holder: str
    bank: str = ""
    account_kind: str = ""
    instrument: str = Mandate.Instrument.CORE


@transaction.atomic
def sign_mandate(*, mandate: NewMandate, today: date, now: datetime, actor: str) -> Mandate:
    """Record a signed mandate; the one it follows is cancelled. Raises: MandateRefused, AccountUnknown."""
    _check(mandate, today)
    account = lock_accounts([mandate.account_id])[mandate.account_id]
    scheme = scheme_of(mandate.instrument)
    if scheme and scheme.currency != account.profile.currency:
        raise MandateRefused(
            reason=f"{scheme.name} collects {scheme.currency} and the account is billed in {account.profile.currency}"
        )
    if Mandate.objects.filter(reference=mandate.reference).exists():
        raise MandateRefused(reason=f"there is a mandate {mandate.reference} already")
    for earlier in Mandate.objects.filter(account=mandate.account_id, cancelled_at=None):
        end_mandate(earlier, because=f"followed by {mandate.reference}", now=now, actor=actor)
    row = Mandate.objects.create(
        account_id=mandate.account_id,
        reference=mandate.reference,
        instrument=mandate.instrument,
        signed_on=mandate.signed_on,
        bank_account=ibans.compact(mandate.bank_account) if scheme == SEPA else mandate.bank_account,
        bank=mandate.bank,
        account_kind=mandate.account_kind,
        holder=mandate.holder.strip(),
        recorded_by=actor,
        recorded_at=now,
    )
    _tell("mandate.signed", row, now, actor, account_ends=row.bank_account[-4:])
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


def correct_mandate(row: Mandate, *, code: str, correction: Correction, now: datetime, actor: str) -> None:
    """Write the bank account as its bank says it is; the authorisation stays. The caller holds the account's lock."""
    before = row.bank_account[-4:]
    row.bank = correction.routing or row.bank
    row.bank_account = correction.account or row.bank_account
    row.account_kind = correction.kind or row.account_kind
    row.save(update_fields=["bank", "bank_account", "account_kind"])
    _tell(
        "mandate.corrected",
        row,
        now,
        actor,
        code=code,
        account_ends=row.bank_account[-4:],
        account_ended=before,
    )


def _check(mandate: NewMandate, today: date) -> None:
    if not REFERENCE.fullmatch(mandate.reference):
        raise MandateRefused(
            reason=f"{mandate.reference!r} is not 1 to 35 letters, digits or / - ? : ( ) . , ' +"
        )
    scheme = scheme_of(mandate.instrument)
    if scheme is None:
        raise MandateRefused(reason=f"{mandate.instrument} is none of {', '.join(Mandate.Instrument.values)}")
    if scheme == SEPA:
        _check_sepa(mandate)
    else:
        _check_ach(mandate)
    if not mandate.holder.strip():
        raise MandateRefused(reason="it names no holder of the bank account")
    if mandate.signed_on > today:
        raise MandateRefused(reason=f"{mandate.signed_on} is still to come")


def _check_sepa(mandate: NewMandate) -> None:
    if not ibans.is_valid(mandate.bank_account):
        raise MandateRefused(reason="the IBAN's check digits do not fit")
    if mandate.bank and not bics.is_valid(mandate.bank):
        raise MandateRefused(reason=f"{mandate.bank} is no BIC")


def _check_ach(mandate: NewMandate) -> None:
    if not rtn.is_valid(mandate.bank):
        raise MandateRefused(reason="the routing number is not nine digits of which the last fits the others")
    if not is_account_number(mandate.bank_account):
        raise MandateRefused(reason="the account number is not 1 to 17 letters, digits or hyphens")
    if mandate.account_kind not in (CHECKING, SAVINGS):
        raise MandateRefused(reason=f"the account is neither {CHECKING} nor {SAVINGS}")


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
