"""The journal as a file for Beancount (plain-text accounting), which `bean-check` accepts.

Source: Beancount Language Syntax, v3: "Accounts", "Open", "Transactions", "Balance Assertions".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.ledger.domain.chart import CHART
from broadbill.reports.domain.journal import EntryRead, PostingRead

ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}


def beancount_lines(entries: Iterable[EntryRead], *, title: str, period: Period) -> Iterator[str]:
    """The file line by line: the chart, the entries of the period, and at the end what every account must hold."""
    yield f'option "title" {_quoted(title)}'
    yield ""
    for code, name, kind in CHART:
        yield f"{period.starts} open {_account(code, name, kind)}"
    held: dict[tuple[str, str], Money] = {}
    for entry in entries:
        yield ""
        yield f"{entry.posted_on} * {_quoted(entry.name)}{_link(entry.reference)}"
        yield f"  entry: {entry.id}"
        for posting in entry.postings:
            account = _account(posting.code, posting.name, posting.kind)
            currency = posting.amount.currency.code
            held[account, currency] = (
                held.get((account, currency), posting.amount.currency.zero) + posting.amount
            )
            yield from _posting(account, posting)
    yield ""
    for (account, currency), amount in sorted(held.items()):
        yield f"{period.ends} balance {account}  {amount} {currency}"


def _posting(account: str, posting: PostingRead) -> Iterator[str]:
    yield f"  {account}  {posting.amount} {posting.amount.currency.code}"
    if posting.customer:
        yield f"    customer: {_quoted(posting.customer)}"


def _account(code: int, name: str, kind: str) -> str:
    """`Assets:1100-Receivables`: parts begin with a capital or a digit and hold letters, digits and hyphens."""
    return f"{ROOTS[kind]}:{code}-{re.sub(r'[^A-Za-z0-9]+', '-', name).strip('-')}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _link(reference: str) -> str:
    """The document's or receipt's number, by which Beancount finds what belongs together."""
    allowed = re.sub(r"[^A-Za-z0-9\-_/.]+", "-", reference)
    return f" ^{allowed}" if allowed else ""
