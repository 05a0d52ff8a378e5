from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class MonthNotOver(DomainError):
    """A month is closed when it has ended."""

    code = "ledger.month_not_over"
    message = "{month} is not over: it can be closed from {from_day} on."
    month: str
    from_day: str


@dataclass(kw_only=True, eq=False)
class MonthAlreadyClosed(DomainError):
    """The books are closed through a later day already."""

    code = "ledger.month_already_closed"
    message = "The books are closed through {closed_through} already. What becomes known later posts in the open month."
    closed_through: str


@dataclass(kw_only=True, eq=False)
class BooksAreClosed(DomainError):
    """Something would have to be dated on a day on which the books are closed."""

    code = "ledger.books_are_closed"
    message = "The books are closed through {closed_through}. Take a later day than {day}: what was owed comes with it."
    closed_through: str
    day: str


@dataclass(kw_only=True, eq=False)
class BooksDoNotBalance(DomainError):
    """A month whose books are wrong is not closed."""

    code = "ledger.books_do_not_balance"
    message = "The books are wrong and were not closed: {deviations}. See `broadbill verify`."
    deviations: str
