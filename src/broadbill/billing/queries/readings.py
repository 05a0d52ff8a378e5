"""Reading many accounts' histories with a few set queries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from broadbill.billing.domain.reading import Reading
from broadbill.billing.queries.earlier_runs import earlier_runs
from broadbill.billing.queries.issued import issued_documents
from broadbill.billing.queries.usage_asked import Metered, usage_asked, usage_of
from broadbill.contracts.queries.histories import read_events
from broadbill.core.money import Currency, Money
from broadbill.core.rating import AccountTerms, Anchor, Event, History, Rulebook
from broadbill.ledger.queries.balances import receivable_balances

# Profile and state are looked up for each account by their keys: no join that could read all of them for a chunk.
ACCOUNTS = """
SELECT account.id, account.number, account.facts_recorded, account.usage_recorded, profile.id,
       profile.terms_days, profile.currency,
       profile.timezone, profile.country, profile.region, profile.tax_id, profile.tax_exempt,
       profile.reverse_charge, profile.anchor,
       CASE WHEN state.facts_seen = account.facts_recorded AND state.rulebook_id = ANY(%(rulebooks)s)
            THEN state.resume_on END,
       coalesce(state.usage_seen, 0)
FROM accounts_account AS account
CROSS JOIN LATERAL (SELECT * FROM accounts_profile WHERE id = account.profile_id OFFSET 0) AS profile
LEFT JOIN LATERAL (SELECT * FROM billing_accountstate WHERE account_id = account.id OFFSET 0) AS state ON true
WHERE account.id = ANY(%(accounts)s)
ORDER BY account.id
"""


class AccountRow(NamedTuple):
    """A row of ACCOUNTS."""

    id: int
    number: str
    facts_recorded: int
    usage_recorded: int
    profile_id: int
    terms_days: int
    currency: str
    timezone: str
    country: str
    region: str
    tax_id: str
    tax_exempt: list[str]
    reverse_charge: bool
    anchor: str | None
    resume_on: date | None
    usage_seen: int

    def terms(self) -> AccountTerms:
        anchor = json.loads(self.anchor) if self.anchor else None
        return account_terms(
            self.currency, self.timezone, self.country, self.region, self.tax_id, tuple(self.tax_exempt),
            self.reverse_charge, anchor,
        )  # fmt: skip

    def metered(self, rulebooks: Sequence[Rulebook], events: Sequence[Event], on: date | None) -> Metered:
        histories = [History(rulebook, self.terms(), events) for rulebook in rulebooks]
        return Metered(self.id, histories, self.usage_recorded, self.usage_seen, self.resume_on, on)


def read_accounts(
    *,
    account_ids: Sequence[int],
    rulebooks: Sequence[Rulebook],
    rulebook_ids: Sequence[int],
    run_id: int | None = None,
    imagined: Sequence[Event] = (),
    on: date | None = None,
) -> Iterator[Reading]:
    """Everything rating needs of these accounts, in the order of their ids, so much at a time as fits into memory.

    The caller holds the accounts' locks, so what is read is all that is known. `rulebooks` are those they will be
    rated by; `rulebook_ids` name those under which an account billed before owes the same as under the only one;
    `run_id` is the run that asks; `imagined` are facts that the accounts will be rated with besides. With `on`, the one
    day on which they will be rated, by one rulebook, their usage is summed up as far as that allows.
    A fixed number of queries, and three for every so many usage records.
    """
    ids = list(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNTS, {"accounts": ids, "rulebooks": list(rulebook_ids)})
        accounts = [AccountRow(*row) for row in cursor.fetchall()]
    events = read_events(ids)
    metered = [
        row.metered(rulebooks, (*events.get(row.id, ()), *imagined), on)
        for row in accounts
        if row.usage_recorded
    ]
    asked = usage_asked(metered)
    resume_on = {row.id: row.resume_on for row in accounts} | {
        i: found.resume_on for i, found in asked.items()
    }
    balances = receivable_balances(ids)
    issued = issued_documents([account_id for account_id, day in resume_on.items() if day is None])
    runs = earlier_runs() if asked else None
    for row, usage in zip(accounts, usage_of([row.id for row in accounts], asked), strict=True):
        yield Reading(
            account_id=row.id,
            number=row.number,
            profile_id=row.profile_id,
            terms_days=row.terms_days,
            terms=row.terms(),
            events=events.get(row.id, ()),
            facts_seen=row.facts_recorded,
            usage=tuple(usage),
            usage_seen=row.usage_recorded,
            balance=Money(balances.get(row.id, 0), Currency.of(row.currency)),
            issued=issued.get(row.id, ()),
            resume_on=resume_on[row.id],
            runs=runs.before(run_id, row.id) if runs and row.id in asked else (),
        )


def account_terms(
    currency: str,
    timezone: str,
    country: str,
    region: str,
    tax_id: str,
    exempt: tuple[str, ...],
    reverse_charge: bool,
    anchor: Mapping[str, Any] | None,
) -> AccountTerms:
    """The profile as rating sees it; equal profiles share one value."""
    pairs = tuple(sorted(anchor.items())) if anchor else None
    return _account_terms(currency, timezone, country, region, tax_id, exempt, reverse_charge, pairs)


@lru_cache(maxsize=8192)
def _account_terms(
    currency: str,
    timezone: str,
    country: str,
    region: str,
    tax_id: str,
    exempt: tuple[str, ...],
    reverse_charge: bool,
    anchor: tuple[tuple[str, Any], ...] | None,
) -> AccountTerms:
    return AccountTerms(
        currency=Currency.of(currency),
        timezone=timezone,
        country=country,
        region=region,
        tax_id=tax_id,
        exempt=frozenset(exempt),
        reverse_charge=reverse_charge,
        anchor=Anchor.parse(dict(anchor), "anchor") if anchor else None,
    )
