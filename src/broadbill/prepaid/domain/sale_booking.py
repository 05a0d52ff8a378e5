"""How vouchers are booked (docs/decisions/0018): a sale is a debt, not revenue, until it is redeemed or expires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.core.posting import Entry, Posting
from broadbill.core.rating import AccountTerms, History, Rulebook, parse_event, propose
from broadbill.ledger.domain.chart import (
    ALLOWANCES,
    BREAKAGE,
    DEFERRED_REVENUE,
    REVENUE,
    TAX_PAYABLE,
    VOUCHERS,
)


@dataclass(frozen=True, slots=True)
class Priced:
    """What a sale takes: `net` and `tax` make `total`. `liabilities` are owed for each voucher, in order."""

    net: Money
    tax: Money
    liabilities: tuple[Money, ...]

    @property
    def total(self) -> Money:
        return self.net + self.tax


def priced_multi_purpose(*, price: Money, worth: Money, count: int) -> Priced:
    """Money vouchers: no tax yet (Directive 2006/112/EC art. 30b, as amended by 2016/1065: at redemption).

    Each is owed at its worth; what it costs less than that is an allowance.
    """
    total = Money(price.minor * count, price.currency)
    return Priced(total, price.currency.zero, (worth,) * count)


def priced_single_purpose(
    *, price: Money, count: int, category: str, rulebook: Rulebook, place: AccountTerms, on: date
) -> Priced:
    """Vouchers whose service is known: taxed when sold (art. 30b(1)), by the rating core like any charge.

    The net is owed, shared out over the vouchers so that nothing is lost.
    """
    amount = Money(price.minor * count, price.currency)
    if not amount:
        return Priced(amount, amount, (amount,) * count)
    charge = {
        "do": "charge",
        "at": on.isoformat(),
        "amount": str(amount),
        "name": "Vouchers",
        "tax": category,
    }
    history = History(rulebook=rulebook, account=place, events=(parse_event(1, charge),))
    [document] = propose(history, on=on).documents
    return Priced(document.subtotal, document.total - document.subtotal, document.subtotal.split([1] * count))


def sale_entry(priced: Priced, into: int) -> Entry | None:
    """Money taken against what is now owed for the vouchers, and the tax of single-purpose ones."""
    owed = sum(priced.liabilities, start=priced.net.currency.zero)
    return _entry(
        Posting(into, priced.total),
        Posting(ALLOWANCES, owed - priced.net),
        Posting(VOUCHERS, -owed),
        Posting(TAX_PAYABLE, -priced.tax),
    )


def redemption_entry(liability: Money, earned_over: Period | None) -> Entry | None:
    """A debt that is paid by service: at once, or day by day over a period."""
    earned = DEFERRED_REVENUE if earned_over else REVENUE
    return _entry(Posting(VOUCHERS, liability), Posting(earned, -liability, None, earned_over))


def breakage_entry(liabilities: Sequence[Money]) -> Entry | None:
    """A debt that nobody claimed in time."""
    lapsed = sum(liabilities[1:], start=liabilities[0])
    return _entry(Posting(VOUCHERS, lapsed), Posting(BREAKAGE, -lapsed))


def _entry(*postings: Posting) -> Entry | None:
    told = tuple(posting for posting in postings if posting.amount)
    return Entry(told) if told else None
