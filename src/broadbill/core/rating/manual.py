"""Amounts that events name themselves: manual charges, goodwill credits, credits of one line (fine print 8, 24)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from broadbill.core.money import Money
from broadbill.core.rating.account import AccountTerms
from broadbill.core.rating.events import Credit, ManualCharge
from broadbill.core.rating.lines import IssuedDocument
from broadbill.core.rating.owed import Owed
from broadbill.core.rating.policy import Policy
from broadbill.core.rating.rounding import posted
from broadbill.core.rating.subtract import Draft, fresh

AFTER_SUBSCRIPTIONS = 1_000_000_000


def source_of(event: ManualCharge | Credit) -> str:
    return f"event:{event.key}"


def manual_charge(event: ManualCharge, account: AccountTerms, policy: Policy) -> Owed:
    """A manual one-off charge, due on its date; its amount may be negative."""
    amount = posted(event.amount, account.currency, policy.rounding)
    return Owed(
        subscription=None,
        charge=None,
        kind="charge",
        description=event.name,
        order=(AFTER_SUBSCRIPTIONS, event.key),
        due=event.at,
        period=None,
        starts=event.at,
        ends=None,
        quantity=None,
        unit_amount=None,
        priced=amount,
        category=event.tax,
        price=None,
        because=(("manual_charge", event.at.isoformat()),),
        source=source_of(event),
        shown_at_zero=True,
    )


def line_credits(
    given: Sequence[Credit], owed: Sequence[Owed], account: AccountTerms, policy: Policy
) -> list[Owed]:
    """Credits given on one line: never more than what is left of the line that holds their date."""
    found: list[Owed] = []
    for credit in given:
        line = next((item for item in owed if _is_line_of(credit, item)), None)
        if line is None:
            continue
        beside = [item for item in (*owed, *found) if item is not line and _lowers(item, line)]
        left = line.priced.minor + sum(item.priced.minor for item in beside)
        left = min(left, sum(item.priced.minor for item in (*owed, *found) if _same_period(item, line)))
        amount = min(posted(credit.amount, account.currency, policy.rounding).minor, left)
        if amount <= 0:
            continue
        after = sum(item.priced.minor for item in found if _lowers(item, line))
        back, was = Money(amount, account.currency), Money(left, account.currency)
        found.append(
            Owed(
                subscription=line.subscription,
                charge=line.charge,
                kind="credit",
                description=credit.name,
                order=line.order,
                due=max(line.due, credit.at),
                period=line.period,
                starts=line.starts,
                ends=line.ends,
                quantity=None,
                unit_amount=None,
                priced=-back,
                category=line.category,
                price=line.price,
                because=(("line_credit", str(back), (line.starts or line.due).isoformat(), str(was)),),
                source=source_of(credit),
                after=Money(after, account.currency),
                parts=line.parts,
            )
        )
    return found


def _is_line_of(credit: Credit, item: Owed) -> bool:
    """Whether a line is the one of its subscription and charge that holds the credit's date."""
    if item.source is not None or (item.subscription, item.charge) != (credit.id, credit.charge):
        return False
    if item.starts is None or credit.period is None:
        return False
    return item.starts <= credit.period < item.ends if item.ends is not None else item.starts == credit.period


def _same_period(item: Owed, line: Owed) -> bool:
    return (item.subscription, item.charge, item.period) == (line.subscription, line.charge, line.period)


def _lowers(item: Owed, line: Owed) -> bool:
    """Whether an item is a discount or credit of just this line."""
    return (
        item.source is not None
        and _same_period(item, line)
        and (item.price, item.starts, item.category) == (line.price, line.starts, line.category)
    )


@dataclass(slots=True, eq=False)
class Goodwill:
    """A goodwill credit, its amount as posted and what is left of it."""

    credit: Credit
    whole: Money
    left: int

    def draft(self, amount: int, account: AccountTerms, order: int) -> Draft:
        """The line that uses some of the credit, which is taken off what is left."""
        self.left -= amount
        used, left = Money(amount, account.currency), Money(self.left, account.currency)
        return fresh(
            Owed(
                subscription=None,
                charge=None,
                kind="credit",
                description=self.credit.name,
                order=(AFTER_SUBSCRIPTIONS + 1, order),
                due=self.credit.at,
                period=None,
                starts=None,
                ends=None,
                quantity=None,
                unit_amount=None,
                priced=-used,
                category=self.credit.tax,
                price=None,
                because=(("goodwill", str(used), str(self.whole), str(left)),),
                source=source_of(self.credit),
            )
        )


def goodwill_left(
    given: Sequence[Credit], issued: Sequence[IssuedDocument], account: AccountTerms, policy: Policy
) -> list[Goodwill]:
    """What the issued documents have left of each credit, in the order they were given."""
    used: dict[str, int] = {}
    for document in issued:
        for line in document.lines:
            if line.kind == "credit" and line.charge is None and line.source is not None:
                used[line.source] = used.get(line.source, 0) - line.priced.minor
    found: list[Goodwill] = []
    for credit in given:
        whole = posted(credit.amount, account.currency, policy.rounding)
        found.append(Goodwill(credit, whole, whole.minor - used.get(source_of(credit), 0)))
    return found
