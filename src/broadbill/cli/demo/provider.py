"""Lakeside Fibre, the provider of the demo: who it is, what it sells, by which conventions it bills.

The provider, its people and its customers are invented. The account number of its bank is the example that the
SWIFT registry prints for Luxembourg; addresses for mail lie in domains reserved for examples (RFC 2606).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from broadbill.catalog.domain.offering import Offering
from broadbill.identity.domain.permissions import Role

NAME = "Lakeside Fibre"
TIME_ZONE = "Europe/Luxembourg"
COUNTRY = "LU"


def details() -> dict[str, Any]:
    """What documents say of the seller."""
    return {
        "name": NAME,
        "legal_name": "Lakeside Fibre S.A.",
        "street": "12, Quai du Lac",
        "postcode": "L-9650",
        "city": "Esch-sur-Sûre",
        "country": COUNTRY,
        "tax_id": "LU91000064",
        "email": "hello@lakeside.example",
        "phone": "+352 20 00 10 00",
        "website": "www.lakeside.example",
        "iban": "LU280019400644750000",
        "logo": Path(__file__).with_name("logo.svg").read_text(encoding="utf-8"),
        "brand_hue": 215,
        "currency": "EUR",
        "timezone": TIME_ZONE,
        "language": "en",
        "terms_days": 14,
    }


@dataclass(frozen=True, slots=True)
class Person:
    """One of the staff. `key` is how the story calls them."""

    key: str
    email: str
    name: str
    role: Role
    can: str


STAFF = (
    Person("owner", "owner@lakeside.example", "Odile Kremer", Role.OWNER, "everything"),
    Person(
        "clerk", "clerk@lakeside.example", "Carlo Mendes", Role.BILLING, "bills, corrections and payments"
    ),
    Person(
        "agent",
        "agent@lakeside.example",
        "Anouk Weber",
        Role.SUPPORT,
        "what customers ask for on the telephone",
    ),
    Person(
        "technician",
        "technician@lakeside.example",
        "Tiago Rocha",
        Role.TECHNICIAN,
        "who lives where, with what",
    ),
)

# Credits for what was invoiced come as credit notes that name the invoices, as European books want them.
POLICY: dict[str, Any] = {"anchor": {"day": 1}, "proration": "day", "corrections": "credit_note"}


@dataclass(frozen=True, slots=True)
class Tax:
    category: str
    percent: Decimal
    inclusive: bool


# Private customers are quoted prices with the tax inside, businesses without.
VAT = (Tax("home", Decimal(17), inclusive=True), Tax("business", Decimal(17), inclusive=False))


def _flat(amount: str) -> dict[str, str]:
    return {"type": "flat", "amount": amount}


def _monthly(code: str, model: Mapping[str, str], tax: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "type": "recurring", "period": "month", "model": dict(model), "tax": tax, **more}


def _once(code: str, name: str, amount: str, tax: str) -> dict[str, Any]:
    return {"code": code, "type": "one_off", "name": name, "model": _flat(amount), "tax": tax}


def _home(code: str, name: str, amount: str, **more: Any) -> tuple[str, str, list[dict[str, Any]]]:
    access = _monthly("access", _flat(amount), "home", name=name, **more)
    return code, name, [access, _once("setup", "Connection", "49.00", "home")]


PLANS: tuple[tuple[str, str, list[dict[str, Any]]], ...] = (
    _home("fibre-100", "Fibre 100", "34.90"),
    _home("fibre-500", "Fibre 500", "44.90"),
    # Whoever starts with it has three months to find out whether it is worth its price.
    _home("fibre-1000", "Fibre 1000", "59.90", phases=[{"periods": 3, "model": _flat("44.90")}]),
    ("tv", "Lakeside TV", [_monthly("tv", _flat("9.90"), "home")]),
    ("phone", "Home phone", [_monthly("phone", _flat("6.90"), "home")]),
    (
        "business-fibre",
        "Business Fibre",
        [
            _monthly("access", _flat("89.00"), "business", name="Business Fibre"),
            _once("setup", "Installation", "240.00", "business"),
        ],
    ),
    (
        "business-pro",
        "Business Fibre Pro",
        [
            _monthly("access", _flat("149.00"), "business", name="Business Fibre Pro"),
            _once("setup", "Installation", "240.00", "business"),
        ],
    ),
    (
        "seats",
        "Hosted telephony",
        [_monthly("seat", {"type": "per_unit", "unit_amount": "8.50"}, "business")],
    ),
    (
        "backup-link",
        "Backup link",
        [
            {
                "code": "link",
                "type": "recurring",
                "period": "quarter",
                "model": _flat("75.00"),
                "tax": "business",
            }
        ],
    ),
    (
        "domain",
        "Domain and mail",
        [
            {
                "code": "domain",
                "type": "recurring",
                "period": "year",
                "model": _flat("24.00"),
                "tax": "business",
            }
        ],
    ),
)

# What households find in their portal.
OFFERED: dict[str, Offering] = {
    "fibre-100": Offering(kind="plan", when="period_end"),
    "fibre-500": Offering(kind="plan"),
    "fibre-1000": Offering(kind="plan"),
    "tv": Offering(kind="extra", when="period_end"),
    "phone": Offering(kind="extra", most=2),
}

BUSINESS_PLANS = frozenset(code for code, _, charges in PLANS if charges[0]["tax"] == "business")
