"""What of an account's allowances is used and left in each period, by the rating core that bills them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from broadbill.billing.queries.readings import read_accounts
from broadbill.catalog.queries.plans import plans_content
from broadbill.catalog.queries.policy import current_policy
from broadbill.core.period import Period
from broadbill.core.rating import History, Rulebook
from broadbill.core.rating.allowances import allowances
from broadbill.core.rating.metered import Granted
from broadbill.tax.queries.rules import tax_rules


@dataclass(frozen=True, slots=True)
class AllowanceRead:
    """In the meter's units. `granted` holds what earlier periods left; `pool` is empty where nobody shares it."""

    subscription_id: int
    meter: str
    period: Period
    pool: str
    granted: Decimal
    carried: Decimal
    used: Decimal
    left: Decimal


def allowances_of(*, account_id: int, as_of: date) -> tuple[AllowanceRead, ...]:
    """Of all periods begun by the day, those of one subscription in their order. A fixed number of queries."""
    rulebook = Rulebook.parse({"policy": current_policy(), "plans": plans_content(), "taxes": tax_rules()})
    [reading] = read_accounts(account_ids=[account_id], rulebooks=[rulebook], rulebook_ids=())
    usage = tuple(record for _, record in reading.usage)
    history = History(rulebook, reading.terms, reading.events, usage)
    return tuple(_read(one) for one in allowances(history, on=as_of))


def _read(one: Granted) -> AllowanceRead:
    stretch = one.stretch
    return AllowanceRead(
        subscription_id=int(stretch.life.id),
        meter=stretch.charge.meter,
        period=Period(stretch.starts, stretch.ends),
        pool=one.pool or "",
        granted=_decimal(one.granted),
        carried=_decimal(one.carried),
        used=_decimal(one.used),
        left=_decimal(one.left),
    )


def _decimal(units: Fraction) -> Decimal:
    """To six places, which is finer than any page shows."""
    return round(Decimal(units.numerator) / units.denominator, 6).normalize()
