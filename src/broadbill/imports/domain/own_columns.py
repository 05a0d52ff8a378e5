"""A file whose columns have our own names needs no map: the map is made from its header."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any

from broadbill.imports.domain.errors import FileRefused

# Columns of `account`, by the names of the map's fields.
ACCOUNT = ("number", "name", "email", "legal_name", "street", "postcode", "city", "region", "country", "tax_id",
           "opened_on", "currency", "language", "timezone", "terms_days", "bill_day", "pays_by", "reverse_charge",
           "notes")  # fmt: skip
CONTACT = {"contact": "name", "phone": "phone"}
SUBSCRIPTION = ("plan", "starts_on", "quantity")
BALANCE = "balance"
PRICE = "price."
REQUIRED = ("number", "name")
# What the file to fill in has; there may be less and more.
TEMPLATE = ("number", "name", "email", "phone", "street", "postcode", "city", "country", "plan", "starts_on",
            "quantity", BALANCE)  # fmt: skip
USAGE_TEMPLATE = ("account", "subscription", "meter", "at", "quantity", "id")
DELIMITERS = (",", ";", "\t")


def delimiter_of(header: str) -> str:
    """The one that the line of column names has most of."""
    return max(DELIMITERS, key=header.count)


def own_map(*, file: str, header: Sequence[str], delimiter: str, today: date) -> dict[str, Any]:
    """The map, as TOML would give it, of a file with these columns; a blank line's balance is none.

    `today` is when accounts were opened where the file does not say it, and the day of the balances.
    Raises: FileRefused when a column is none of ours, or one is missing.
    """
    has = [name for name in header if name]
    _refuse_unknown(file, has)
    _refuse_missing(file, has)
    account: dict[str, Any] = {name: {"column": name} for name in ACCOUNT if name in has}
    account.setdefault("opened_on", today)
    if "opened_on" in has:
        account["opened_on"] = {"column": "opened_on", "default": today}
    raw: dict[str, Any] = {"file": {"delimiter": delimiter}, "account": account}
    contact: dict[str, Any] = {field: {"column": name} for name, field in CONTACT.items() if name in has}
    if "email" in has:
        contact |= {"email": {"column": "email"}, "receives_bills": True}
    if contact:
        raw["contact"] = contact
    if "plan" in has:
        raw["subscription"] = _subscription(has)
    if BALANCE in has:
        raw["opening_balance"] = {"amount": {"column": BALANCE, "default": 0}, "as_of": today}
    return raw


def _subscription(has: Sequence[str]) -> dict[str, Any]:
    """Only rows that name a plan bring one; a price only where a cell has one."""
    fields: dict[str, Any] = {name: {"column": name} for name in SUBSCRIPTION if name in has}
    prices = {
        name.removeprefix(PRICE): [{"when": {name: {"not": ""}}, "use": {"column": name}}]
        for name in has
        if name.startswith(PRICE)
    }
    return {"when": {"plan": {"not": ""}}, **fields, **({"prices": prices} if prices else {})}


def _refuse_unknown(file: str, has: Sequence[str]) -> None:
    known = (*ACCOUNT, *CONTACT, *SUBSCRIPTION, BALANCE)
    for name in has:
        if name in known or (name.startswith(PRICE) and len(name) > len(PRICE)):
            continue
        near = get_close_matches(name.lower().replace(" ", "_"), known, n=1)
        hint = f"; is it {near[0]}?" if near else "."
        reason = f"has the column {name!r}, which is none of ours{hint} Bring a map that says what the columns mean"
        raise FileRefused(file=file, reason=reason)


def _refuse_missing(file: str, has: Sequence[str]) -> None:
    needed = (*REQUIRED, *(("starts_on",) if "plan" in has else ()))
    missing = [name for name in needed if name not in has]
    if missing:
        raise FileRefused(file=file, reason=f"lacks the column {missing[0]}; it has {', '.join(has)}")
