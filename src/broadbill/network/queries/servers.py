from __future__ import annotations

from dataclasses import dataclass

from broadbill.network.models import Nas


@dataclass(frozen=True, slots=True)
class NasRead:
    """An access server without its secret."""

    id: int
    name: str
    address: str
    vendor: str
    site: str
    coa_port: int


def access_servers() -> list[NasRead]:
    """All of them by name."""
    rows = Nas.objects.order_by("name").values_list("id", "name", "address", "vendor", "site", "coa_port")
    return [NasRead(*row) for row in rows]
