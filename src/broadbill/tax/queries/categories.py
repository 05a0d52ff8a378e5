from __future__ import annotations

from broadbill.tax.models import Category


def category_codes() -> tuple[str, ...]:
    """The codes of the categories that charges may have. One query."""
    return tuple(Category.objects.order_by("code").values_list("code", flat=True))
