"""The gateways that are set up here, by name. A new one is a file beside this and a line in MAKERS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings

from broadbill.payments.adapters.gocardless_gateway import GoCardless
from broadbill.payments.adapters.sandbox import Sandbox
from broadbill.payments.adapters.stripe_gateway import Stripe
from broadbill.payments.domain.gateway import Gateway, GatewayUnknown

MAKERS: Final[dict[str, Callable[[], Gateway]]] = {
    "sandbox": Sandbox,
    "stripe": Stripe,
    "gocardless": GoCardless,
}


def gateway_named(name: str) -> Gateway:
    """Raises: GatewayUnknown for one that this Broadbill does not have, or that is not set up."""
    if name not in settings.GATEWAYS or name not in MAKERS:
        raise GatewayUnknown(gateway=name or "(none)")
    return MAKERS[name]()


def gateways_set_up() -> list[Gateway]:
    """Every gateway that is set up here. Raises: GatewayUnknown."""
    return [gateway_named(name) for name in settings.GATEWAYS]


def gateway_in_use() -> Gateway:
    """The one that new methods are saved with: the first that is set up. Raises: GatewayUnknown."""
    return gateway_named(next(iter(settings.GATEWAYS), ""))
