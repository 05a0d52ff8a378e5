"""How a provider goes on after a return: when it is asked again, what ends a mandate, and whose the bank's fee is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from broadbill.core.money import Currency, Money
from broadbill.payments.domain.returns import ACH_RETURNS, RETURNS, returned_as
from broadbill.payments.domain.schemes import Scheme, next_banking_day

USUAL_RETRY_DAYS = (5, 10)
USUAL_RETRY_CODES = tuple(code for code, meaning in RETURNS.items() if meaning.may_retry)
# Of the payer's making: whose fee may be passed on. Not what we or a bank did wrong, nor who died or was never asked.
BY_THE_PAYER = frozenset(
    {"AC01", "AC04", "AC06", "AG01", "AM04", "MD06", "MS02", "MS03", "SL01",
     "R01", "R02", "R03", "R04", "R08", "R09", "R16", "R20"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DebitPolicyRead:
    """`retry_days`: so many days after each return in a row the debt may be asked for again. `retry_codes` are the
    reasons after which it is, `stop_codes` end the mandate besides those that always do.

    The fee of a return is the provider's, or the customer's: what the bank took, at most `fee_amount`, or that amount.
    """

    retry_days: tuple[int, ...] = USUAL_RETRY_DAYS
    retry_codes: tuple[str, ...] = USUAL_RETRY_CODES
    stop_codes: tuple[str, ...] = ()
    fee: str = "ours"
    fee_amount: Decimal | None = None
    fee_tax: str = ""

    def stops(self, code: str) -> bool:
        return returned_as(code).stops or code in self.stop_codes

    def asks_again_from(self, scheme: Scheme, returns: Sequence[tuple[str, date]]) -> date | None:
        """The first banking day on which a debt may be asked for again, after a mandate's returns in a row, newest
        first, with their days. None where it is not.
        """
        if not returns:
            return None
        code, returned_on = returns[0]
        tried = len(returns)
        if (
            code not in self.retry_codes
            or self.stops(code)
            or tried >= scheme.most_tries
            or tried > len(self.retry_days)
        ):
            return None
        return next_banking_day(scheme, returned_on + timedelta(days=self.retry_days[tried - 1]))

    def passed_on(self, code: str, currency: Currency, taken: Money | None) -> Money | None:
        """What the customer is charged for a return; `taken` is what the bank took, None while no statement says it."""
        if self.fee == "ours" or code not in BY_THE_PAYER:
            return None
        most = currency.exact(self.fee_amount) if self.fee_amount is not None else None
        if self.fee == "amount":
            return most if taken is None else None
        if taken is None or not taken.minor:
            return None
        return taken if most is None or taken.minor <= most.minor else most


def check_policy(policy: DebitPolicyRead) -> None:
    """Raises: ValueError saying what cannot be."""
    if any(days < 1 for days in policy.retry_days):
        raise ValueError("retry days are whole days after each return")
    _check_codes("retry", policy.retry_codes)
    _check_codes("stop", policy.stop_codes)
    for code in policy.retry_codes:
        if returned_as(code).stops or (code in ACH_RETURNS and not returned_as(code).may_retry):
            raise ValueError(f"after {code} ({returned_as(code).says}) nothing may be asked for again")
    if policy.fee not in ("ours", "taken", "amount"):
        raise ValueError("the fee is ours, taken (what the bank took) or an amount")
    if policy.fee == "amount" and policy.fee_amount is None:
        raise ValueError("say the amount that customers are charged")
    if policy.fee_amount is not None and policy.fee_amount <= 0:
        raise ValueError("the amount must be more than nothing")


def _check_codes(what: str, codes: Iterable[str]) -> None:
    unknown = [code for code in codes if code not in RETURNS]
    if unknown:
        raise ValueError(f"{what} codes that are not known: {', '.join(unknown)}")
