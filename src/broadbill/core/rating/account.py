"""What the rating core must know about the account that is billed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from broadbill.core.money import Currency
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.policy import Anchor


@dataclass(frozen=True, slots=True, eq=False)
class AccountTerms:
    """The account's currency, zone and tax status. `anchor` overrides the policy's for this account.

    Compared by identity: what is remembered for an account's terms is found by accounts that share them.
    """

    currency: Currency
    timezone: str = "UTC"
    country: str | None = None
    region: str | None = None
    tax_id: str | None = None
    exempt: frozenset[str] = frozenset()
    reverse_charge: bool = False
    anchor: Anchor | None = None


@lru_cache(maxsize=1024)
def known_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def as_zone(raw: object, path: str) -> str:
    """The name of an IANA timezone."""
    if not isinstance(raw, str) or not raw or known_zone(raw) is None:
        refuse(path, 'must be an IANA timezone such as "Europe/Vienna"')
    return raw
