"""What the person who looks at a page may let go alone."""

from __future__ import annotations

from django.http import HttpRequest

from broadbill.console.staff import staff
from broadbill.core.money import Currency, Money
from broadbill.identity.domain.limits import Letting
from broadbill.identity.queries.limits import limit_of


def limit_for(request: HttpRequest, letting: Letting, currency: Currency) -> Money | None:
    """The limit of their role; None is without limit. One query."""
    limit = limit_of(role=staff(request).role, letting=letting)
    return None if limit is None else currency.round(limit)
