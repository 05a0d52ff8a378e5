"""How a plan is offered in the customers' portal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from broadbill.core.errors import DomainError

OfferedAs = Literal["", "plan", "extra"]
When = Literal["now", "period_end"]


@dataclass(kw_only=True, eq=False)
class OfferingRefused(DomainError):
    """A plan that cannot be offered as it was asked."""

    code = "catalog.offering_refused"
    message = "Plan {plan} cannot be offered in the portal: {reason}."
    plan: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Offering:
    """What customers may do with a plan by themselves.

    `kind` is empty for nothing, `plan` where they may change to it, `extra` where they may add it beside what they
    have, and stop it. `when` is when a change to it, a change of its number or its stopping takes effect: at once, or
    when the period that is paid for ends; an extra always begins at once. `most` is how many they may have of it.
    """

    kind: OfferedAs = ""
    when: When = "now"
    most: int = 1

    def check(self, *, plan: str, prepaid: bool) -> None:
        """Raises: OfferingRefused."""
        if self.kind and prepaid:
            reason = "it is prepaid, and the wallet decides what is served"
            raise OfferingRefused(plan=plan, reason=reason)
        if not 1 <= self.most <= 1000:
            raise OfferingRefused(plan=plan, reason="customers may have from 1 to 1000 of it")

    def allows(self, quantity: Decimal) -> bool:
        """Whether customers may have so many of it: whole ones, one at least."""
        return quantity == quantity.to_integral_value() and 1 <= quantity <= self.most
