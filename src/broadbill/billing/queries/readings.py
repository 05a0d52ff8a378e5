"""Reading many accounts' histories with a few set queries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

from broadbill.billing.domain.reading import Reading
from broadbill.billing.queries.issued import issued_documents
from broadbill.contracts.queries.histories import read_events
from broadbill.core.money import Currency, Money
from broadbill.core.rating import AccountTerms, Anchor
from broadbill.ledger.queries.balances import receivable_balances

ACCOUNTS = """
SELECT account.id, account.number, account.facts_recorded, profile.id, profile.terms_days, profile.currency,
       profile.timezone, profile.country, profile.region, profile.tax_id, profile.tax_exempt,
       profile.reverse_charge, profile.anchor,
       CASE WHEN state.facts_seen = account.facts_recorded AND state.rulebook_id = ANY(%(rulebooks)s)
            THEN state.resume_on END
FROM accounts_account AS account
JOIN accounts_profile AS profile ON profile.id = account.profile_id
LEFT JOIN billing_accountstate AS state ON state.account_id = account.id
WHERE account.id = ANY(%(accounts)s)
ORDER BY account.id
"""


def read_accounts(*, account_ids: Sequence[int], rulebook_ids: Sequence[int]) -> list[Reading]:
    """Everything rating needs of these accounts, in the order of their ids. A fixed number of queries.

    The caller holds the accounts' locks, so what is read is all that is known. `rulebook_ids` are those under
    which an account billed before owes the same as under the one in force.
    """
    ids = list(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNTS, {"accounts": ids, "rulebooks": list(rulebook_ids)})
        accounts = cursor.fetchall()
    events = read_events(ids)
    balances = receivable_balances(ids)
    issued = issued_documents([row[0] for row in accounts if row[13] is None])
    return [
        Reading(
            account_id=row[0],
            number=row[1],
            profile_id=row[3],
            terms_days=row[4],
            terms=account_terms(
                row[5],
                row[6],
                row[7],
                row[8],
                row[9],
                tuple(row[10]),
                row[11],
                row[12] and json.loads(row[12]),
            ),
            events=events.get(row[0], ()),
            facts_seen=row[2],
            balance=Money(balances.get(row[0], 0), Currency.of(row[5])),
            issued=issued.get(row[0], ()),
            resume_on=row[13],
        )
        for row in accounts
    ]


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


@lru_cache(maxsize=65536)
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
