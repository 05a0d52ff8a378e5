"""What the person who looks at a page may let go alone."""

from __future__ import annotations

from django.http import HttpRequest

from broadbill.console.staff import staff
from broadbill.core.money import Currency, Money
from broadbill.identity.domain.limits import Letting
from broadbill.identity.domain.roles import limit_over


def limit_for(request: HttpRequest, letting: Letting, currency: Currency) -> Money | None:
    """The limit of their roles; None is without limit."""
    limit = limit_over(staff(request).roles, letting)
    return None if limit is None else currency.round(limit)
