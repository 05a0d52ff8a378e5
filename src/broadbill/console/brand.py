"""The operator's brand: a name, one hue and the sign beside the name. Lightness and chroma stay ours, so
contrast holds for every hue (UI.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

COBALT = 262


@dataclass(frozen=True, slots=True)
class Brand:
    """`hue` is an OKLCH hue angle in degrees, 0 to 359."""

    name: str
    hue: int


def brand() -> Brand:
    """From the settings BRAND_NAME and BRAND_HUE."""
    name = getattr(settings, "BRAND_NAME", "Broadbill")
    return Brand(name=name, hue=int(getattr(settings, "BRAND_HUE", COBALT)) % 360)
