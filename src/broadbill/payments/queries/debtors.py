"""What the records hold about the words of bank lines: a fixed number of queries, however many lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

from broadbill.core.money import Currency
from broadbill.payments.domain.bank import BankLine
from broadbill.payments.domain.recognise import Debtor, Known, Numbering, names_of, words_of

SERIES = "SELECT pattern FROM billing_series WHERE key NOT LIKE 'R%%' ORDER BY key"
DOCUMENTS = "SELECT number, account_id FROM billing_document WHERE number = ANY(%s)"
NUMBERS = "SELECT upper(number), id FROM accounts_account WHERE number = ANY(%s)"
PAYERS = "SELECT iban, account_id FROM payments_payer WHERE iban = ANY(%s)"
# Every name at once: the customers are read through, not searched for each payer. The empty text keeps the index of
# the search by trigrams out, whose use for each name reads a large part of all customers again.
NAMES = """
SELECT asked.name, account.id
FROM (SELECT DISTINCT name FROM unnest(%s::text[]) AS asked(name)) AS asked
JOIN accounts_account AS account ON upper(account.name) || '' = asked.name
"""
DEBTORS = """
SELECT account.id, profile.currency,
       coalesce(array_agg(item.open) FILTER (WHERE item.open > 0), '{}'), coalesce(sum(item.open), 0)::bigint
FROM accounts_account AS account
JOIN accounts_profile AS profile ON profile.id = account.profile_id
LEFT JOIN payments_openitem AS item ON item.account_id = account.id AND item.open <> 0
WHERE account.id = ANY(%s)
GROUP BY account.id, profile.currency
"""


def numbering() -> Numbering:
    """How the provider's documents are numbered. One query."""
    return Numbering.of(row[0] for row in _rows(SERIES))


def known_of(lines: Sequence[BankLine], numbering: Numbering) -> Known:
    """Everything that `recognise` may ask about these lines. Five queries."""
    incoming = [line for line in lines if line.amount.minor > 0]
    documents = dict(
        _rows(DOCUMENTS, list({n for line in incoming for n in numbering.named_in(line.references)}))
    )
    numbers = dict(_rows(NUMBERS, list({word for line in incoming for word in words_of(line)})))
    payers = dict(_rows(PAYERS, list({line.payer_iban for line in incoming if line.payer_iban})))
    names: dict[str, list[int]] = defaultdict(list)
    for name, account_id in _rows(NAMES, list({name for line in incoming for name in names_of(line.payer)})):
        names[name].append(account_id)
    meant = {
        *documents.values(),
        *numbers.values(),
        *payers.values(),
        *(a for found in names.values() for a in found),
    }
    return Known(documents, numbers, payers, names, debtors_of(meant))


def debtors_of(account_ids: Collection[int]) -> dict[int, Debtor]:
    """The accounts with their open debts. One query."""
    return {
        account_id: Debtor(account_id, Currency.of(currency), frozenset({*amounts, balance}))
        for account_id, currency, amounts, balance in _rows(DEBTORS, list(account_ids))
    }


def _rows(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, list(parameters))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
