"""How much may be given back: what the customer has in credit, and only as far as they really paid it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broadbill.core.money import Money


@dataclass(frozen=True, slots=True)
class Held:
    """An account's money as the books have it.

    `balance` is owed when positive, in credit when negative; `received` is what came in and did not go back
    (payments that hold but by voucher, whose money came from somebody else; credit from another system; less refunds
    paid); `asked` are refunds that wait to be agreed to.
    """

    balance: Money
    received: Money
    asked: Money

    @property
    def refundable(self) -> Money:
        """What may still be asked for: a credit nobody paid (goodwill beyond the bills) is for the next bill alone."""
        zero = self.balance.currency.zero
        return max(min(-self.balance, self.received) - self.asked, zero)

    @property
    def payable(self) -> Money:
        """What may be paid out of the refunds that wait."""
        return max(min(-self.balance, self.received), self.balance.currency.zero)


def back_to_charges(left: Mapping[int, int], amount: int) -> list[tuple[int, int]]:
    """Which charges an amount goes back to: the oldest first, none more than is left of it.

    Shape: `left` in minor units by charge, oldest first; the result as (charge, minor units), less than `amount` in all
    where the charges do not hold so much.
    """
    parts = []
    for charge, most in left.items():
        part = min(most, amount)
        if part > 0:
            parts.append((charge, part))
            amount -= part
    return parts
