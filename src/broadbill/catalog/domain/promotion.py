"""What a promotion gives, to whom, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from broadbill.catalog.domain.promotion_errors import PromotionEnded, PromotionIsInvalid, PromotionNotOpen
from broadbill.core.money import Currency
from broadbill.core.rating import ScenarioError, parse_event
from broadbill.core.rating.reading import as_positive

Kind = Literal["discount", "referral"]
DISCOUNT_KEYS = frozenset({"percent", "amount", "charges", "periods", "until"})
REFERRAL_KEYS = frozenset({"referrer", "referred"})
ANY_DAY = "2000-01-01"


@dataclass(frozen=True, kw_only=True, slots=True)
class Promotion:
    """What is given, and who may take it on the days `[starts_on, ends_on)`.

    `benefit` of a discount has the keys of a `discount` of the scenario contract: percent or amount, charges, periods,
    until. Of a referral it has the amounts `referrer` and `referred`, one of which may be left out. Amounts are
    decimal texts in `currency`, which a percentage may leave empty: then it is for any account. No plans means all
    plans, a limit of None that there is none.
    """

    code: str
    name: str
    benefit: Mapping[str, Any]
    kind: Kind = "discount"
    currency: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    plans: frozenset[str] = field(default=frozenset())
    new_customers_only: bool = False
    limit: int | None = None
    limit_per_account: int | None = None
    is_exclusive: bool = False

    def check(self) -> None:
        """Raises: PromotionIsInvalid saying what cannot be right, UnknownCurrency."""
        if not self.code.strip() or not self.name.strip():
            raise self._invalid("needs a code and a name")
        if self.starts_on and self.ends_on and self.ends_on <= self.starts_on:
            raise self._invalid(f"ends on {self.ends_on}, not after it starts on {self.starts_on}")
        if any(limit is not None and limit < 1 for limit in (self.limit, self.limit_per_account)):
            raise self._invalid("a limit must be at least 1")
        if self.kind == "discount":
            self._check_discount()
        else:
            self._check_referral()
        self._check_amounts()

    def refuse_day(self, day: date) -> None:
        """Nobody takes a promotion whose discounts are over either. Raises: PromotionNotOpen, PromotionEnded."""
        if self.starts_on and day < self.starts_on:
            raise PromotionNotOpen(promotion=self.code, starts_on=self.starts_on.isoformat())
        if self.closes_on and self.closes_on <= day:
            raise PromotionEnded(promotion=self.code, last_day=last_day(self.closes_on))

    @property
    def closes_on(self) -> date | None:
        """The first day on which nobody takes it any more: its end, or that of the discounts it gives."""
        until = self.benefit.get("until")
        ends = [end for end in (self.ends_on, until and date.fromisoformat(until)) if end]
        return min(ends, default=None)

    @property
    def charges(self) -> tuple[str, ...]:
        """The charges a discount names; empty: recurring and usage charges."""
        return tuple(self.benefit.get("charges", ()))

    def _check_discount(self) -> None:
        self._check_keys(DISCOUNT_KEYS)
        event = {"do": "discount", "at": ANY_DAY, "name": self.name, **self.benefit}
        try:
            parse_event(0, event)
        except ScenarioError as error:
            raise self._invalid(str(error).removeprefix("events[0].")) from error

    def _check_referral(self) -> None:
        self._check_keys(REFERRAL_KEYS)
        if not self.benefit:
            raise self._invalid("a referral needs an amount for at least one side")
        if self.plans or self.new_customers_only or self.is_exclusive:
            raise self._invalid("a referral knows no plans, new customers or exclusion")
        for key, amount in self.benefit.items():
            try:
                as_positive(amount, key)
            except ScenarioError as error:
                raise self._invalid(str(error)) from error

    def _check_keys(self, known: frozenset[str]) -> None:
        unknown = sorted(set(self.benefit) - known)
        if unknown:
            raise self._invalid(f"{unknown[0]} is not a benefit of a {self.kind}")

    def _check_amounts(self) -> None:
        currency = Currency.of(self.currency) if self.currency else None
        for key in ("amount", "referrer", "referred"):
            if key in self.benefit:
                if currency is None:
                    raise self._invalid("an amount needs a currency")
                try:
                    currency.exact(Decimal(self.benefit[key]))
                except ValueError as error:
                    raise self._invalid(str(error)) from error

    def _invalid(self, reason: str) -> PromotionIsInvalid:
        return PromotionIsInvalid(promotion=self.code or "without a code", reason=reason)


def last_day(ends_on: date) -> str:
    """The last day before an end, as refusals name it: people think in last days."""
    return (ends_on - timedelta(days=1)).isoformat()
