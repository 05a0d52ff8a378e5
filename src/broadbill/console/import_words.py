"""What the office says of imports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from broadbill.console.words import Sign
from broadbill.design.formats import count_text, locale_of
from broadbill.imports.domain.upload import Kind, State

KINDS: dict[str, Promise] = {Kind.CUSTOMERS: _lazy("Customers"), Kind.USAGE: _lazy("Usage")}
IMPORTS: dict[str, Sign] = {
    State.CHECKING: Sign(_lazy("Being checked"), "accent", "loader"),
    State.REFUSED: Sign(_lazy("Cannot be taken"), "bad", "circle-alert"),
    State.CHECKED: Sign(_lazy("Ready to import"), "warn", "clock"),
    State.IMPORTING: Sign(_lazy("Being imported"), "accent", "loader"),
    State.IMPORTED: Sign(_lazy("Imported"), "good", "circle-check"),
    State.FAILED: Sign(_lazy("Stopped"), "bad", "circle-x"),
    State.DISCARDED: Sign(_lazy("Thrown away"), "", "circle-x"),
}


def told(kind: Kind, result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a file gave, or would give: words with their figures. Empty while nothing is known."""
    if not result:
        return []
    locale = locale_of(get_language() or "en")
    return list((_of_usage if kind == Kind.USAGE else _of_customers)(result, locale))


def _of_usage(result: Mapping[str, Any], locale: Locale) -> Iterator[tuple[str, str]]:
    yield _("Records"), count_text(result["stored"], locale)
    yield _("Seen before, counted once"), count_text(result["repeated"], locale)
    if result["skipped"]:
        yield _("Rows that count nothing"), count_text(result["skipped"], locale)
    if result["aside"]:
        yield _("Of nobody we know, kept aside"), count_text(result["aside"], locale)


def _of_customers(result: Mapping[str, Any], locale: Locale) -> Iterator[tuple[str, str]]:
    """Zeros are said only of what every list is about; amounts are control sums to hold against the file."""
    yield _("Rows"), count_text(result["rows"], locale)
    yield _("Customers"), count_text(result["accounts"], locale)
    optional = {
        "skipped": _("Rows left out by the map"),
        "closed_accounts": _("Customers closed already"),
        "contacts": _("Contacts"),
        "contracts": _("Contracts"),
    }
    for key, words in optional.items():
        if result[key]:
            yield words, count_text(result[key], locale)
    yield _("Services"), count_text(result["subscriptions"]["total"], locale)
    for plan, services in result["subscriptions"]["by_plan"].items():
        yield _("Services with plan %s") % plan, count_text(services, locale)
    for code, amount in result["agreed_prices"].items():
        if amount.strip("0."):
            yield _("Agreed prices, in all"), f"{amount} {code}"
    for code, amount in result["opening_balances"]["amounts"].items():
        yield _("Opening balances, in all"), f"{amount} {code}"
    if result["plans_created"]:
        yield _("New plans"), ", ".join(result["plans_created"])
