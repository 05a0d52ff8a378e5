"""Making the file in which the bank is asked to collect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from broadbill.accounts.operations.lock import lock_accounts
from broadbill.accounts.queries.provider import current_provider
from broadbill.kernel.locks import wait_for_lock
from broadbill.kernel.operations.events import NewEvent, record_event, record_events
from broadbill.payments.domain.debit_errors import DebitsRefused
from broadbill.payments.domain.schemes import ACH, SEPA, scheme_of
from broadbill.payments.models import Debit, DebitFile
from broadbill.payments.operations.debit_contents import ach_content, sepa_content
from broadbill.payments.operations.debits import DEBIT_LOCK, check_creditor
from broadbill.payments.queries.collectable import owed_by

REPLACED = ("file", "batch", "trace", "state")


@transaction.atomic
def make_debit_files(*, on: date, today: date, now: datetime, actor: str) -> tuple[list[DebitFile], int]:
    """Make files out of what is planned for the day, and keep them: one for each instrument of SEPA, and one for ACH.

    Returns them with the number of plans that were dropped, because meanwhile the debt was settled, the mandate ended,
    a card is being charged for it, or the books gave it back. Raises: DebitsRefused.
    """
    wait_for_lock(DEBIT_LOCK)
    if on <= today:
        raise DebitsRefused(reason=f"{on} is no day to come, and banks want the file before")
    planned = list(
        Debit.objects.filter(state=Debit.State.PLANNED, due_on=on).select_related("mandate").order_by("id")
    )
    if not planned:
        raise DebitsRefused(reason=f"nothing is planned for {on}; begin with `broadbill debit prepare`")
    lock_accounts(debit.account_id for debit in planned)
    owed = owed_by([debit.account_id for debit in planned], on=on)
    still = [
        debit
        for debit in planned
        if debit.mandate.cancelled_at is None and owed.get(debit.account_id, 0) >= debit.amount
    ]
    gone = {debit.id for debit in planned} - {debit.id for debit in still}
    Debit.objects.filter(pk__in=gone).update(state=Debit.State.DROPPED)
    by_instrument: dict[str, list[Debit]] = {}
    for debit in still:
        by_instrument.setdefault(_file_for(debit), []).append(debit)
    files = [
        _make(instrument, debits, on, now, actor) for instrument, debits in sorted(by_instrument.items())
    ]
    return files, len(gone)


@transaction.atomic
def withdraw_debits(*, name: str, because: str, now: datetime, actor: str) -> int:
    """Give up what the bank will not collect, by the name of a file or one end-to-end id; return how many.

    For a file that was not handed in or was rejected, and for one rejected before it settled. Raises: DebitsRefused.
    """
    wait_for_lock(DEBIT_LOCK)
    named = Q(file__message_id=name) | Q(end_to_end=name)
    withdrawn = list(Debit.objects.select_for_update(of=("self",)).filter(named, state=Debit.State.ASKED))
    if not withdrawn:
        raise DebitsRefused(reason=f"no collection named {name} waits for the bank")
    Debit.objects.filter(pk__in=[debit.id for debit in withdrawn]).update(state=Debit.State.DROPPED)
    record_events(
        NewEvent(
            actor=actor,
            verb="debit.withdrawn",
            object_type="debit",
            object_id=str(debit.id),
            occurred_at=now,
            account_id=debit.account_id,
            data={"because": because, "amount": {"minor": debit.amount, "currency": debit.currency}},
        )
        for debit in withdrawn
    )
    return len(withdrawn)


def _file_for(debit: Debit) -> str:
    instrument = debit.mandate.instrument
    return ACH.name if scheme_of(instrument) == ACH else instrument


def _make(instrument: str, debits: Sequence[Debit], on: date, now: datetime, actor: str) -> DebitFile:
    message_id = f"BB{on:%Y%m%d}-{instrument}-{now:%y%m%d%H%M%S}"
    provider = current_provider()
    check_creditor(provider, ACH if instrument == ACH.name else SEPA)
    write = ach_content if instrument == ACH.name else sepa_content
    file = DebitFile.objects.create(
        message_id=message_id,
        due_on=on,
        instrument=instrument,
        debits_count=len(debits),
        total=sum(debit.amount for debit in debits),
        currency=debits[0].currency,
        content=write(debits=debits, provider=provider, due_on=on, message_id=message_id, now=now),
        made_by=actor,
        made_at=now,
    )
    for debit in debits:
        debit.file, debit.state = file, Debit.State.ASKED
    Debit.objects.bulk_update(debits, REPLACED, batch_size=1000)
    record_event(
        actor=actor,
        verb="debit_file.made",
        object_type="debit_file",
        object_id=file.id,
        occurred_at=now,
        data={"message_id": message_id, "debits": len(debits), "minor": file.total},
    )
    return file
