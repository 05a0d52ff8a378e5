"""How the provider shows itself on every page."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.accounts.models import Provider


@dataclass(frozen=True, slots=True)
class Brand:
    """`hue` is an OKLCH hue angle in degrees, 0 to 359."""

    name: str
    hue: int


def current_brand() -> Brand:
    """The provider's name and hue in force. One query of two columns."""
    name, hue = Provider.objects.order_by("-id").values_list("name", "brand_hue")[0]
    return Brand(name=name, hue=hue % 360)
