"""What stands in the files of collections: each debit as its scheme writes it. It names their batches and traces."""

from __future__ import annotations

from collections.abc import Collection as Group
from collections.abc import Sequence
from datetime import date, datetime
from string import ascii_uppercase, digits

from django.db.models import QuerySet
from django.utils import timezone

from broadbill.accounts.models import Account, Provider
from broadbill.core.money import Currency, Money
from broadbill.payments.adapters.nacha import MOST_CENTS, Batch, Entry, Originator, write_nacha
from broadbill.payments.adapters.pain008 import Collection, Creditor, batch_of, write_pain008
from broadbill.payments.domain.ach import trace_number
from broadbill.payments.domain.debit_errors import DebitsRefused
from broadbill.payments.domain.returns import returned_as
from broadbill.payments.domain.schemes import ACH
from broadbill.payments.models import Debit, DebitFile, Mandate

FIRST, AGAIN = "FRST", "RCUR"
MODIFIERS = ascii_uppercase + digits
DESCRIPTION = "INTERNET"
# Nacha Operating Rules 2.13.4.1: what is presented again, unchanged, says so in the batch's description.
RETRY = "RETRY PYMT"
# A standing authorisation given online: payment type R of the class WEB.
RECURRING = "R"


def sepa_content(
    *, debits: Sequence[Debit], provider: Provider, due_on: date, message_id: str, now: datetime
) -> bytes:
    """A pain.008 of one instrument, first and recurring collections in batches of their own."""
    used = set(_at_the_bank(debits).values_list("mandate_id", flat=True))
    collections = [_collection(debit, provider.name, debit.mandate_id in used) for debit in debits]
    for debit, collection in zip(debits, collections, strict=True):
        debit.batch = batch_of(message_id, collection.sequence)
    return write_pain008(
        creditor=Creditor(provider.name, provider.iban, provider.bic, provider.creditor_id),
        instrument=debits[0].mandate.instrument,
        due_on=due_on,
        message_id=message_id,
        made_at=now,
        collections=collections,
    )


def ach_content(
    *, debits: Sequence[Debit], provider: Provider, due_on: date, message_id: str, now: datetime
) -> bytes:
    """A NACHA file with a batch for each class, and one more for what is presented again. Raises: DebitsRefused."""
    numbers = dict(
        Account.objects.filter(pk__in=[debit.account_id for debit in debits]).values_list("id", "number")
    )
    again = _presented_again(debits)
    batches: dict[tuple[str, str], list[Debit]] = {}
    for debit in debits:
        if debit.amount > MOST_CENTS:
            amount = Money(debit.amount, Currency.of(debit.currency))
            raise DebitsRefused(reason=f"an ACH entry holds at most 99,999,999.99, not {amount}")
        debit.trace = trace_number(provider.ach_routing, debit.id)
        description = RETRY if debit.id in again else DESCRIPTION
        debit.batch = f"{message_id}-{debit.mandate.instrument}{'-RETRY' if description == RETRY else ''}"
        batches.setdefault((debit.mandate.instrument, description), []).append(debit)
    made_at = timezone.localtime(now)
    return write_nacha(
        originator=Originator(
            provider.name, provider.ach_routing, provider.ach_bank_name, provider.ach_origin, provider.ach_company_id
        ),
        due_on=due_on,
        made_at=made_at,
        modifier=_modifier(made_at.date()),
        reference=f"{due_on:%Y%m%d}",
        batches=[
            Batch(
                sec,
                description,
                [
                    _entry(debit, numbers[debit.account_id])
                    for debit in sorted(found, key=lambda debit: debit.trace)
                ],
            )
            for (sec, description), found in sorted(batches.items())
        ],
    )  # fmt: skip


def _at_the_bank(debits: Group[Debit]) -> QuerySet[Debit]:
    mandates = [debit.mandate_id for debit in debits]
    return Debit.objects.filter(mandate__in=mandates, state__in=Debit.AT_THE_BANK)


def _presented_again(debits: Sequence[Debit]) -> set[int]:
    """Which ask for the very amount that the mandate's last collection came back with for want of money."""
    last = {row.mandate_id: row for row in _at_the_bank(debits).order_by("id")}
    return {
        debit.id
        for debit in debits
        if (before := last.get(debit.mandate_id))
        and before.amount == debit.amount
        and before.return_code
        and returned_as(before.return_code).may_retry
    }


def _modifier(day: date) -> str:
    """Each file of a day has a letter, or then a digit, of its own. Raises: DebitsRefused after the 36th."""
    made = DebitFile.objects.filter(instrument=ACH.name, made_at__date=day).count()
    if made >= len(MODIFIERS):
        raise DebitsRefused(reason=f"a bank takes {len(MODIFIERS)} files of a day, and so many were made")
    return MODIFIERS[made]


def _entry(debit: Debit, number: str) -> Entry:
    mandate = debit.mandate
    return Entry(
        trace=debit.trace,
        routing=mandate.bank,
        account=mandate.bank_account,
        kind=mandate.account_kind,
        cents=debit.amount,
        individual=number,
        name=mandate.holder,
        discretionary=RECURRING if mandate.instrument == Mandate.Instrument.WEB else "",
    )


def _collection(debit: Debit, seller: str, has_collected: bool) -> Collection:
    mandate = debit.mandate
    return Collection(
        end_to_end=debit.end_to_end,
        amount=debit.amount,
        sequence=AGAIN if has_collected else FIRST,
        holder=mandate.holder,
        iban=mandate.bank_account,
        bic=mandate.bank,
        mandate=mandate.reference,
        signed_on=mandate.signed_on,
        text=f"{seller} {debit.end_to_end}",
    )
