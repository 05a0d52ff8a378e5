"""What customers consent to, and which letters they want."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from broadbill.accounts.domain.choices import OPTIONAL_LETTERS, ConsentKind
from broadbill.accounts.models import Consent, UnwantedLetter
from broadbill.accounts.operations.lock import lock_account
from broadbill.kernel.operations.events import record_event


@transaction.atomic
def give_consent(*, account_id: int, kind: ConsentKind, wording: str, now: datetime, actor: str) -> None:
    """Keep that the customer said yes to these words; nothing when they did before. Raises: AccountUnknown."""
    lock_account(account_id)
    if Consent.objects.filter(account_id=account_id, kind=kind.value, withdrawn_at=None).exists():
        return
    Consent.objects.create(
        account_id=account_id, kind=kind.value, wording=wording, given_at=now, given_by=actor
    )
    _tell("consent.given", account_id, {"kind": kind.value, "wording": wording}, now, actor)


@transaction.atomic
def withdraw_consent(*, account_id: int, kind: ConsentKind, now: datetime, actor: str) -> None:
    """As easily as it was given (Article 7(3)); nothing when there is none. Raises: AccountUnknown."""
    lock_account(account_id)
    given = Consent.objects.filter(account_id=account_id, kind=kind.value, withdrawn_at=None)
    if given.update(withdrawn_at=now, withdrawn_by=actor):
        _tell("consent.withdrawn", account_id, {"kind": kind.value}, now, actor)


@transaction.atomic
def choose_letters(*, account_id: int, wanted: Collection[str], now: datetime, actor: str) -> None:
    """Of the letters that only help, send those. Raises: AccountUnknown."""
    lock_account(account_id)
    unwanted = {letter for letter in OPTIONAL_LETTERS if letter not in wanted}
    rows = UnwantedLetter.objects.filter(account_id=account_id)
    before = set(rows.values_list("letter", flat=True))
    if before == unwanted:
        return
    rows.exclude(letter__in=unwanted).delete()
    UnwantedLetter.objects.bulk_create(
        UnwantedLetter(account_id=account_id, letter=letter) for letter in sorted(unwanted - before)
    )
    _tell("account.letters_chosen", account_id, {"unwanted": sorted(unwanted)}, now, actor)


def _tell(verb: str, account_id: int, data: dict[str, object], now: datetime, actor: str) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="account",
        object_id=account_id,
        account_id=account_id,
        occurred_at=now,
        data=data,
    )
