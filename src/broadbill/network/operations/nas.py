"""Access servers: added once, changed by adding again under the same name."""

from __future__ import annotations

import ipaddress
from datetime import datetime

from django.db import transaction

from broadbill.kernel.operations.events import record_event
from broadbill.network.domain.errors import NasInvalid, NasUnknown
from broadbill.network.models import Nas


@transaction.atomic
def set_nas(
    *,
    name: str,
    address: str,
    secret: str,
    vendor: str,
    now: datetime,
    actor: str,
    site: str = "",
    coa_port: int = 3799,
) -> int:
    """Add an access server, or change the one of that name. FreeRADIUS knows it within a minute.

    Raises: NasInvalid.
    """
    if vendor not in Nas.Vendor.values:
        raise NasInvalid(
            name=name, reason=f"the vendor {vendor!r} is not one of {', '.join(Nas.Vendor.values)}"
        )
    if not 1 <= coa_port <= 65_535:
        raise NasInvalid(name=name, reason=f"{coa_port} is no port")
    # RFC 2865 §3: at least 16 octets are advised; ours must also pass through a configuration file.
    if not 8 <= len(secret) <= 64 or not secret.isascii() or not secret.isprintable():
        raise NasInvalid(name=name, reason="its secret must be 8 to 64 printable ASCII characters")
    at = _address(name, address)
    if Nas.objects.filter(address=at).exclude(name=name).exists():
        raise NasInvalid(name=name, reason=f"{at} is another one's address; see: broadbill nas list")
    row, added = Nas.objects.update_or_create(
        name=name,
        defaults={"address": at, "secret": secret, "vendor": vendor, "site": site, "coa_port": coa_port},
        create_defaults={"address": at, "secret": secret, "vendor": vendor, "site": site, "coa_port": coa_port,
                         "recorded_at": now},
    )  # fmt: skip
    record_event(
        actor=actor,
        verb="nas.added" if added else "nas.changed",
        object_type="nas",
        object_id=row.id,
        occurred_at=now,
        data={"name": name, "address": at, "vendor": vendor, "site": site},
    )
    return row.id


def change_nas(
    *,
    name: str,
    address: str,
    secret: str,
    vendor: str,
    now: datetime,
    actor: str,
    site: str = "",
    coa_port: int = 3799,
) -> int:
    """Change the access server of that name, which keeps its secret where none is given.

    Raises: NasInvalid, NasUnknown.
    """
    kept = Nas.objects.filter(name=name).values_list("secret", flat=True).first()
    if kept is None:
        raise NasUnknown(name=name)
    return set_nas(
        name=name,
        address=address,
        secret=secret or kept,
        vendor=vendor,
        site=site,
        coa_port=coa_port,
        now=now,
        actor=actor,
    )


def _address(name: str, text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError as error:
        raise NasInvalid(name=name, reason=f"{text!r} is no IP address") from error
