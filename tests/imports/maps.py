"""A small provider's export and its map, to be varied by each test."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from broadbill.imports.domain.import_map import ImportMap, parse_map

HEADER = "No,Name,Plan,Price,Since,Owes,Mail,Left"

MAP = """
[file]
decimal = "."
dates = "%d/%m/%Y"

[account]
number = { column = "No" }
name = { column = "Name" }
currency = "EUR"
timezone = "Europe/Lisbon"
opened_on = { column = "Since" }
email = { column = "Mail" }

[contact]
email = { column = "Mail" }
receives_bills = true

[closed]
when = { Left = { not = "" } }
on = { column = "Left" }

[contract]
starts_on = { column = "Since" }
term_months = 12

[subscription]
plan = { column = "Plan", values = { "Home" = "home", "Office" = "office" } }
starts_on = 2026-11-01
prices.monthly = { column = "Price" }

[opening_balance]
amount = { column = "Owes", default = 0 }
as_of = 2026-11-01

[plans.home]
name = "Home"
currency = "EUR"
charges = [
  { code = "monthly", type = "recurring", period = "month", model = { type = "flat", amount = "20.00" } },
]

[plans.office]
name = "Office"
currency = "EUR"
charges = [
  { code = "monthly", type = "recurring", period = "month", model = { type = "flat", amount = "50.00" } },
]
"""

ANA = "100,Ana Reis,Home,19.90,31/01/2024,12.50,ana@example.pt,"
RUI = "101,Rui Melo,Office,49.00,01/02/2025,-3.00,,"
EVA = "102,Eva Luz,Home,20.00,01/03/2023,,eva@example.pt,30/09/2026"


def raw_map(text: str = MAP, **changes: Any) -> dict[str, Any]:
    """The map as TOML tables, with sections replaced, or left out where None is given."""
    raw: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
    raw.update(changes)
    return {key: value for key, value in raw.items() if value is not None}


def a_map(text: str = MAP, **changes: Any) -> ImportMap:
    return parse_map(raw_map(text, **changes))


def changed(section: str, **changes: Any) -> dict[str, Any]:
    """One section of the map with keys changed, or left out where None is given."""
    keys = {**raw_map()[section], **changes}
    return {section: {key: value for key, value in keys.items() if value is not None}}


def a_file(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "customers.csv"
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    return path


def table(raw: str) -> Mapping[str, Any]:
    return tomllib.loads(raw, parse_float=Decimal)
