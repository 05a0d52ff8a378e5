"""Telling customers in time that their credit is running out: once until they top it up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from broadbill.accounts.models import Account, Provider
from broadbill.accounts.operations.lock import lock_accounts
from broadbill.accounts.queries.provider import current_provider
from broadbill.accounts.queries.readers import readers_of
from broadbill.billing.domain.reading import Reading
from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.operations.run import agreeing_rulebooks
from broadbill.billing.queries.readings import read_accounts
from broadbill.billing.queries.rulebooks import parsed_rulebook
from broadbill.core.errors import DomainError
from broadbill.core.rating import Rulebook
from broadbill.documents.domain.wording import Wording
from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.messaging.domain.drafts import Draft
from broadbill.messaging.operations.enqueue import enqueue_many
from broadbill.messaging.operations.write import write
from broadbill.prepaid.domain.covering import Shortage, first_shortage
from broadbill.prepaid.models import Depletion
from broadbill.prepaid.operations.covering import ACTOR
from broadbill.prepaid.queries.prepaid_accounts import due_soon

DAYS_AHEAD = 3
ACCOUNTS_PER_BATCH = 1000
LETTER = "wallet_low"


def warn_of_empty_wallets(*, on: date, now: datetime) -> int:
    """Write to everybody whose credit will not cover a period that begins within DAYS_AHEAD days; return how many.

    Each is told once until money comes. A fixed number of queries for each batch of accounts.
    """
    soon = due_soon(on=on, until=on + timedelta(days=DAYS_AHEAD))
    return sum(
        _warn(soon[first : first + ACCOUNTS_PER_BATCH], on, now)
        for first in range(0, len(soon), ACCOUNTS_PER_BATCH)
    )


@transaction.atomic
def _warn(account_ids: Sequence[int], on: date, now: datetime) -> int:
    accounts = lock_accounts(account_ids)
    told = set(
        Depletion.objects.filter(account__in=accounts, ended_at=None).values_list("account", flat=True)
    )
    row = current_rulebook(now=now)
    rulebook = parsed_rulebook(row.id)
    readings = read_accounts(
        account_ids=[account_id for account_id in accounts if account_id not in told],
        rulebooks=[rulebook],
        rulebook_ids=agreeing_rulebooks(row),
    )
    short = [(reading, found) for reading in readings if (found := _shortage(reading, rulebook, on))]
    depletions = Depletion.objects.bulk_create(
        Depletion(account_id=reading.account_id, warned_on=on, short_on=found.on) for reading, found in short
    )
    provider = current_provider()
    readers = readers_of([accounts[reading.account_id] for reading, _ in short], letter=LETTER)
    enqueue_many(
        drafts=(
            draft
            for depletion, (reading, found) in zip(depletions, short, strict=True)
            for draft in _drafts(
                accounts[reading.account_id],
                depletion,
                reading,
                found,
                provider,
                readers[reading.account_id],
            )
        ),
        now=now,
    )
    record_events(
        NewEvent(
            actor=ACTOR,
            verb="wallet.low",
            object_type="depletion",
            object_id=str(depletion.id),
            occurred_at=now,
            account_id=depletion.account_id,
            data={"short_on": depletion.short_on.isoformat()},
        )
        for depletion in depletions
    )
    return len(depletions)


def _shortage(reading: Reading, rulebook: Rulebook, on: date) -> Shortage | None:
    """None too for an account that rating refuses: the bill run lists it."""
    try:
        return first_shortage(reading, rulebook=rulebook, on=on, until=on + timedelta(days=DAYS_AHEAD))
    except DomainError:
        return None


def _drafts(
    account: Account,
    depletion: Depletion,
    reading: Reading,
    shortage: Shortage,
    provider: Provider,
    readers: Sequence[str],
) -> Iterator[Draft]:
    profile = account.profile
    wording = Wording.of(profile.language)
    written = write(
        kind=LETTER,
        language=profile.language,
        facts={
            "seller": provider.name,
            "name": profile.legal_name,
            "short_on": wording.long_date(shortage.on),
            "credit": wording.money(-reading.balance),
            "needed": wording.money(shortage.short - reading.balance),
            "missing": wording.money(shortage.short),
            "contact": provider.phone or provider.email,
        },
    )
    for address in readers:
        yield written.to(address, object_type="depletion", object_id=str(depletion.id), account_id=account.id)
