"""Saying what is due to the taxman."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from broadbill.core.errors import DomainError
from broadbill.core.rating import Rulebook
from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.tax.models import Category, Rate
from broadbill.tax.queries.rules import tax_rules


@dataclass(kw_only=True, eq=False)
class TaxRateOverlaps(DomainError):
    """Two rates of one tax at the same time."""

    code = "tax.rate_overlaps"
    message = "{name} for {category} already has a rate in that time. End it first, then start the new one."
    name: str
    category: str


@transaction.atomic
def set_rate(
    *,
    name: str,
    category: str,
    percent: Decimal,
    valid_from: date | None,
    valid_to: date | None,
    now: datetime,
    actor: str,
    region: str = "",
    inclusive: bool = False,
    on_taxes: Sequence[str] = (),
    fixed_per_line: Decimal | None = None,
    tax_point: str = "",
    position: int = 0,
) -> Rate:
    """Add a tax rate over the half-open range of dates; its category is made when it is new.

    Raises: TaxRateOverlaps when the same tax of the category has a rate in that time already; ScenarioError when
            the rates together would be no rules to bill by, such as taxes on each other.
    """
    Category.objects.get_or_create(code=category, defaults={"name": category.replace("_", " ").capitalize()})
    try:
        with transaction.atomic():
            rate = Rate.objects.create(
                name=name,
                category_id=category,
                percent=percent,
                valid=DateRange(valid_from, valid_to),
                region=region,
                inclusive=inclusive,
                on_taxes=list(on_taxes),
                fixed_per_line=fixed_per_line,
                tax_point=tax_point,
                position=position,
            )
    except IntegrityError as error:
        if "tax_rate_one_in_force" not in str(error):
            raise
        raise TaxRateOverlaps(name=name, category=category) from error
    Rulebook.parse({"plans": {}, "taxes": tax_rules()})
    event = NewEvent(
        occurred_at=now,
        actor=actor,
        verb="tax.rate_set",
        object_type="tax",
        object_id=name,
        data={"category": category, "percent": str(percent)},
    )
    record_events([event])
    return rate


@dataclass(kw_only=True, eq=False)
class TaxRateUnknown(DomainError):
    """No rate has the number."""

    code = "tax.rate_unknown"
    message = "There is no tax rate {number}."
    number: int


@dataclass(kw_only=True, eq=False)
class TaxRateEndsBeforeItStarts(DomainError):
    """A last day before the first."""

    code = "tax.rate_ends_before_it_starts"
    message = "{name} holds from {starts} on; it cannot end before."
    name: str
    starts: date


@transaction.atomic
def end_rate(*, rate_id: int, ends_on: date, now: datetime, actor: str) -> None:
    """Let a rate hold until `ends_on`, that day not included.

    Raises: TaxRateUnknown, TaxRateEndsBeforeItStarts.
    """
    rate = Rate.objects.select_for_update().filter(pk=rate_id).first()
    if rate is None:
        raise TaxRateUnknown(number=rate_id)
    if rate.valid.lower and ends_on <= rate.valid.lower:
        raise TaxRateEndsBeforeItStarts(name=rate.name, starts=rate.valid.lower)
    rate.valid = DateRange(rate.valid.lower, ends_on)
    rate.save(update_fields=["valid"])
    event = NewEvent(
        occurred_at=now,
        actor=actor,
        verb="tax.rate_ended",
        object_type="tax",
        object_id=rate.name,
        data={"category": rate.category_id, "ends_on": ends_on.isoformat()},
    )
    record_events([event])
