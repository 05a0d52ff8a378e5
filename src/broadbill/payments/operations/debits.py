"""Planning collections by bank debit, and telling the payers ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from broadbill.accounts.models import Account, Provider
from broadbill.accounts.queries.provider import current_provider
from broadbill.accounts.queries.readers import readers_of
from broadbill.core.money import Currency, Money
from broadbill.documents.domain.wording import Wording
from broadbill.kernel.locks import wait_for_lock
from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.messaging.domain.drafts import Draft
from broadbill.messaging.operations.enqueue import enqueue_many
from broadbill.messaging.operations.write import write
from broadbill.payments.domain.debit_errors import DebitsRefused
from broadbill.payments.domain.debit_policy import DebitPolicyRead
from broadbill.payments.domain.debits import lapses_on, returns_in_a_row
from broadbill.payments.domain.returns import returned_as
from broadbill.payments.domain.schemes import ACH, SCHEMES, Scheme, check_due
from broadbill.payments.models import Debit, Mandate
from broadbill.payments.queries.collectable import Collectable, collectable
from broadbill.payments.queries.debit_policy import debit_policy

DEBIT_LOCK = "payments.debits"
LETTER = "debit_ahead"
CREDITOR = {
    "sepa": ("iban", "creditor_id"),
    "ach": ("ach_routing", "ach_bank_name", "ach_origin", "ach_company_id"),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """What was planned. `passed_over` are account numbers with the reason; `on_paper` those without an e-mail address,
    to be told by post.
    """

    debits: int
    total: Money
    passed_over: tuple[tuple[str, str], ...]
    on_paper: tuple[str, ...]


@transaction.atomic
def prepare_debits(
    *,
    on: date,
    today: date,
    now: datetime,
    actor: str,
    scheme: Scheme,
    notice_days: int | None = None,
    only_account: int | None = None,
) -> Planned:
    """Plan a collection for everybody who pays by the scheme's debits and owes on the day, and announce it by letter.

    Nobody is asked for what is under way already. Whose last collection came back is asked again once, where it was
    for want of money; otherwise only as `only_account`. A fixed number of queries. Raises: DebitsRefused.
    """
    check_due(scheme, on, today, scheme.notice_days if notice_days is None else notice_days)
    provider = current_provider()
    check_creditor(provider, scheme)
    currency = Currency.of(scheme.currency)
    wait_for_lock(DEBIT_LOCK)
    # Plans of days gone by, of which no file was made, hold nobody up.
    Debit.objects.filter(state=Debit.State.PLANNED, due_on__lte=today).update(state=Debit.State.DROPPED)
    others = {other.currency for other in SCHEMES.values() if other != scheme}
    found = [each for each in collectable(on=on, only_account=only_account) if each.currency not in others]
    policy = debit_policy()
    why = {each.number: _obstacle(each, scheme, policy, on, only_account is not None) for each in found}
    debits = Debit.objects.bulk_create(
        Debit(
            account_id=each.account_id,
            mandate_id=each.mandate_id,
            end_to_end=f"BB{on:%Y%m%d}-{each.account_id}-{now:%y%m%d%H%M%S}",
            amount=each.owed,
            currency=scheme.currency,
            due_on=on,
            state=Debit.State.PLANNED,
            planned_at=now,
        )
        for each in found
        if not why[each.number] and each.mandate_id is not None
    )
    on_paper = _announce(debits, provider, scheme, now)
    record_events(_planned(debit, actor, now) for debit in debits)
    return Planned(
        debits=len(debits),
        total=Money(sum(debit.amount for debit in debits), currency),
        passed_over=tuple((number, reason) for number, reason in why.items() if reason),
        on_paper=on_paper,
    )


def check_creditor(provider: Provider, scheme: Scheme) -> None:
    """Raises: DebitsRefused while the provider has not said by what banks know it in the scheme."""
    missing = [key for key in CREDITOR[scheme.code] if not getattr(provider, key)]
    if missing:
        said = " ".join(f"{key}=…" for key in missing)
        raise DebitsRefused(reason=f"say `broadbill provider set {said}` first")


def _obstacle(
    each: Collectable, scheme: Scheme, policy: DebitPolicyRead, on: date, asked_by_name: bool
) -> str:
    """Why nothing is collected from an account that owes; empty where nothing stands against it."""
    if each.mandate_used_on is None:
        return "has no mandate in force"
    months = scheme.lapses_after_months
    if months and lapses_on(each.mandate_used_on, months) <= on:
        return f"its mandate has lapsed: unused for {months} months"
    if each.currency != scheme.currency:
        return f"is billed in {each.currency}"
    if each.is_under_way or each.is_charged:
        return "has a collection under way" if each.is_under_way else "its card is being charged just now"
    in_a_row = returns_in_a_row(each.returns, each.returned_on)
    return "" if asked_by_name or not in_a_row else _after_returns(in_a_row, scheme, policy, on)


def _after_returns(
    in_a_row: Sequence[tuple[str, date]], scheme: Scheme, policy: DebitPolicyRead, on: date
) -> str:
    says = returned_as(in_a_row[0][0]).says
    again_from = policy.asks_again_from(scheme, in_a_row)
    if again_from is None:
        return f"its last collection came back: {says}"
    if on < again_from:
        return f"its last collection came back: {says}; it is asked for again from {again_from} on"
    return ""


def _announce(debits: Sequence[Debit], provider: Provider, scheme: Scheme, now: datetime) -> tuple[str, ...]:
    """Write to each payer, and return the numbers of those with no address. Three queries."""
    ids = [debit.account_id for debit in debits]
    accounts = {row.id: row for row in Account.objects.filter(pk__in=ids).select_related("profile")}
    mandates = Mandate.objects.in_bulk([debit.mandate_id for debit in debits])
    readers = readers_of(accounts.values())
    enqueue_many(
        drafts=(
            draft
            for debit in debits
            for draft in _drafts(
                debit,
                mandates[debit.mandate_id],
                accounts[debit.account_id],
                provider,
                scheme,
                readers[debit.account_id],
            )
        ),
        now=now,
    )
    return tuple(accounts[account_id].number for account_id in ids if not readers[account_id])


def _drafts(
    debit: Debit,
    mandate: Mandate,
    account: Account,
    provider: Provider,
    scheme: Scheme,
    readers: Sequence[str],
) -> Iterator[Draft]:
    wording = Wording.of(account.profile.language)
    written = write(
        kind=LETTER,
        language=account.profile.language,
        facts={
            "seller": provider.name,
            "name": account.profile.legal_name,
            "amount": wording.money(Money(debit.amount, Currency.of(debit.currency))),
            "due_on": wording.long_date(debit.due_on),
            "account_ends": mandate.bank_account[-4:],
            "mandate": mandate.reference,
            "creditor_id": "" if scheme == ACH else provider.creditor_id,
            "contact": provider.phone or provider.email,
        },
    )
    for address in readers:
        yield written.to(address, object_type="debit", object_id=str(debit.id), account_id=account.id)


def _planned(debit: Debit, actor: str, now: datetime) -> NewEvent:
    return NewEvent(
        actor=actor,
        verb="debit.planned",
        object_type="debit",
        object_id=str(debit.id),
        occurred_at=now,
        account_id=debit.account_id,
        data={
            "due_on": debit.due_on.isoformat(),
            "amount": {"minor": debit.amount, "currency": debit.currency},
        },
    )
