"""What an import did, or would do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from broadbill.core.money import Money
from broadbill.imports.domain.records import Record


@dataclass(slots=True)
class Summary:
    """Counts that grow as records are taken. `rows` counts every row of the file, good or bad."""

    rows: int = 0
    skipped: int = 0
    accounts: int = 0
    closed_accounts: int = 0
    contacts: int = 0
    contracts: int = 0
    subscriptions: Counter[str] = field(default_factory=Counter)
    # Sums by currency: a control total to hold against the file.
    agreed_prices: dict[str, Decimal] = field(default_factory=dict)
    opening_balances: int = 0
    opening_totals: dict[str, Money] = field(default_factory=dict)
    plans_created: tuple[str, ...] = ()

    def count(self, record: Record) -> None:
        account = record.account
        self.accounts += 1
        self.closed_accounts += account.closed_on is not None
        self.contacts += len(account.contacts)
        self.contracts += record.contract is not None
        for subscription in record.subscriptions:
            self.subscriptions[subscription.plan] += 1
            agreed = self.agreed_prices.get(account.currency, Decimal(0))
            self.agreed_prices[account.currency] = agreed + subscription.agreed
        if record.balance:
            amount = record.balance.amount
            self.opening_balances += 1
            total = self.opening_totals.get(amount.currency.code, amount.currency.zero)
            self.opening_totals[amount.currency.code] = total + amount

    def as_json(self) -> dict[str, Any]:
        """Amounts are plain decimal strings by currency code."""
        return {
            "rows": self.rows,
            "skipped": self.skipped,
            "accounts": self.accounts,
            "closed_accounts": self.closed_accounts,
            "contacts": self.contacts,
            "contracts": self.contracts,
            "subscriptions": {
                "total": self.subscriptions.total(),
                "by_plan": dict(sorted(self.subscriptions.items())),
            },
            "agreed_prices": {code: f"{amount:f}" for code, amount in sorted(self.agreed_prices.items())},
            "opening_balances": {
                "total": self.opening_balances,
                "amounts": {code: str(amount) for code, amount in sorted(self.opening_totals.items())},
            },
            "plans_created": list(self.plans_created),
        }
