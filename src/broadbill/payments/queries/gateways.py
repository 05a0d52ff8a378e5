"""Which gateways are set up here, and whether each has its keys. The keys themselves are shown to nobody."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from broadbill.payments.adapters.gateways import MAKERS


@dataclass(frozen=True, slots=True)
class GatewayRead:
    name: str
    has_its_keys: bool


def gateways() -> tuple[GatewayRead, ...]:
    """In the order in which they are used; one that this Broadbill does not know has none. No query."""
    return tuple(GatewayRead(name, _has_its_keys(name)) for name in settings.GATEWAYS)


def _has_its_keys(name: str) -> bool:
    return name in MAKERS and all(getattr(settings, key) for key in MAKERS[name]().needs)
