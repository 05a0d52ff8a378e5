"""Tax given back on bad debt, where the law says so: posted once, and owed again when the money comes after all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.billing.models import DocumentTax
from broadbill.core.money import Currency, Money
from broadbill.core.posting import Entry, Posting
from broadbill.kernel.operations.events import record_event
from broadbill.ledger.domain.chart import BAD_DEBT, TAX_PAYABLE
from broadbill.ledger.operations.journal import post_entry
from broadbill.ledger.queries.closing import open_day
from broadbill.payments.domain.tax_relief import Share, given_back_from, share_of
from broadbill.payments.models import TaxRelief, TaxReliefPolicy, WriteOff

ACTOR = "system:tax-relief"


def relieve_bad_debt(*, on: date, now: datetime, actor: str = ACTOR) -> int:
    """Give back the tax of every debt written off whose day has come; return of how many. Again does nothing.

    Each in a transaction of its own, on the first open day.
    """
    months = relief_months()
    if all(wait is None for wait in months.values()):
        return 0
    waiting = WriteOff.objects.filter(state=WriteOff.State.BOOKED, reliefs=None).exclude(document__tax=0)
    rows = waiting.select_related("document__profile").order_by("id")
    due = [row.id for row in rows if (day := _from(row, months)) is not None and day <= on]
    return sum(_relieve(write_off_id, on, now, actor) for write_off_id in due)


def relief_months() -> dict[str, int | None]:
    """Months by country, "" for all others; None where nothing is given back. One query."""
    rows = TaxReliefPolicy.objects.order_by("country", "-id").distinct("country")
    return dict(rows.values_list("country", "months"))


def _from(row: WriteOff, months: dict[str, int | None]) -> date | None:
    """The day from which its tax is given back; None where it is not."""
    country = row.document.profile.country
    wait = months.get(country, months.get(""))
    if wait is None or row.written_off_on is None:
        return None
    return given_back_from(due_on=row.document.due_on, written_off_on=row.written_off_on, months=wait)


@transaction.atomic
def _relieve(write_off_id: int, on: date, now: datetime, actor: str) -> bool:
    row = WriteOff.objects.select_related("document").get(pk=write_off_id)
    lock_account(row.account_id)
    row.refresh_from_db(fields=["state"])
    if row.state != WriteOff.State.BOOKED or row.reliefs.exists():
        return False
    before = WriteOff.objects.filter(
        pk__in=TaxRelief.objects.filter(write_off__document_id=row.document_id, reversal=None).values(
            "write_off"
        )
    )
    earlier = sum(before.values_list("amount", flat=True))
    taxes = [
        (tax, share_of(base=tax.base, tax=tax.amount, total=row.document.total, earlier=earlier, amount=row.amount))
        for tax in DocumentTax.objects.filter(document_id=row.document_id).order_by("position")
    ]  # fmt: skip
    given = sum(share.tax for _, share in taxes)
    if given <= 0:
        return False
    day = open_day(on)
    entry_id = _post(row, given, "bad_debt_relief", day, now)
    TaxRelief.objects.bulk_create(_reliefs(row, taxes, entry_id, day))
    _tell("write_off.tax_given_back", row, given, actor, now)
    return True


def _reliefs(
    row: WriteOff, taxes: Iterable[tuple[DocumentTax, Share]], entry_id: int, day: date
) -> Iterable[TaxRelief]:
    for tax, share in taxes:
        yield TaxRelief(
            write_off=row,
            position=tax.position,
            name=tax.name,
            category=tax.category,
            rate=tax.rate,
            base=share.base,
            amount=share.tax,
            entry_id=entry_id,
            relieved_on=day,
        )


def take_relief_back(rows: Sequence[WriteOff], *, on: date, now: datetime, actor: str) -> None:
    """The debts are owed again, and so is their tax. The caller holds the accounts' locks."""
    for row in rows:
        given = list(TaxRelief.objects.filter(write_off=row, reversal=None))
        if not given:
            continue
        total = sum(relief.amount for relief in given)
        day = max(open_day(on), *(relief.relieved_on for relief in given))
        entry_id = _post(row, -total, "bad_debt_relief", day, now)
        TaxRelief.objects.filter(write_off=row, reversal=None).update(reversal_id=entry_id, reversed_on=day)
        _tell("write_off.tax_owed_again", row, total, actor, now)


@transaction.atomic
def set_relief_policy(*, country: str, months: int | None, now: datetime, actor: str) -> None:
    """Say after how many months a country gives tax back on bad debt, from now on; None: it does not.

    Raises: ValueError for what is no country's code of two letters, or months below nothing.
    """
    if country and not (len(country) == 2 and country.isalpha() and country.isupper()):
        raise ValueError("a country is two capital letters, such as DE; none means all others")
    if months is not None and not 0 <= months <= 120:
        raise ValueError("months are from 0 to 120")
    row = TaxReliefPolicy.objects.create(country=country, months=months, recorded_by=actor, recorded_at=now)
    record_event(
        actor=actor,
        verb="tax_relief_policy.changed",
        object_type="tax_relief_policy",
        object_id=row.id,
        occurred_at=now,
        data={"country": country, "months": months},
    )


def _post(row: WriteOff, minor: int, kind: str, day: date, now: datetime) -> int:
    """Less tax to pay and less of an expense; the other way round for less than nothing."""
    amount = Money(minor, Currency.of(row.currency))
    return post_entry(
        entry=Entry((Posting(TAX_PAYABLE, amount), Posting(BAD_DEBT, -amount))),
        kind=kind,
        posted_on=day,
        now=now,
        reference=row.document.number,
    )


def _tell(verb: str, row: WriteOff, minor: int, actor: str, now: datetime) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="write_off",
        object_id=row.id,
        occurred_at=now,
        account_id=row.account_id,
        data={"number": row.document.number, "amount": {"minor": minor, "currency": row.currency}},
    )
